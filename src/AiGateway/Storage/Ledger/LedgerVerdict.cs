namespace AiGateway.Storage.Ledger;

/// <summary>What a check of the chain found.</summary>
/// <param name="Requests">Requests that were checked.</param>
/// <param name="Days">Days that were checked.</param>
/// <param name="Removed">Requests whose rows retention has removed: their heads are there, they themselves cannot be checked.</param>
/// <param name="Corrections">Restatements and closings that were checked.</param>
/// <param name="Problem">The first thing that does not fit; null when everything does.</param>
internal sealed record LedgerVerdict(long Requests, int Days, long Removed, int Corrections, string? Problem);
