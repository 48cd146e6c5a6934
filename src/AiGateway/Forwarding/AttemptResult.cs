using AiGateway.Pipeline;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>What one attempt came to.</summary>
internal sealed class AttemptResult(AttemptOutcome outcome)
{
    /// <summary>How it ended; <see cref="AttemptOutcome.Succeeded"/> at commit.</summary>
    public AttemptOutcome Outcome { get; } = outcome;

    /// <summary>The answer to pass on; null unless it succeeded.</summary>
    public HttpResponseMessage? Response { get; init; }

    /// <summary>The provider's status; 0 when none came.</summary>
    public int Status { get; init; }

    /// <summary>The provider's error; null when it named none.</summary>
    public ProviderError? Error { get; set; }

    /// <summary>What the caller is told when this is the last attempt; null: what follows from the outcome.</summary>
    public Rejection? Rejection { get; init; }

    /// <summary>How long the provider asks to wait; null when it does not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether another attempt follows; set by the plan's walk.</summary>
    public bool TryNext { get; set; }

    /// <summary>How long to wait before it.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Whether the circuit breaker counts it as a failure of the deployment. A rate limit and a refused credential have cooldowns of their own, and a caller's mistake is nobody's failure.</summary>
    public bool CountsAgainstDeployment => Outcome is
        AttemptOutcome.ConnectFailed or AttemptOutcome.FirstByteTimeout or AttemptOutcome.IdleTimeout or AttemptOutcome.TotalTimeout
        or AttemptOutcome.ServerError or AttemptOutcome.ErrorEvent or AttemptOutcome.Broken or AttemptOutcome.Incomplete or AttemptOutcome.Nonsense;
}
