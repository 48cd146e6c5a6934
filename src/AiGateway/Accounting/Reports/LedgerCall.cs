using AiGateway.Accounting.Ledger;

namespace AiGateway.Accounting.Reports;

/// <summary>One upstream call as the ledger's rows hold it, with what its request says of who asked.</summary>
internal sealed record LedgerCall
{
    /// <summary>When its request came in, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The key that was used.</summary>
    public required string Caller { get; init; }

    /// <summary>The key's organisation.</summary>
    public string? Organisation { get; init; }

    /// <summary>The key's team.</summary>
    public string? Team { get; init; }

    /// <summary>The key's project.</summary>
    public string? Project { get; init; }

    /// <summary>The tags as one JSON object; null without any, and after they were erased.</summary>
    public string? Tags { get; init; }

    /// <summary>The alias that was asked for; null when none matched.</summary>
    public string? Alias { get; init; }

    /// <summary>What was asked.</summary>
    public required string Operation { get; init; }

    /// <summary>The call.</summary>
    public required LedgerLine Line { get; init; }
}
