using System.Runtime.InteropServices;
using AiGateway.Accounting.Reports;
using AiGateway.Pipeline;
using AiGateway.Telemetry;

namespace AiGateway.Accounting.Ledger;

/// <summary>Sums of a batch by hour (<see cref="LedgerHours"/>) and key: each call counts at its own deployment, the request itself at its answer's.</summary>
internal sealed class Rollup
{
    private const long MillisecondsPerDay = 86_400_000;

    private static readonly string Completed = TagValues.Of(RequestOutcome.Completed);
    private static readonly string CallerGone = TagValues.Of(RequestOutcome.CallerGone);

    private readonly Dictionary<(long Hour, RollupKey Key), LedgerSums> _sums = [];

    /// <summary>The sums, by the hour's beginning (Unix milliseconds) and key.</summary>
    public IEnumerable<KeyValuePair<(long Hour, RollupKey Key), LedgerSums>> Sums => _sums;

    /// <summary>The same sums, by the day's beginning and key.</summary>
    /// <param name="from">Hours before this one (Unix milliseconds) are left out.</param>
    public Dictionary<(long Day, RollupKey Key), LedgerSums> SumsByDay(long from = long.MinValue)
    {
        var days = new Dictionary<(long Day, RollupKey Key), LedgerSums>();
        foreach (var ((hour, key), sums) in _sums)
        {
            if (hour >= from)
            {
                For(days, hour - (((hour % MillisecondsPerDay) + MillisecondsPerDay) % MillisecondsPerDay), key).Add(sums);
            }
        }
        return days;
    }

    /// <summary>Adds a request.</summary>
    public void Add(LedgerRequest request)
    {
        var hour = LedgerHours.Of(request.At.ToUnixTimeMilliseconds());
        var answer = request.Answer;
        foreach (var line in request.Lines)
        {
            var sums = For(_sums, hour, RollupKey.Of(request, line));
            Add(sums, line);
            if (ReferenceEquals(line, answer))
            {
                Add(sums, request);
            }
        }
        if (answer is null)
        {
            Add(For(_sums, hour, RollupKey.Of(request, null)), request);
        }
    }

    /// <summary>Adds what was summed elsewhere by another key.</summary>
    public void Add(long hour, in RollupKey key, LedgerSums sums) => For(_sums, hour, key).Add(sums);

    /// <summary>Forgets everything.</summary>
    public void Clear() => _sums.Clear();

    /// <summary>Adds a request itself to the sums of its answer.</summary>
    public static void Add(LedgerSums sums, LedgerRequest request)
    {
        sums.Requests++;
        // A caller who hangs up is nobody's error.
        sums.Errors += request.Status >= 400 || !(request.Outcome == Completed || request.Outcome == CallerGone) ? 1 : 0;
        sums.DurationMicroseconds += request.DurationMicroseconds;
        sums.Saved += request.Saved;
    }

    /// <summary>Adds a call to the sums of its own deployment.</summary>
    public static void Add(LedgerSums sums, LedgerLine line)
    {
        sums.Calls++;
        if (line.Usage is { } usage)
        {
            sums.Estimated += usage.Estimated ? 1 : 0;
            sums.Input += usage.InputTokens;
            sums.CachedInput += usage.CachedInputTokens;
            sums.CacheWrite += usage.CacheWriteTokens + usage.CacheWrite1hTokens + usage.CacheWrite12hTokens;
            sums.Output += usage.OutputTokens;
            sums.Reasoning += usage.ReasoningTokens;
        }
        if (line.Cost is { } cost)
        {
            sums.Unpriced += cost.Total is null ? 1 : 0;
            sums.UnpricedTokens += cost.Total is null ? line.Tokens : 0;
            sums.Cost += cost.Total ?? 0;
        }
    }

    private static LedgerSums For(Dictionary<(long At, RollupKey Key), LedgerSums> all, long at, in RollupKey key)
    {
        ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(all, (at, key), out _);
        return sums ??= new LedgerSums();
    }
}
