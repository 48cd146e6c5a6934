namespace AiGateway.Accounting.Reports;

/// <summary>Reads sums and rows from where the ledger lies: a boundary. Blocking; thread-safe.</summary>
internal interface ILedgerReader
{
    /// <summary>The sums of a query, in no order.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    IReadOnlyList<LedgerGroup> Sum(LedgerQuery query);

    /// <summary>Changes with everything that is appended.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    long Version();

    /// <summary>Hands out every call of the requests that came in on one day, in no order, one at a time: a day may have millions.</summary>
    /// <param name="day">The day's beginning, UTC.</param>
    /// <param name="visit">Takes a call.</param>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read, or retention has removed rows of that day.</exception>
    void Read(DateTimeOffset day, Action<LedgerCall> visit);
}
