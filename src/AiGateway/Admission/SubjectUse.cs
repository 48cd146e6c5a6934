using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>What one subject has used of one limit, and what is held for requests that are not answered yet. Guarded by the limiter's lock.</summary>
internal sealed class SubjectUse
{
    private const int Measures = (int)LimitMeasure.Spend + 1;

    // Until a running request ends nobody knows how long it takes; soon enough, and no storm.
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    private readonly long[] _held = new long[Measures];
    private IUseWindow[] _windows = [];
    private LimitRate[] _rates = [];
    private int _concurrent;

    /// <summary>The limit, as the newest configuration that asked has it.</summary>
    public LimitModel Limit { get; private set; } = null!;

    /// <summary>Takes a limit's figures; what was used in windows that stay is kept.</summary>
    public void Follow(LimitModel limit)
    {
        if (ReferenceEquals(Limit, limit))
        {
            return;
        }
        Limit = limit;
        var windows = new IUseWindow[limit.Rates.Length];
        for (var i = 0; i < windows.Length; i++)
        {
            var rate = limit.Rates[i];
            var known = Array.FindIndex(_rates, old => old.Measure == rate.Measure && old.Window == rate.Window && old.Calendar == rate.Calendar);
            windows[i] = known >= 0 ? _windows[known] : rate.Calendar is { } calendar ? new CalendarWindow(calendar) : new SlidingWindow(rate.Window);
        }
        (_windows, _rates) = (windows, limit.Rates);
    }

    /// <summary>Whether a demand fits into what is free: the limit less what was used in its window less what is held.</summary>
    /// <param name="demand">What is asked for on top of what is held already.</param>
    /// <param name="now">The time.</param>
    /// <param name="newRequest">Whether it is a request that is not counted among the concurrent ones yet.</param>
    public LimitRefusal? Check(in Demand demand, Moment now, bool newRequest)
    {
        LimitRefusal? worst = null;
        if (newRequest && Limit.Concurrent is { } concurrent && _concurrent >= concurrent)
        {
            worst = new LimitRefusal(Limit, null, concurrent, ShortWait) { IsHeld = true };
        }
        for (var i = 0; i < _rates.Length; i++)
        {
            var rate = _rates[i];
            var asked = demand.Of(rate.Measure);
            var held = _held[(int)rate.Measure];
            var over = _windows[i].Sum(now) + held + asked - rate.Amount;
            if (asked == 0 || over <= 0)
            {
                continue;
            }
            // What is estimated to be more than the whole limit may pass when nothing else is there; what is known to be more never does.
            if (asked > rate.Amount && !Limit.WorstCase && rate.Measure != LimitMeasure.Requests && over == asked - rate.Amount)
            {
                continue;
            }
            var free = _windows[i].TimeUntilFree(now, over);
            var wait = asked > rate.Amount && Limit.WorstCase ? (TimeSpan?)null : Longer(free, ShortWait);
            var refusal = new LimitRefusal(Limit, rate, rate.Amount, wait) { FreeIn = free, IsHeld = held > 0 };
            if (worst is null || refusal.IsLongerThan(worst))
            {
                worst = refusal;
            }
        }
        return worst;
    }

    /// <summary>Counts a request, and holds what it may come to.</summary>
    public void Hold(in Demand demand, Moment now, bool newRequest)
    {
        _concurrent += newRequest ? 1 : 0;
        Add(demand, 1);
        if (demand.Requests == 0)
        {
            return;
        }
        for (var i = 0; i < _rates.Length; i++)
        {
            if (_rates[i].Measure == LimitMeasure.Requests)
            {
                _windows[i].Add(now, demand.Requests);
            }
        }
    }

    /// <summary>Gives back money that was spent before this process knew of it.</summary>
    public void RestoreSpend(Moment now, TimeSpan ago, long nanoUsd)
    {
        for (var i = 0; i < _rates.Length; i++)
        {
            if (_rates[i].Measure == LimitMeasure.Spend)
            {
                _windows[i].Restore(now, ago, nanoUsd);
            }
        }
    }

    /// <summary>Ends a request: what was held is free again, and what it used is counted.</summary>
    public void Settle(in Demand held, in Demand used, Moment now)
    {
        _concurrent--;
        Add(held, -1);
        for (var i = 0; i < _rates.Length; i++)
        {
            if (_rates[i].Measure is not LimitMeasure.Requests and var measure && used.Of(measure) is > 0 and var amount)
            {
                _windows[i].Add(now, amount);
            }
        }
    }

    /// <summary>The rate of requests, or of any kind of tokens, of which the least is left.</summary>
    /// <param name="ofTokens">Whether tokens are asked for.</param>
    /// <param name="now">The time.</param>
    public RateState? Tightest(bool ofTokens, Moment now)
    {
        RateState? tightest = null;
        for (var i = 0; i < _rates.Length; i++)
        {
            var rate = _rates[i];
            var isTokens = rate.Measure is LimitMeasure.Tokens or LimitMeasure.InputTokens or LimitMeasure.OutputTokens;
            if (ofTokens ? !isTokens : rate.Measure != LimitMeasure.Requests)
            {
                continue;
            }
            var used = _windows[i].Sum(now);
            // Requests are counted when they come, so what is held of them is in the window already.
            var left = Math.Max(0, rate.Amount - used - (isTokens ? _held[(int)rate.Measure] : 0));
            tightest = RateState.Tighter(tightest, new RateState(rate.Amount, left, _windows[i].TimeUntilFree(now, used)));
        }
        return tightest;
    }

    /// <summary>The share of the only rate that is used or held, 0 and up.</summary>
    public decimal ShareUsed(Moment now) => (_windows[0].Sum(now) + _held[(int)_rates[0].Measure]) / (decimal)_rates[0].Amount;

    /// <summary>Whether nothing of it would be missed.</summary>
    public bool IsIdle(Moment now)
    {
        if (_concurrent > 0)
        {
            return false;
        }
        foreach (var window in _windows)
        {
            if (window.Sum(now) > 0)
            {
                return false;
            }
        }
        return true;
    }

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private void Add(in Demand demand, int sign)
    {
        _held[(int)LimitMeasure.Tokens] += sign * demand.Of(LimitMeasure.Tokens);
        _held[(int)LimitMeasure.InputTokens] += sign * demand.Input;
        _held[(int)LimitMeasure.OutputTokens] += sign * demand.Output;
        _held[(int)LimitMeasure.Spend] += sign * demand.NanoUsd;
    }
}
