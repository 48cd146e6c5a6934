namespace AiGateway.Accounting.Reconciliation;

/// <summary>A ledger and an invoice side by side.</summary>
internal sealed class ReconciliationReport
{
    /// <summary>The first day.</summary>
    public required DateOnly From { get; init; }

    /// <summary>The day after the last.</summary>
    public required DateOnly To { get; init; }

    /// <summary>One row a day and model, in order.</summary>
    public required IReadOnlyList<ReconciliationRow> Rows { get; init; }

    /// <summary>What there is to say of the files: lines that do not count, pages that are missing.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The ledger's sum in USD.</summary>
    public decimal Ledger => Rows.Sum(static row => row.Ledger ?? 0);

    /// <summary>The invoice's sum in USD.</summary>
    public decimal Invoice => Rows.Sum(static row => row.Invoice ?? 0);

    /// <summary>How much more the invoice says.</summary>
    public decimal Difference => Invoice - Ledger;

    /// <summary>The difference by cause, the largest first; what is equal is left out.</summary>
    public IReadOnlyList<KeyValuePair<ReconciliationCause, decimal>> Causes =>
        [.. Rows.Where(static row => row.Difference != 0).GroupBy(static row => row.Cause)
            .Select(static group => new KeyValuePair<ReconciliationCause, decimal>(group.Key, group.Sum(static row => row.Difference)))
            .OrderByDescending(static cause => Math.Abs(cause.Value)).ThenBy(static cause => cause.Key)];
}
