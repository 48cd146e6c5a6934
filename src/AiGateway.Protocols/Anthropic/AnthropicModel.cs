namespace AiGateway.Protocols.Anthropic;

/// <summary>What a model takes, by the version in its name: <c>claude-opus-4-6</c>, <c>us.anthropic.claude-sonnet-4-5-20250929-v1:0</c>, <c>claude-3-7-sonnet-latest</c>.</summary>
/// <param name="Version">Major times 100 plus minor; 0 when the name tells none.</param>
/// <param name="IsOpus">Whether it is an Opus.</param>
internal readonly record struct AnthropicModel(int Version, bool IsOpus)
{
    public static AnthropicModel Of(string name)
    {
        var at = name.IndexOf("claude", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
            return default;
        var rest = name.AsSpan(at);
        var isOpus = rest.Contains("opus", StringComparison.OrdinalIgnoreCase);
        var major = -1;
        foreach (var range in rest.SplitAny('-', '.', '@', ':', '/', '_'))
        {
            var token = rest[range];
            var isNumber = token.Length is 1 or 2 && char.IsAsciiDigit(token[0]) && char.IsAsciiDigit(token[^1]);
            var number = !isNumber ? -1 : token.Length == 1 ? token[0] - '0' : ((token[0] - '0') * 10) + token[1] - '0';
            if (major >= 0)
                return new AnthropicModel((major * 100) + Math.Max(number, 0), isOpus);
            major = number;
        }
        return new AnthropicModel(Math.Max(major, 0) * 100, isOpus);
    }

    /// <summary>Thinks as long as it likes, steered by <c>output_config.effort</c>; later models refuse a budget.</summary>
    public bool IsAdaptive => Version >= 406;

    /// <summary>Can think at all. A name without a version is given the benefit of the doubt.</summary>
    public bool CanThink => Version is 0 or >= 307;

    public bool KnowsXhigh => Version >= 407;

    /// <summary>Takes <c>output_config.format</c>.</summary>
    public bool HasNativeSchema => Version >= 405 || (IsOpus && Version == 401);

    /// <summary>Takes a tool choice that forces a call, other than by refusing it for its thinking.</summary>
    public bool TakesForcedTools => Version < 500;

    /// <summary>Refuses sampling parameters other than the defaults.</summary>
    public bool RefusesSampling => Version >= 407;

    /// <summary>Refuses a conversation that ends with the assistant.</summary>
    public bool RefusesPrefill => Version >= 406;

    /// <summary>Refuses temperature and top_p in one request.</summary>
    public bool RefusesBothSamplings => Version is 0 or 401 or >= 405;
}
