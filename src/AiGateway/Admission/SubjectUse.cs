using AiGateway.Admission.Sharing;
using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>What one subject has used of one limit, and what is held for requests that are not answered yet. Guarded by the limiter's lock.</summary>
/// <remarks>It counts what this node sees, whoever decides: where the store of a shared limit does not answer, there is something to go by.</remarks>
internal sealed class SubjectUse
{
    private const int Measures = (int)LimitMeasure.Spend + 1;

    // Until a running request ends nobody knows how long it takes; soon enough, and no storm.
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    private readonly long[] _held = new long[Measures];
    private IUseWindow[] _windows = [];
    private LimitRate[] _rates = [];
    private RateFigures[]? _told;
    private int _concurrent;

    // What they hold is among what was used.
    private HeldBatches? _batches;

    /// <summary>The limit, as the newest configuration that asked has it.</summary>
    public LimitModel Limit { get; private set; } = null!;

    /// <summary>The share of it that this node has leased; null while it has leased none.</summary>
    public LeasedUse? Lease { get; set; }

    /// <summary>Requests that run.</summary>
    public int Concurrent => _concurrent;

    /// <summary>A wait that is no storm.</summary>
    public static TimeSpan AtLeastShort(TimeSpan wait) => wait > ShortWait ? wait : ShortWait;

    /// <summary>What is held of a measure. Requests are counted when they come, so nothing is held of them.</summary>
    public long HeldOf(LimitMeasure measure) => _held[(int)measure];

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
            if (known < 0 && rate.Measure == LimitMeasure.Spend)
            {
                // The new window has nothing of them, so that nothing is to be taken back.
                _batches = null;
            }
            windows[i] = known >= 0 ? _windows[known] : rate.Calendar is { } calendar ? new CalendarWindow(calendar) : new SlidingWindow(rate.Window);
        }
        (_windows, _rates, _told) = (windows, limit.Rates, null);
        Lease?.Follow(limit);
    }

    /// <summary>Whether a demand fits into what is free: the limit less what was used in its window less what is held.</summary>
    /// <param name="demand">What is asked for on top of what is held already.</param>
    /// <param name="now">The time.</param>
    /// <param name="newRequest">Whether it is a request that is not counted among the concurrent ones yet.</param>
    /// <param name="by">By what it is decided.</param>
    public LimitRefusal? Check(in Demand demand, Moment now, bool newRequest, DecidedBy by = DecidedBy.Node)
    {
        if (by is DecidedBy.Nobody or DecidedBy.Store)
        {
            return null;
        }
        if (by == DecidedBy.Denied)
        {
            return new LimitRefusal(Limit, null, 0, ShortWait) { IsStoreAway = true };
        }
        var lease = by == DecidedBy.Lease ? Lease : null;
        LimitRefusal? worst = null;
        var isFinal = false;
        if (newRequest && Limit.Concurrent is { } concurrent && _concurrent >= (lease?.Room(_rates.Length, now) ?? concurrent))
        {
            worst = new LimitRefusal(Limit, null, concurrent, ShortWait) { IsHeld = true };
            isFinal = lease is null || !lease.Require(_rates.Length, 1, now);
        }
        for (var i = 0; i < _rates.Length; i++)
        {
            var rate = _rates[i];
            var asked = demand.Of(rate.Measure);
            if (asked == 0)
            {
                continue;
            }
            var room = (lease?.Room(i, now) ?? (rate.Amount - _windows[i].Sum(now))) - _held[(int)rate.Measure];
            if (asked <= room)
            {
                continue;
            }
            // What is estimated to be more than the whole limit may pass when nothing else is there; what is known to be more never does.
            if (asked > rate.Amount && !Limit.WorstCase && rate.Measure != LimitMeasure.Requests && room >= rate.Amount)
            {
                continue;
            }
            var never = asked > rate.Amount && Limit.WorstCase;
            isFinal |= lease is null || never || !lease.Require(i, Math.Min(asked, rate.Amount), now);
            // When other nodes give something back nobody here knows.
            var free = lease is null ? _windows[i].TimeUntilFree(now, asked - room) : TimeSpan.Zero;
            var refusal = new LimitRefusal(Limit, rate, rate.Amount, never ? null : AtLeastShort(lease?.WaitOf(i) ?? free)) { FreeIn = free, IsHeld = lease is not null || _held[(int)rate.Measure] > 0, IsBeyondWhole = asked > rate.Amount };
            if (worst is null || refusal.IsLongerThan(worst))
            {
                worst = refusal;
            }
        }
        return worst is null || isFinal ? worst : worst with { Wanting = [lease!] };
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
                Spent?.Spend(i, demand.Requests);
            }
        }
    }

    /// <summary>Takes a request back that never was: another limit refused it after this one had let it through.</summary>
    /// <param name="demand">What was held.</param>
    /// <param name="now">The time.</param>
    /// <param name="ago">How long ago it was, or a little more.</param>
    public void Undo(in Demand demand, Moment now, TimeSpan ago)
    {
        _concurrent--;
        Add(demand, -1);
        for (var i = 0; i < _rates.Length; i++)
        {
            if (_rates[i].Measure == LimitMeasure.Requests)
            {
                _windows[i].Restore(now, ago, -demand.Requests);
                Spent?.Spend(i, -demand.Requests);
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

    /// <summary>Counts what a batch holds as spent; once, however often it is said.</summary>
    /// <param name="batch">Its name.</param>
    /// <param name="now">The time.</param>
    /// <param name="ago">How long ago it was made.</param>
    /// <param name="nanoUsd">What it holds.</param>
    public void HoldBatch(string batch, Moment now, TimeSpan ago, long nanoUsd)
    {
        if ((_batches ??= new HeldBatches()).TryAdd(batch, nanoUsd, new Moment(now.Ticks - ago.Ticks, now.Utc - ago)))
        {
            RestoreSpend(now, ago, nanoUsd);
        }
    }

    /// <summary>The same for a batch that has just been made: what its request held is free in exchange.</summary>
    public void KeepForBatch(string batch, Moment now, in Demand held, long nanoUsd)
    {
        Add(new Demand(0, 0, 0, held.NanoUsd), -1);
        HoldBatch(batch, now, TimeSpan.Zero, nanoUsd);
        for (var i = 0; i < _rates.Length; i++)
        {
            if (_rates[i].Measure == LimitMeasure.Spend)
            {
                Spent?.Spend(i, nanoUsd);
            }
        }
    }

    /// <summary>Counts what a batch cost, in place of what it held.</summary>
    public void CountBatch(string batch, Moment now, long nanoUsd)
    {
        if (_batches is not null && _batches.TryTake(batch, out var held))
        {
            for (var i = 0; i < _rates.Length; i++)
            {
                if (_rates[i].Measure == LimitMeasure.Spend)
                {
                    _windows[i].TakeBack(now, held.At, held.NanoUsd);
                }
            }
        }
        RestoreSpend(now, TimeSpan.Zero, nanoUsd);
    }

    /// <summary>Ends a request: what was held is free again, and what it used is counted.</summary>
    public void Settle(in Demand held, in Demand used, Moment now)
    {
        _concurrent--;
        Add(held, -1);
        Count(used, now);
    }

    /// <summary>Counts what was used.</summary>
    public void Count(in Demand used, Moment now)
    {
        for (var i = 0; i < _rates.Length; i++)
        {
            if (_rates[i].Measure is not LimitMeasure.Requests and var measure && used.Of(measure) is > 0 and var amount)
            {
                _windows[i].Add(now, amount);
                Spent?.Spend(i, amount);
            }
        }
    }

    /// <summary>Takes what the store says of all nodes' use; null when it says nothing any more.</summary>
    public void Tell(RateFigures[]? figures) => _told = figures?.Length == _rates.Length ? figures : null;

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
            var (used, reset) = Figures(i, now);
            tightest = RateState.Tighter(tightest, new RateState(rate.Amount, Math.Max(0, rate.Amount - used), reset));
        }
        return tightest;
    }

    /// <summary>The share of the only rate that is used or held, 0 and up.</summary>
    public decimal ShareUsed(Moment now) => Figures(0, now).Used / (decimal)_rates[0].Amount;

    /// <summary>How it stands; budgets only. Where nodes share it, what others hold counts as spent: nobody here can tell it apart.</summary>
    public BudgetStanding ReadBudget(string subject, Moment now)
    {
        var held = _held[(int)LimitMeasure.Spend];
        return new(Limit, subject, Math.Max(0, Figures(0, now).Used - held), held);
    }

    /// <summary>Whether nothing of it would be missed.</summary>
    public bool IsIdle(Moment now)
    {
        if (_concurrent > 0 || Lease is { IsReturned: false })
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

    // A limit that is leased no more is counted by whoever decides on it now.
    private LeasedUse? Spent => Limit.Sharing == LimitSharing.Leased ? Lease : null;

    // What is used or held of a rate, by all nodes where that is known.
    private RateFigures Figures(int index, Moment now)
    {
        if (_told is { } told && Limit.Sharing == LimitSharing.Exact)
        {
            return told[index];
        }
        var rate = _rates[index];
        var held = _held[(int)rate.Measure];
        if (Lease is { } lease && lease.IsValid(now))
        {
            return lease.Figures(index, rate.Amount, held, now);
        }
        var used = _windows[index].Sum(now);
        return new RateFigures(used + held, _windows[index].TimeUntilFree(now, used));
    }

    private void Add(in Demand demand, int sign)
    {
        _held[(int)LimitMeasure.Tokens] += sign * demand.Of(LimitMeasure.Tokens);
        _held[(int)LimitMeasure.InputTokens] += sign * demand.Input;
        _held[(int)LimitMeasure.OutputTokens] += sign * demand.Output;
        _held[(int)LimitMeasure.Spend] += sign * demand.NanoUsd;
    }
}
