namespace AiGateway.Accounting.Ledger;

/// <summary>The ledger's store cannot do what it was asked: it is away, locked, full, damaged, or of a newer version. The message says which, and the way out.</summary>
internal sealed class LedgerStoreException(string message, Exception? inner = null) : Exception(message, inner);
