namespace AiGateway.Accounting.Corrections;

/// <summary>Where the ledger's corrections lie: a boundary. One at a time may write, beside a gateway that appends. Blocking.</summary>
/// <remarks>Whatever a method fails with, nothing of it is done. A restatement counts from <see cref="Add"/> on: what was staged before a kill never does, and goes when the next writer opens the store.</remarks>
internal interface ICorrectionStore : IDisposable
{
    /// <summary>All entries, the oldest first.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    IReadOnlyList<Correction> All();

    /// <summary>The rows between which requests of a period lie, the first not included; both 0 where there are none.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    (long After, long Until) Rows(DateTimeOffset from, DateTimeOffset to);

    /// <summary>How many requests of a period retention has removed, by whole days (UTC).</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    long Removed(DateTimeOffset from, DateTimeOffset to);

    /// <summary>Some thousand requests of rows after one, up to and with another, in order.</summary>
    /// <param name="after">The row before the first.</param>
    /// <param name="until">The last row that is wanted.</param>
    /// <param name="last">Receives the row up to which they were read; <paramref name="until"/> at the end.</param>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be read.</exception>
    IReadOnlyList<BookedRequest> Read(long after, long until, out long last);

    /// <summary>Writes restated calls, in the order of their rows, and what they change in the sums, in one transaction. They do not count yet.</summary>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be written.</exception>
    void Stage(IReadOnlyList<RestatedLine> lines, AdjustmentSums sums);

    /// <summary>Adds an entry, and with a restatement makes everything count that was staged.</summary>
    /// <returns>The entry with its place and hashes.</returns>
    /// <exception cref="Ledger.LedgerStoreException">The store cannot be written.</exception>
    Correction Add(Correction entry);
}
