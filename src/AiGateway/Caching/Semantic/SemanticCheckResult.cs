namespace AiGateway.Caching.Semantic;

/// <summary>What a check said. A closed set: label of a metric.</summary>
internal enum SemanticCheckResult
{
    /// <summary>The kept answer says what the live one says.</summary>
    Right,

    /// <summary>It says something else.</summary>
    Wrong,

    /// <summary>A caller said that a served answer was wrong.</summary>
    Reported,

    /// <summary>Too many waited to be compared, or comparing failed.</summary>
    Dropped,
}
