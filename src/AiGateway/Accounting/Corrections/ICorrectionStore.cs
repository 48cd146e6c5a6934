namespace AiGateway.Accounting.Corrections;

/// <summary>Where the ledger's corrections lie: a boundary. One at a time may write, beside a gateway that appends. Blocking.</summary>
/// <remarks>Whatever a method fails with, nothing of it is done. A restatement counts from <see cref="Add"/> on: what was staged before a kill never does, and goes when the next writer opens the store.</remarks>
internal interface ICorrectionStore : IDisposable
{
    /// <summary>All entries, the oldest first.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    IReadOnlyList<Correction> All();

    /// <summary>How many requests of a period retention has removed, by whole days (UTC).</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    long Removed(DateTimeOffset from, DateTimeOffset to);

    /// <summary>The requests that came in from a time until another, not included, that are there now: some thousand at once, in the order of their rows. What they count as is of before the next entry.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read; thrown while it is enumerated.</exception>
    IEnumerable<IReadOnlyList<BookedRequest>> Read(DateTimeOffset from, DateTimeOffset to);

    /// <summary>Writes restated calls, in the order in which they were read, and what they change in the sums, in one transaction. They do not count yet.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be written.</exception>
    void Stage(IReadOnlyList<RestatedLine> lines, AdjustmentSums sums);

    /// <summary>Adds an entry, and with a restatement makes everything count that was staged.</summary>
    /// <returns>The entry with its place and hashes.</returns>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be written.</exception>
    Correction Add(Correction entry);
}
