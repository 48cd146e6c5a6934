namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>Why a question is not in the shared index any more. A closed set: label of a metric.</summary>
internal enum SharedRemoval
{
    /// <summary>Its time has passed.</summary>
    Age,

    /// <summary>Others needed the room.</summary>
    Room,

    /// <summary>Its answer or its text is not there any more, it was purged, or it was wrong too often.</summary>
    Gone,

    /// <summary>What stands there cannot be read: damaged, of another version, sealed with another secret.</summary>
    Unreadable,
}
