namespace AiGateway.Pipeline;

/// <summary>What a cache did for a request. A closed set: label of metrics and records.</summary>
internal enum CacheStatus
{
    /// <summary>Neither looked up nor kept.</summary>
    Bypass,

    /// <summary>Not there.</summary>
    Miss,

    /// <summary>Not looked up, because the caller wants a new answer; kept.</summary>
    Refresh,

    /// <summary>Answered from the cache.</summary>
    Hit,

    /// <summary>Answered from the cache by an answer that is past its time, and is being renewed.</summary>
    Stale,

    /// <summary>Answered by another request's call, while it was in flight.</summary>
    Shared,

    /// <summary>Answered from the cache, by the answer to a question that means the same.</summary>
    SemanticHit,
}
