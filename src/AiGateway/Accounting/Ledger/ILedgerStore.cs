namespace AiGateway.Accounting.Ledger;

/// <summary>Where the ledger lies: a boundary. Blocking; the queue calls it from a thread of its own.</summary>
/// <remarks>Whatever a method fails with, nothing of it is done, and it may be called again.</remarks>
internal interface ILedgerStore : IDisposable
{
    /// <summary>Appends a batch in one transaction, rollups included. Requests that are there already are passed over.</summary>
    /// <returns>How many requests were new.</returns>
    int Append(LedgerBatch batch);

    /// <summary>Makes estimated requests of the intents of a process that has ended.</summary>
    /// <returns>How many requests that made.</returns>
    int SettleIntents(string process);

    /// <summary>Removes rows of requests from before <paramref name="limit"/>, whole days at a time; rollups and the chain's heads stay.</summary>
    /// <returns>How many requests were removed.</returns>
    long Sweep(DateTimeOffset limit);
}
