using AiGateway.Accounting.Ledger;

namespace AiGateway.Storage.Ledger;

/// <summary>What an operator does with the ledger beside the gateway: verify, look at its size, erase, back up.</summary>
internal interface ILedgerAudit
{
    /// <summary>Recomputes the chain and looks for the first row that does not fit it.</summary>
    /// <param name="from">The first day; null for all.</param>
    /// <param name="to">The day after the last; null for all.</param>
    /// <exception cref="LedgerStoreException">The store cannot be read.</exception>
    LedgerVerdict Verify(DateTimeOffset? from, DateTimeOffset? to);

    /// <summary>What the store holds: names and figures, in the order in which they are to be shown.</summary>
    /// <exception cref="LedgerStoreException">The store cannot be read.</exception>
    IReadOnlyList<KeyValuePair<string, string>> Statistics();

    /// <summary>Erases a user's name, and sets of tags that hold it as a value. Amounts and chain stay as they are.</summary>
    /// <returns>How many entries were erased.</returns>
    /// <exception cref="LedgerStoreException">The store cannot be written.</exception>
    int Erase(string user);

    /// <summary>Copies the ledger as it is now, whole, while the gateway runs.</summary>
    /// <param name="target">The new file; there must be none.</param>
    /// <exception cref="LedgerStoreException">It cannot be copied.</exception>
    void Backup(string target);
}
