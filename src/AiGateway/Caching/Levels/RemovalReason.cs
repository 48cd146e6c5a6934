namespace AiGateway.Caching.Levels;

/// <summary>Why an entry is gone from memory. A closed set: label of a metric.</summary>
internal enum RemovalReason
{
    /// <summary>Others needed the room.</summary>
    Room,

    /// <summary>Its time has passed.</summary>
    Age,

    /// <summary>It was purged.</summary>
    Purge,

    /// <summary>A newer value took its place.</summary>
    Replaced,
}
