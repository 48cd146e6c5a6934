using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Accounting.Ledger;

/// <summary>One upstream call: where it went, what it consumed, what that cost.</summary>
internal sealed record LedgerLine
{
    /// <summary>What it was made for.</summary>
    public required LedgerCallKind Kind { get; init; }

    /// <summary>The deployment it was sent to.</summary>
    public required string Deployment { get; init; }

    /// <summary>The deployment's provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The model for reports: a bounded set, see <see cref="LedgerRequests"/>.</summary>
    public required string Model { get; init; }

    /// <summary>The model name that was sent.</summary>
    public required string UpstreamModel { get; init; }

    /// <summary>The model that the answer named; null where it named none.</summary>
    public string? ResponseModel { get; init; }

    /// <summary>The service tier that the answer named; null where it named none.</summary>
    public string? ServiceTier { get; init; }

    /// <summary>The dialect that was spoken with the provider.</summary>
    public required string Dialect { get; init; }

    /// <summary>How it ended.</summary>
    public required string Outcome { get; init; }

    /// <summary>The provider's status; 0 when none came.</summary>
    public int Status { get; init; }

    /// <summary>What it consumed; null when nothing is known to have been.</summary>
    public Usage? Usage { get; init; }

    /// <summary>What that cost; null without usage.</summary>
    public Cost? Cost { get; init; }

    /// <summary>From the request's start to the call's, in microseconds.</summary>
    public long StartedMicroseconds { get; init; }

    /// <summary>How long it took, up to commit for the one that answered, in microseconds.</summary>
    public long DurationMicroseconds { get; init; }

    /// <summary>All tokens, in and out.</summary>
    public long Tokens => Usage is { } usage ? usage.InputTokens + usage.OutputTokens : 0;
}
