namespace AiGateway.Accounting.Reconciliation;

/// <summary>One model on one day, in the ledger and on the invoice.</summary>
internal sealed class ReconciliationRow
{
    /// <summary>The day.</summary>
    public required DateOnly Day { get; init; }

    /// <summary>The model, by its name in the ledger where it has one.</summary>
    public required string Model { get; init; }

    /// <summary>Cost in the ledger, in USD; null where it has no calls.</summary>
    public decimal? Ledger { get; set; }

    /// <summary>Amount on the invoice, in USD; null where it has no line.</summary>
    public decimal? Invoice { get; set; }

    /// <summary>Calls in the ledger.</summary>
    public long Calls { get; set; }

    /// <summary>Of them without a price.</summary>
    public long Unpriced { get; set; }

    /// <summary>Of them estimated.</summary>
    public long Estimated { get; set; }

    /// <summary>Tokens in the ledger, in and out.</summary>
    public decimal LedgerTokens { get; set; }

    /// <summary>Of them without a price.</summary>
    public long UnpricedTokens { get; set; }

    /// <summary>Tokens on the invoice, in and out; null where it says nothing of them.</summary>
    public decimal? InvoiceTokens { get; set; }

    /// <summary>Whether the invoice names no model on these lines.</summary>
    public bool IsOfNoModel { get; set; }

    /// <summary>Why they differ.</summary>
    public ReconciliationCause Cause { get; set; }

    /// <summary>What there is to say of it; empty for nothing.</summary>
    public string Note { get; set; } = "";

    /// <summary>How much more the invoice says; negative for less.</summary>
    public decimal Difference => (Invoice ?? 0) - (Ledger ?? 0);

    /// <summary>The difference as a share of the invoice, or of the ledger where there is none.</summary>
    public decimal? Share => Invoice is { } invoice && invoice != 0 ? Difference / invoice : Ledger is { } ledger && ledger != 0 ? Difference / ledger : null;
}
