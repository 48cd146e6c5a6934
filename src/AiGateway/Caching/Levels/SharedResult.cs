namespace AiGateway.Caching.Levels;

/// <summary>What came of a look-up in the shared level. A closed set: label of a metric.</summary>
internal enum SharedResult
{
    /// <summary>There is none.</summary>
    Miss,

    /// <summary>It was found, and holds.</summary>
    Hit,

    /// <summary>Something stands there that cannot be read: cut, damaged, of another version, sealed with another secret, for another key.</summary>
    Unreadable,

    /// <summary>The shared level could not be asked, or not in time.</summary>
    Failed,
}
