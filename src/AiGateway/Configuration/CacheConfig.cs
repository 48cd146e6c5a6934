namespace AiGateway.Configuration;

/// <summary>How an alias's answers are cached, as written; in the file the section, or its mode alone.</summary>
internal sealed record CacheConfig
{
    /// <summary><c>off</c>, or <c>exact</c>: the same request gets the same answer. Default <c>exact</c> where there is a section.</summary>
    public string? Mode { get; init; }

    /// <summary>Which requests: <c>deterministic</c> (default: temperature 0 or a seed; vectors, moderations, reranking) or <c>all</c>.</summary>
    public string? Requests { get; init; }

    /// <summary>How long an answer is served, from when it was made; 1 second to 30 days. Default 1 hour.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>How long after <see cref="Ttl"/> an answer is still served, while a new one is asked for in the background; 1 second to 30 days. Default: not at all.</summary>
    public TimeSpan? StaleWhileRevalidate { get; init; }

    /// <summary>Who shares answers: <c>key</c>, <c>project</c> (default; callers without one share with nobody but themselves), <c>team</c> or <c>alias</c>.</summary>
    public string? Scope { get; init; }

    /// <summary>Largest answer that is kept, in bytes; 1 KiB to 64 MiB. Default 1 MiB.</summary>
    public long? MaxEntry { get; init; }

    /// <summary>Whether answers are kept that a filter took away or in which the model declined. Default false.</summary>
    public bool? Refused { get; init; }

    /// <summary>Whether callers of different dialects share answers to the same conversation. Default false.</summary>
    public bool? Neutral { get; init; }

    /// <summary>How fast a kept answer is streamed, in tokens of four characters per second; 1 to 10,000. Default: at once.</summary>
    public double? ReplayTokensPerSecond { get; init; }

    /// <summary>Who shares one call for the same request.</summary>
    public SingleFlightConfig SingleFlight { get; init; } = new();

    /// <summary>Answers to questions that mean the same; off by default.</summary>
    public SemanticCacheConfig Semantic { get; init; } = new();
}

/// <summary>Who shares one call for the same request, as written; in the file the section, or its mode alone.</summary>
internal sealed record SingleFlightConfig
{
    /// <summary><c>node</c> (default): requests at the same node; <c>redis</c>: those at all nodes that share <c>host.redis</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>How long a request waits for another node's call before it makes its own; 100 ms to 10 min. Default 10 s.</summary>
    public TimeSpan? Wait { get; init; }
}

/// <summary>What the process has for caches.</summary>
internal sealed record HostCacheConfig
{
    /// <summary>Most bytes of answers in the process's own memory; 1 MiB to 64 GiB. Default 256 MiB.</summary>
    public long? Memory { get; init; }

    /// <summary>Whether nodes share answers through <c>host.redis</c>. Default false.</summary>
    public bool? Redis { get; init; }
}
