using System.Collections.Frozen;
using AiGateway.Protocols.Chat;

namespace AiGateway.Configuration;

/// <summary>The dialects by the names that the file and the command line use.</summary>
internal static class DialectNames
{
    private static readonly OrderedDictionary<string, Dialect> ByName = new(StringComparer.Ordinal)
    {
        ["openai"] = Dialect.OpenAIChat,
        ["responses"] = Dialect.OpenAIResponses,
        ["anthropic"] = Dialect.Anthropic,
        ["gemini"] = Dialect.Gemini,
        ["converse"] = Dialect.Converse,
        ["cohere"] = Dialect.Cohere,
        ["mistral"] = Dialect.Mistral,
        ["ollama"] = Dialect.Ollama,
    };

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [.. ByName.Keys];

    /// <summary>The dialect of a name; null when it is unknown.</summary>
    public static Dialect? Find(string? name) => name is not null && ByName.TryGetValue(name, out var dialect) ? dialect : null;

    private static readonly FrozenDictionary<Dialect, string> ByDialect = ByName.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The name of a dialect.</summary>
    public static string Of(Dialect dialect) => ByDialect[dialect];

    /// <summary>The dialects of names that are known to be good; null for none.</summary>
    public static Dialect[]? Resolve(IReadOnlyList<string> names) => names.Count == 0 ? null : [.. names.Select(name => ByName[name]).Distinct()];
}
