using System.Globalization;

namespace AiGateway.Protocols.Bedrock;

/// <summary>What a model on Bedrock can do that Converse does not hide, judged by its id; nothing is known of an application's inference profile.</summary>
/// <remarks>
/// Sources: https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html (tools),
/// …/structured-output.html, …/prompt-caching.html, …/claude-messages-extended-thinking.html, and the Nova user guide.
/// </remarks>
internal sealed class BedrockModel
{
    /// <summary>Models that take <c>outputConfig.textFormat</c>, but for Claude, which depends on its version.</summary>
    private static readonly string[] SchemaWords =
        ["gpt-oss", "qwen3", "deepseek.v3", "gemma-3", "minimax", "moonshot", "nemotron", "mistral-large-3", "ministral-3", "magistral", "voxtral"];

    /// <summary>Models without a choice of tools.</summary>
    private static readonly string[] NoChoiceWords = ["llama", "titan", "cohere", "jamba", "ai21"];

    private readonly string _id;

    public BedrockModel(string id)
    {
        _id = id.ToLowerInvariant();
        IsClaude = Has("anthropic") || Has("claude");
        IsNova = Has("nova-");
        ClaudeVersion = IsClaude ? ReadClaudeVersion(_id) : 0;
    }

    public bool IsClaude { get; }

    public bool IsNova { get; }

    public bool IsMistral => Has("mistral");

    public bool IsCohere => Has("cohere");

    public bool IsGptOss => Has("gpt-oss");

    public bool IsQwen => Has("qwen");

    public bool IsNova2 => Has("nova-2-");

    /// <summary>Hundred times the major version and the minor: 405 for Claude 4.5; 0 when the id does not say.</summary>
    public int ClaudeVersion { get; }

    /// <summary>Whether cache points are taken; others are refused for them.</summary>
    public bool TakesCachePoints => (IsClaude && ClaudeVersion is 0 or >= 305) || IsNova;

    /// <summary>Whether cache points may last an hour.</summary>
    public bool TakesLongCache => ClaudeVersion >= 405;

    /// <summary>Whether <c>status</c> of a tool's result is taken.</summary>
    public bool TakesToolStatus => IsClaude || IsNova;

    /// <summary>Whether <c>toolChoice</c> is taken.</summary>
    public bool TakesToolChoice => !HasAny(NoChoiceWords);

    /// <summary>Whether a named tool can be forced, beyond any tool.</summary>
    public bool TakesNamedTool => TakesToolChoice && !IsMistral;

    /// <summary>Whether <c>strict</c> schemas of tools are taken.</summary>
    public bool TakesStrictTools => ClaudeVersion >= 405;

    /// <summary>Whether <c>outputConfig.textFormat</c> is taken.</summary>
    public bool TakesSchema => ClaudeVersion >= 405 || HasAny(SchemaWords);

    /// <summary>Whether thinking takes a budget (Claude 3.7 to 4.5).</summary>
    public bool ThinksByBudget => ClaudeVersion is >= 307 and < 406;

    /// <summary>Whether the model decides how much it thinks, and takes an effort (Claude from 4.6 on).</summary>
    public bool ThinksAdaptively => ClaudeVersion >= 406;

    /// <summary>Whether temperature and top P exclude each other (Claude from 4.1 on).</summary>
    public bool TakesOneSamplingParameter => ClaudeVersion >= 401;

    private bool Has(string word) => _id.Contains(word, StringComparison.Ordinal);

    private bool HasAny(string[] words)
    {
        foreach (var word in words)
        {
            if (Has(word))
                return true;
        }
        return false;
    }

    /// <summary>The first number of one or two digits, and the one behind it: <c>claude-3-7-sonnet-20250219</c>, <c>claude-opus-4-1-20250805-v1:0</c>.</summary>
    private static int ReadClaudeVersion(string id)
    {
        var start = id.IndexOf("claude-", StringComparison.Ordinal);
        if (start < 0)
            return 0;
        int? major = null;
        foreach (var range in id.AsSpan(start).Split('-'))
        {
            var word = id.AsSpan(start)[range];
            var isNumber = word.Length is 1 or 2 && int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out _);
            if (major is null)
            {
                if (isNumber)
                    major = int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture);
                continue;
            }
            return (major.Value * 100) + (isNumber ? int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture) : 0);
        }
        return (major ?? 0) * 100;
    }
}
