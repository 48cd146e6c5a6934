namespace AiGateway.Caching;

/// <summary>What came of keeping an answer. A closed set: label of a metric.</summary>
internal enum KeepResult
{
    /// <summary>It is kept.</summary>
    Kept,

    /// <summary>It is larger than the alias allows.</summary>
    TooLarge,

    /// <summary>Its finish, its closing event or its usage is missing.</summary>
    Incomplete,

    /// <summary>A filter took it away, or the model declined.</summary>
    Refused,

    /// <summary>Too many answers waited to be kept.</summary>
    Busy,

    /// <summary>The store failed.</summary>
    Failed,
}
