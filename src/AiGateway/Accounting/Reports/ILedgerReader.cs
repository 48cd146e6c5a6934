namespace AiGateway.Accounting.Reports;

/// <summary>Reads sums from where the ledger lies: a boundary. Blocking; thread-safe.</summary>
internal interface ILedgerReader
{
    /// <summary>The sums of a query, in no order; restated where they were restated while their month was open.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    IReadOnlyList<LedgerGroup> Sum(LedgerQuery query);

    /// <summary>What is booked in the query's time for months that were closed before: restatements, and records that came late. In no sum of <see cref="Sum"/>.</summary>
    /// <returns>Groups whose keys have two more at their end: the month they are of (<c>2026-10</c>), and the cause (<c>restatement 3</c>, <c>late</c>).</returns>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    IReadOnlyList<LedgerGroup> Adjustments(LedgerQuery query);

    /// <summary>Changes with everything that is appended, restated or closed.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    long Version();
}
