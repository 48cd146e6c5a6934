namespace AiGateway.Caching.Refreshing;

/// <summary>That a request is the gateway's own, to bring a new answer in place of one that is past its time.</summary>
/// <param name="RequestId">The request that was served the old one.</param>
internal sealed record RefreshCause(string RequestId);
