using AiGateway.Pipeline;
using AiGateway.Protocols.OpenAI;
using AiGateway.Providers.Credentials;

namespace AiGateway.Forwarding;

/// <summary>Words for failed attempts, and the rejection that a caller gets when all have failed.</summary>
internal static class FailureMessages
{
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    /// <summary>How an attempt failed, in words that follow «the upstream X».</summary>
    public static string InWords(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.ConnectFailed => "could not be reached",
        AttemptOutcome.FirstByteTimeout => "did not begin to answer in time",
        AttemptOutcome.IdleTimeout => "fell silent",
        AttemptOutcome.TotalTimeout => "took too long",
        AttemptOutcome.RateLimited => "is rate limited",
        AttemptOutcome.CredentialRefused => "refused the gateway's credentials or account",
        AttemptOutcome.DeploymentNotFound => "does not know the configured deployment or model",
        AttemptOutcome.ServerError => "answered with a server error",
        AttemptOutcome.ErrorEvent => "sent an error in its answer",
        AttemptOutcome.Broken => "broke the connection",
        AttemptOutcome.Incomplete => "ended its answer early",
        AttemptOutcome.Nonsense => "answered with something that is no answer",
        AttemptOutcome.CircuitOpen => "is left alone after repeated failures",
        _ => "failed",
    };

    /// <summary>The rejection after the last attempt.</summary>
    public static Rejection RejectionFor(AttemptResult last, Exchange exchange, TimeSpan? soonestRest)
    {
        if (last.Rejection is { } rejection)
        {
            return rejection;
        }
        var provider = exchange.Attempts.Count > 0 ? exchange.Attempts[^1].Deployment.Provider.Id : "";
        if (last.Outcome is AttemptOutcome.Refused or AttemptOutcome.ContextWindow or AttemptOutcome.ContentPolicy)
        {
            var error = last.Error!;
            // Another dialect's words for types and codes mean nothing to the caller.
            var isForeign = exchange.Attempts.Count > 0 && exchange.Attempts[^1].Dialect is { } dialect && dialect != ChatDialects.Of(exchange.Request!.Operation, exchange.Request.Form);
            return new Rejection(RejectionReason.ProviderRefused, error.Message, error.Param)
            {
                Status = last.Status,
                Type = isForeign || error.Type is null ? "invalid_request_error" : error.Type,
                Code = last.Outcome switch
                {
                    AttemptOutcome.ContextWindow => "context_length_exceeded",
                    AttemptOutcome.ContentPolicy => error.Code is null || isForeign ? "content_filter" : error.Code,
                    _ when error.Kind == ProviderErrorKind.ModelNotFound => error.Code is null || isForeign ? "model_not_found" : error.Code,
                    _ => isForeign ? null : error.Code,
                },
            };
        }
        if (AllWere(exchange, AttemptOutcome.RateLimited))
        {
            return new Rejection(RejectionReason.UpstreamRateLimited, $"All deployments of '{exchange.Request!.Model}' are rate limited by their providers. Please try again later.")
            {
                RetryAfter = Sooner(last.RetryAfter, soonestRest) ?? ShortWait,
            };
        }
        if (last.Outcome == AttemptOutcome.CircuitOpen)
        {
            return new Rejection(RejectionReason.NoHealthyUpstream, $"No deployment of '{exchange.Request!.Model}' is healthy at the moment. Please try again shortly.") { RetryAfter = soonestRest ?? ShortWait };
        }
        var reason = last.Outcome is AttemptOutcome.FirstByteTimeout or AttemptOutcome.TotalTimeout or AttemptOutcome.IdleTimeout
            ? RejectionReason.UpstreamTimeout : RejectionReason.UpstreamError;
        var tried = exchange.Attempts.Count == 1 ? "" : $" after {exchange.Attempts.Count} attempts";
        // The provider's own words help a developer, but not those about our key or account.
        var words = last is { Outcome: AttemptOutcome.ServerError or AttemptOutcome.ErrorEvent, Error.Message: { Length: > 0 } message } ? $" It said: {message}" : "";
        return new Rejection(reason, $"No answer for '{exchange.Request!.Model}'{tried}: the upstream '{provider}' {InWords(last.Outcome)}.{words}") { RetryAfter = ShortWait };
    }

    /// <summary>The attempt at a provider of <c>credentials: caller</c> that the caller brought no key for. No other deployment is to pay for it.</summary>
    public static AttemptResult WithoutCallerKey(AttemptRecord attempt)
    {
        attempt.Outcome = AttemptOutcome.Refused;
        attempt.Error = "not sent: the caller brought no key for the provider";
        return new AttemptResult(AttemptOutcome.Refused)
        {
            Rejection = new Rejection(RejectionReason.MissingKey, $"This model is served with your own key of the provider '{attempt.Deployment.Provider.Id}'. Send it in the header {CallerKey.Header}."),
        };
    }

    private static TimeSpan? Sooner(TimeSpan? a, TimeSpan? b) => a is null ? b : b is null || a < b ? a : b;

    private static bool AllWere(Exchange exchange, AttemptOutcome outcome)
    {
        foreach (var attempt in exchange.Attempts)
        {
            if (attempt.Outcome != outcome)
            {
                return false;
            }
        }
        return exchange.Attempts.Count > 0;
    }
}
