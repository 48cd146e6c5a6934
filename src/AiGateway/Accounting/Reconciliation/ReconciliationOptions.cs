namespace AiGateway.Accounting.Reconciliation;

/// <summary>What is compared, and how.</summary>
internal sealed record ReconciliationOptions
{
    /// <summary>The providers of the ledger that the invoice is of; empty for all.</summary>
    public IReadOnlyList<string> Providers { get; init; } = [];

    /// <summary>The first day; null for that of the files.</summary>
    public DateOnly? From { get; init; }

    /// <summary>The day after the last; null for that of the files.</summary>
    public DateOnly? To { get; init; }

    /// <summary>Where the invoice's days begin.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>The largest difference that counts as rounding, in USD.</summary>
    public decimal Tolerance { get; init; } = 0.01m;

    /// <summary>USD for one of each other currency.</summary>
    public IReadOnlyDictionary<string, decimal> Rates { get; init; } = new Dictionary<string, decimal>();

    /// <summary>Names on the invoice, and those of the ledger that they stand for.</summary>
    public IReadOnlyDictionary<string, string> Models { get; init; } = new Dictionary<string, string>();
}
