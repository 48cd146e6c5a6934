using AiGateway.Pipeline;

namespace AiGateway.Caching;

/// <summary>Which failures of a shared call are those of all who share it.</summary>
internal static class SharedFailures
{
    /// <summary>Whether it follows from the request: whoever asks the same is told the same.</summary>
    public static bool IsOfTheRequest(RejectionReason reason) => reason is RejectionReason.ProviderRefused or RejectionReason.MalformedRequest or RejectionReason.OperationNotSupported;

    /// <summary>Whether the upstream failed, so that asking again helps sometimes.</summary>
    public static bool IsOfTheUpstream(RejectionReason reason) =>
        reason is RejectionReason.UpstreamError or RejectionReason.UpstreamTimeout or RejectionReason.UpstreamRateLimited or RejectionReason.NoHealthyUpstream;
}
