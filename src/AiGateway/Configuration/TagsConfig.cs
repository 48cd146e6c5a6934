namespace AiGateway.Configuration;

/// <summary>Which tags callers may send, must send, and have their spend summed by.</summary>
internal sealed record TagsConfig
{
    /// <summary>The tags that count, by name.</summary>
    public IReadOnlyDictionary<string, TagConfig> Allowed { get; init; } = new Dictionary<string, TagConfig>();

    /// <summary>What becomes of others that a request sends in <c>x-gateway-tags</c>: <c>keep</c> (default), <c>drop</c>, <c>refuse</c>.</summary>
    public string? Others { get; init; }
}
