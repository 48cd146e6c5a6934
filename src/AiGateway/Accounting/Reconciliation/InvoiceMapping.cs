namespace AiGateway.Accounting.Reconciliation;

/// <summary>How a provider's file is to be read and compared, kept in a file for every month: what options of <c>reconcile</c> say.</summary>
internal sealed record InvoiceMapping
{
    /// <summary>Which column of a CSV holds what, by the names of <see cref="CsvShape.RoleNames"/>. Default: recognised by the header.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>Names on the invoice, and the ledger's models that they stand for. Default none.</summary>
    public IReadOnlyDictionary<string, string> Models { get; init; } = new Dictionary<string, string>();

    /// <summary>What one of another currency is worth in USD, by its code. Default none.</summary>
    public IReadOnlyDictionary<string, decimal> Rates { get; init; } = new Dictionary<string, decimal>();

    /// <summary>Whose calls are compared: ids in the routing file. Default all.</summary>
    public IReadOnlyList<string> Providers { get; init; } = [];

    /// <summary>IANA name of the zone in which the invoice's days begin. Default UTC.</summary>
    public string? Zone { get; init; }

    /// <summary>The largest difference that counts as rounding, in USD. Default that of <see cref="ReconciliationOptions"/>.</summary>
    public decimal? Tolerance { get; init; }
}
