using AiGateway.Configuration;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Pipeline;

/// <summary>One send to one deployment, as it goes into the record.</summary>
internal sealed class AttemptRecord(DeploymentModel deployment, string upstreamModel, string? keyId)
{
    /// <summary>The deployment it was sent to.</summary>
    public DeploymentModel Deployment { get; } = deployment;

    /// <summary>The model name that was sent.</summary>
    public string UpstreamModel { get; } = upstreamModel;

    /// <summary>Which of the provider's keys was used (<c>openai#1</c>); null without keys.</summary>
    public string? KeyId { get; } = keyId;

    /// <summary>The dialect the request was written in for the provider; null where the caller's bytes pass as OpenAI's.</summary>
    public Dialect? Dialect { get; set; }

    /// <summary>What the provider's dialect could not say of the request.</summary>
    public IReadOnlyList<TranslationLoss> Losses { get; set; } = [];

    /// <summary>Whether a call was made; false for what was passed over without one.</summary>
    public bool WasSent { get; set; }

    /// <summary>How many calls it made: more than one for a batch that was split, and for several answers of a provider that gives one.</summary>
    public int Calls { get; set; } = 1;

    /// <summary>How it ended.</summary>
    public AttemptOutcome Outcome { get; set; }

    /// <summary>The provider's status; 0 when none came.</summary>
    public int Status { get; set; }

    /// <summary>The provider's error message, bounded; for the operator's record, not for callers when it is about our credentials.</summary>
    public string? Error { get; set; }

    /// <summary>From the request's start to the attempt's start.</summary>
    public TimeSpan StartedAfter { get; set; }

    /// <summary>How long it took; up to commit for the one that answered.</summary>
    public TimeSpan Duration { get; set; }

    /// <summary>What it consumed, where known.</summary>
    public Usage? Usage { get; set; }

    /// <summary>What it cost; null when nothing was consumed or the price is unknown.</summary>
    public Cost? Cost { get; set; }
}
