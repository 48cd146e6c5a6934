using System.Security.Authentication;
using AiGateway.Pipeline;
using AiGateway.Providers.Credentials;

namespace AiGateway.Forwarding;

/// <summary>What an exception of the HTTP stack means for an attempt.</summary>
internal static class UpstreamFaults
{
    /// <summary>True for exceptions that an upstream can cause; anything else is a fault of ours and goes up.</summary>
    public static bool IsUpstreamFault(Exception exception) =>
        exception is HttpRequestException or IOException or OperationCanceledException or AuthenticationException or InvalidDataException or TokenException;

    /// <summary>The outcome.</summary>
    public static AttemptOutcome OutcomeOf(Exception exception, AttemptTimer timer)
    {
        if (timer.Token.IsCancellationRequested)
        {
            return timer.Expired;
        }
        return exception switch
        {
            TokenException => AttemptOutcome.CredentialRefused,
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError } => AttemptOutcome.ConnectFailed,
            AuthenticationException => AttemptOutcome.ConnectFailed,
            HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.VersionNegotiationError } => AttemptOutcome.Nonsense,
            InvalidDataException => AttemptOutcome.Nonsense,
            // SocketsHttpHandler's connect time-out arrives as a cancellation that nobody asked for.
            OperationCanceledException => AttemptOutcome.ConnectFailed,
            _ => AttemptOutcome.Broken,
        };
    }

    /// <summary>What the end of a committed answer means for its exchange.</summary>
    public static RequestOutcome OutcomeOf(AttemptOutcome outcome, AttemptTimer timer) => outcome switch
    {
        AttemptOutcome.Succeeded => RequestOutcome.Completed,
        AttemptOutcome.CallerGone => RequestOutcome.CallerGone,
        _ when timer.IsDrained => RequestOutcome.CutByDrain,
        _ => RequestOutcome.CutByUpstream,
    };

    /// <summary>The fault in words for the operator's record: no address of ours beyond what the configuration says.</summary>
    public static string Describe(Exception exception) =>
        exception is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } http ? $"{http.HttpRequestError}: {http.Message}" : exception.Message;
}
