using System.Runtime.InteropServices;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;

namespace AiGateway.Accounting.Corrections;

/// <summary>What changes in the ledger's sums, by the hour in which it counts, the hour that it is of, and key.</summary>
internal sealed class AdjustmentSums
{
    private readonly Dictionary<(long At, long Hour, RollupKey Key), LedgerSums> _sums = [];

    /// <summary>The changes.</summary>
    public IEnumerable<KeyValuePair<(long At, long Hour, RollupKey Key), LedgerSums>> All => _sums;

    /// <summary>Adds what a restated call changes.</summary>
    /// <param name="at">The hour in which it counts, Unix milliseconds; the same as <paramref name="hour"/> in an open month.</param>
    /// <param name="hour">The hour that the call is of.</param>
    /// <param name="request">Its request.</param>
    /// <param name="line">The call.</param>
    /// <param name="restated">What it counted as and counts as.</param>
    public void Add(long at, long hour, LedgerRequest request, LedgerLine line, RestatedLine restated)
    {
        ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, (at, hour, RollupKey.Of(request, line)), out _);
        sums ??= new LedgerSums();
        sums.Cost += (restated.After.Total ?? 0) - (restated.Before.Total ?? 0);
        var unpriced = (restated.After.Total is null ? 1 : 0) - (restated.Before.Total is null ? 1 : 0);
        sums.Unpriced += unpriced;
        sums.UnpricedTokens += unpriced * line.Tokens;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _sums.Clear();
}
