namespace AiGateway.Pipeline;

/// <summary>A rejection: the reason, and the words that a caller may read.</summary>
/// <param name="Reason">Which of the closed set.</param>
/// <param name="Message">What was wrong and how to mend it. Never a key, a stack trace or another tenant's data.</param>
/// <param name="Param">The request member at fault, where one is.</param>
internal sealed record Rejection(RejectionReason Reason, string Message, string? Param = null)
{
    /// <summary>Overrides the reason's status: the provider's own, for <see cref="RejectionReason.ProviderRefused"/>.</summary>
    public int? Status { get; init; }

    /// <summary>Overrides the reason's code.</summary>
    public string? Code { get; init; }

    /// <summary>Overrides the reason's type.</summary>
    public string? Type { get; init; }

    /// <summary>How long to wait, where waiting helps; written as whole seconds, at most 60.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
