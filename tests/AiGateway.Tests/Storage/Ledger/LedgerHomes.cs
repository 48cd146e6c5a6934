using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>What tests do with a ledger of either store.</summary>
internal static class LedgerHomes
{
    public static int Append(this ILedgerHome home, params LedgerRequest[] requests)
    {
        var batch = new LedgerBatch();
        batch.Requests.AddRange(requests);
        return home.Store.Append(batch);
    }

    /// <summary>The sums of two years around the fixture's time.</summary>
    public static IReadOnlyList<LedgerGroup> Sum(this ILedgerHome home, params LedgerDimension[] by) => home.Reader.Sum(new LedgerQuery
    {
        From = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        To = new DateTimeOffset(2028, 1, 1, 0, 0, 0, TimeSpan.Zero),
        By = by,
    });
}
