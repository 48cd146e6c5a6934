namespace AiGateway.Caching.Semantic;

/// <summary>What comparing questions saves and costs. A closed set: label of a metric.</summary>
internal enum SemanticMoney
{
    /// <summary>What the answers had cost that were served by meaning.</summary>
    Saved,

    /// <summary>Vectors by an alias.</summary>
    Embedding,

    /// <summary>An alias that compares answers.</summary>
    Judge,

    /// <summary>Live answers to questions that would have been served, asked for to see whether the kept ones are right.</summary>
    Check,
}
