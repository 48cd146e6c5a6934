namespace AiGateway.Configuration;

/// <summary>How an alias answers questions that mean the same, as written; in the file the section, or its mode alone.</summary>
internal sealed record SemanticCacheConfig
{
    /// <summary>The largest <see cref="MaxWrongHits"/>.</summary>
    public const double MostWrongHits = 0.25;

    /// <summary><c>off</c> (default), <c>shadow</c> or <c>on</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>What makes vectors of questions; in the file the section, or its model alone.</summary>
    public SemanticEmbedderConfig Embedder { get; init; } = new();

    /// <summary>The share of served hits that may be wrong, above 0 and at most <see cref="MostWrongHits"/>. Default 0.02.</summary>
    public double? MaxWrongHits { get; init; }

    /// <summary>Most questions that are kept, 100 to 1,000,000. Default 20,000.</summary>
    public int? MaxEntries { get; init; }

    /// <summary><c>memory</c> (default) or <c>redis</c>.</summary>
    public string? Index { get; init; }

    /// <summary>How thoroughly an index in Redis is searched.</summary>
    public SemanticSearchConfig Search { get; init; } = new();

    /// <summary>What checking may cost.</summary>
    public SemanticChecksConfig Checks { get; init; } = new();

    /// <summary>What compares answers; in the file the section, or the word <c>built_in</c> alone.</summary>
    public SemanticJudgeConfig Judge { get; init; } = new();
}

/// <summary>What compares a kept answer with a live one: the built-in judge, or an alias.</summary>
internal sealed record SemanticJudgeConfig
{
    /// <summary>The alias that is asked; null for the built-in judge.</summary>
    public string? Alias { get; init; }

    /// <summary>How long it may take, 1 s to 10 min; nobody waits for it. Default 1 min.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>What makes vectors of questions: a model in the process, or an alias.</summary>
internal sealed record SemanticEmbedderConfig
{
    /// <summary><c>sentence</c> (default), <c>static</c>, or the folder of a model.</summary>
    public string? Model { get; init; }

    /// <summary>The alias that embeds, in place of a model.</summary>
    public string? Alias { get; init; }

    /// <summary>How many numbers the alias's vectors have, 1 to 8,192; needed with <see cref="Alias"/>.</summary>
    public int? Dimensions { get; init; }

    /// <summary>How long a request waits for the alias, 10 ms to 10 s. Default 500 ms.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>How thoroughly an index in Redis is searched.</summary>
internal sealed record SemanticSearchConfig
{
    /// <summary>How many candidates Redis looks at, 10 to 10,000: more find the nearest more surely, and take longer. Default: Redis' own choice.</summary>
    public int? Ef { get; init; }

    /// <summary>Whether every vector of the partition is compared. Default false.</summary>
    public bool? Exact { get; init; }
}

/// <summary>What checking may cost.</summary>
internal sealed record SemanticChecksConfig
{
    /// <summary>The smallest <see cref="MaxShare"/>: below it a drift would not be noticed.</summary>
    public const double LeastShare = 0.02;

    /// <summary>Most of the hits that could be served that are asked upstream all the same, <see cref="LeastShare"/> to 1. Default 0.25.</summary>
    public double? MaxShare { get; init; }
}
