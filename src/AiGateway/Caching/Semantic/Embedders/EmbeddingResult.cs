namespace AiGateway.Caching.Semantic.Embedders;

/// <summary>What came of a question that an alias was to turn into a vector. A closed set: label of a metric.</summary>
internal enum EmbeddingResult
{
    /// <summary>There is a vector.</summary>
    Embedded,

    /// <summary>There was one already: the same question was asked before.</summary>
    Remembered,

    /// <summary>It did not come in time.</summary>
    TimedOut,

    /// <summary>A limit or a budget of the caller's, or of the alias's, refused it.</summary>
    Refused,

    /// <summary>The alias's providers failed.</summary>
    Failed,

    /// <summary>What came is no vector of the size that the routing file says, or has numbers that are none.</summary>
    Unusable,

    /// <summary>Too many wait already.</summary>
    Busy,

    /// <summary>The alias failed several times in a row, and is left alone for a while.</summary>
    Resting,
}
