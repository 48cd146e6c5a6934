namespace AiGateway.Accounting.Reports;

/// <summary>Reads sums and rows from where the ledger lies: a boundary. Blocking; thread-safe.</summary>
internal interface ILedgerReader
{
    /// <summary>The sums of a query, in no order; restated where they were restated while their month was open.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    IReadOnlyList<LedgerGroup> Sum(LedgerQuery query);

    /// <summary>What tells this ledger from others: the same on all nodes that write into it.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    string Name();

    /// <summary>What is booked in the query's time for months that were closed before: restatements, and records that came late. In no sum of <see cref="Sum"/>.</summary>
    /// <returns>Groups whose keys have two more at their end: the month they are of (<c>2026-10</c>), and the cause (<c>restatement 3</c>, <c>late</c>).</returns>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    IReadOnlyList<LedgerGroup> Adjustments(LedgerQuery query);

    /// <summary>Changes with everything that is appended, restated or closed.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    long Version();

    /// <summary>Hands out every call of the requests that came in on one day, in no order, one at a time: a day may have millions.</summary>
    /// <param name="day">The day's beginning, UTC.</param>
    /// <param name="visit">Takes a call.</param>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read, or retention has removed rows of that day.</exception>
    void Read(DateTimeOffset day, Action<LedgerCall> visit);
}
