using System.Runtime.InteropServices;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;

namespace AiGateway.Storage.Ledger;

/// <summary>Sums of a transaction by hour and the numbers of words, which are found sooner than by the eleven words of a <see cref="RollupKey"/>; those follow from them.</summary>
internal sealed class WordSums
{
    private readonly Dictionary<(long Hour, long RequestWords, long CallWords), Sum> _sums = [];

    /// <summary>Adds a call, and the request with it where that is its answer.</summary>
    /// <param name="hour">The request's hour.</param>
    /// <param name="requestWords">Number of the request's words.</param>
    /// <param name="callWords">Number of the call's words; 0 without a call.</param>
    /// <param name="request">The request.</param>
    /// <param name="line">The call; null where none was made.</param>
    /// <param name="isAnswer">Whether the request itself counts here.</param>
    public void Add(long hour, long requestWords, long callWords, LedgerRequest request, LedgerLine? line, bool isAnswer)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, (hour, requestWords, callWords), out var isThere);
        if (!isThere)
        {
            sum = new Sum(RollupKey.Of(request, line), new LedgerSums());
        }
        if (line is not null)
        {
            Rollup.Add(sum.Sums, line);
        }
        if (isAnswer)
        {
            Rollup.Add(sum.Sums, request);
        }
    }

    /// <summary>Adds everything to a rollup, and forgets it.</summary>
    public void MoveTo(Rollup rollup)
    {
        foreach (var ((hour, _, _), sum) in _sums)
        {
            rollup.Add(hour, sum.Key, sum.Sums);
        }
        _sums.Clear();
    }

    private readonly record struct Sum(RollupKey Key, LedgerSums Sums);
}
