namespace AiGateway.Caching.Nodes;

/// <summary>What came of waiting for another node's call. A closed set: label of a metric.</summary>
internal enum NodeWait
{
    /// <summary>Its answer is kept.</summary>
    Kept,

    /// <summary>Its answer is not kept.</summary>
    NotKept,

    /// <summary>It failed, was given up, or its node is not to be heard of: this node makes it.</summary>
    TakenOver,

    /// <summary>It took longer than this node waits.</summary>
    TooLong,

    /// <summary>The store could not be asked.</summary>
    Unavailable,
}
