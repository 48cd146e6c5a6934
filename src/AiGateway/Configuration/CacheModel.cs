namespace AiGateway.Configuration;

/// <summary>How an alias's answers are cached, resolved; an alias that caches nothing has none.</summary>
/// <param name="Ttl">How long an answer is served, from when it was made.</param>
/// <param name="Scope">Who shares answers.</param>
internal sealed record CacheModel(TimeSpan Ttl, CacheScope Scope)
{
    /// <summary>What an empty section means.</summary>
    public static readonly CacheModel Default = new(TimeSpan.FromHours(1), CacheScope.Project);

    /// <summary>Whether requests are cached that would not get the same answer twice.</summary>
    public bool AllRequests { get; init; }

    /// <summary>Largest answer that is kept, in bytes.</summary>
    public int MaxEntry { get; init; } = 1 << 20;

    /// <summary>Whether refused and filtered answers are kept.</summary>
    public bool KeepsRefused { get; init; }

    /// <summary>Whether callers of different dialects share answers to the same conversation.</summary>
    public bool IsNeutral { get; init; }

    /// <summary>How questions are answered that mean the same; null: not at all.</summary>
    public SemanticCacheModel? Semantic { get; init; }

    /// <summary>The model of a section; null where it caches nothing.</summary>
    public static CacheModel? Of(CacheConfig? section) => section is null or { Mode: CacheWords.Off } ? null : new CacheModel(section.Ttl ?? Default.Ttl, section.Scope is { } scope ? CacheWords.ScopeOf(scope) : Default.Scope)
    {
        AllRequests = section.Requests == CacheWords.All,
        MaxEntry = (int)(section.MaxEntry ?? Default.MaxEntry),
        KeepsRefused = section.Refused ?? false,
        IsNeutral = section.Neutral ?? false,
        Semantic = SemanticCacheModel.Of(section.Semantic),
    };
}

/// <summary>What the process has for caches, resolved.</summary>
/// <param name="Memory">Most bytes of answers in the process's own memory.</param>
/// <param name="Redis">Whether nodes share answers through Redis.</param>
internal sealed record HostCacheModel(long Memory, bool Redis)
{
    /// <summary>What an empty section means.</summary>
    public static readonly HostCacheModel Default = new(256L << 20, Redis: false);
}

/// <summary>Who shares answers.</summary>
internal enum CacheScope
{
    /// <summary>Requests of one key.</summary>
    Key,

    /// <summary>A project's keys; a key without a project is alone.</summary>
    Project,

    /// <summary>A team's keys; a key without a team is alone.</summary>
    Team,

    /// <summary>Everybody who may use the alias.</summary>
    Alias,
}
