namespace AiGateway.Configuration;

/// <summary>The words of the file's cache sections.</summary>
internal static class CacheWords
{
    /// <summary>Nothing is cached.</summary>
    public const string Off = "off";

    /// <summary>The same request gets the same answer.</summary>
    public const string Exact = "exact";

    /// <summary>Requests that would get the same answer again.</summary>
    public const string Deterministic = "deterministic";

    /// <summary>All requests.</summary>
    public const string All = "all";

    private static readonly OrderedDictionary<string, CacheScope> ScopesByName = new(StringComparer.Ordinal)
    {
        ["key"] = CacheScope.Key,
        ["project"] = CacheScope.Project,
        ["team"] = CacheScope.Team,
        ["alias"] = CacheScope.Alias,
    };

    /// <summary>All modes.</summary>
    public static IReadOnlyList<string> Modes { get; } = [Off, Exact];

    /// <summary>All choices of requests.</summary>
    public static IReadOnlyList<string> Requests { get; } = [Deterministic, All];

    /// <summary>All scopes.</summary>
    public static IReadOnlyList<string> Scopes { get; } = [.. ScopesByName.Keys];

    /// <summary>The scope of a name that is known to be good.</summary>
    public static CacheScope ScopeOf(string name) => ScopesByName[name];
}
