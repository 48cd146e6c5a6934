using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>What a provider's error answer means for the attempt: the table of docs/features/failover.md.</summary>
internal static class AttemptClassifier
{
    /// <summary>Classifies an answer with a status of 300 and above.</summary>
    public static AttemptOutcome Classify(int status, ProviderError error, DeploymentModel deployment) => (status, error.Kind) switch
    {
        ( < 400, _) => AttemptOutcome.Nonsense,
        (_, ProviderErrorKind.ContextWindow) => AttemptOutcome.ContextWindow,
        (_, ProviderErrorKind.ContentPolicy) => AttemptOutcome.ContentPolicy,
        (_, ProviderErrorKind.DeploymentNotFound) => AttemptOutcome.DeploymentNotFound,
        // A fixed model name that the provider does not know is the operator's mistake; one that a wildcard passed on is the caller's.
        (404, ProviderErrorKind.ModelNotFound) when deployment.UpstreamModel is not null => AttemptOutcome.DeploymentNotFound,
        // An empty account answers 429 too, but no waiting helps.
        (429, ProviderErrorKind.QuotaExhausted) => AttemptOutcome.CredentialRefused,
        (429, _) => AttemptOutcome.RateLimited,
        (401 or 402 or 403, _) => AttemptOutcome.CredentialRefused,
        (_, ProviderErrorKind.InvalidKey) => AttemptOutcome.CredentialRefused,
        (408 or >= 500, _) => AttemptOutcome.ServerError,
        _ => AttemptOutcome.Refused,
    };
}
