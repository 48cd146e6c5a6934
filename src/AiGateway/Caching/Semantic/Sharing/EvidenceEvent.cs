namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>What happened to the evidence that nodes share. A closed set: label of a metric.</summary>
internal enum EvidenceEvent
{
    /// <summary>What this node saw was written into the log.</summary>
    Sent,

    /// <summary>A piece of the log was taken in, this node's own among them.</summary>
    Received,

    /// <summary>A piece of the log, or its state, could not be read: damaged, of another version, sealed with another secret.</summary>
    Unreadable,

    /// <summary>The node follows the log from now on.</summary>
    Joined,

    /// <summary>The log is out of reach: the node learns by itself until it is back.</summary>
    Alone,
}
