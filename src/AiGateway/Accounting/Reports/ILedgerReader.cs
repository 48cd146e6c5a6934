namespace AiGateway.Accounting.Reports;

/// <summary>Reads sums from where the ledger lies: a boundary. Blocking; thread-safe.</summary>
internal interface ILedgerReader
{
    /// <summary>The sums of a query, in no order.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    IReadOnlyList<LedgerGroup> Sum(LedgerQuery query);

    /// <summary>What tells this ledger from others: the same on all nodes that write into it. One that all share, unless it says otherwise.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    string Name() => "shared";

    /// <summary>Changes with everything that is appended.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    long Version();
}
