using System.Runtime.InteropServices;
using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>Decides, over all limits that apply, whether a request may go: all hold what it may come to, or none does.</summary>
/// <remarks>
/// One lock for all counters. A decision is some hundred nanoseconds of arithmetic without a wait, so that even at a hundred
/// thousand requests a second the lock is free most of the time; in exchange there is no order of locks to get wrong, nothing is
/// ever held by a request that another limit then refuses, and nobody is refused because of such a one.
/// </remarks>
internal sealed class Limiter(TimeProvider clock)
{
    /// <summary>Subjects remembered at the same time. Users' names are their callers' to choose: beyond this, those not yet known share one use.</summary>
    public const int MostSubjects = 50_000;

    private const string Others = "";
    private const int FirstSweep = 1_024;

    // What was used before the process began has its place on the same scale; no window is longer.
    private const long BeforeTheStart = 366 * TimeSpan.TicksPerDay;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Limit, string Value), SubjectUse> _uses = [];
    private readonly long _start = clock.GetTimestamp();
    private int _nextSweep = FirstSweep;

    /// <summary>Holds what is claimed of all limits, or of none.</summary>
    /// <param name="claims">What is asked of which limit, for which subject.</param>
    /// <param name="newRequest">Whether the request counts anew among those that run.</param>
    /// <param name="holds">On success, what is held is added here.</param>
    /// <param name="shadows">Collects refusals of limits that only count.</param>
    /// <returns>Null when all allow it; else the refusal that takes longest to pass.</returns>
    public LimitRefusal? TryHold(ReadOnlySpan<Claim> claims, bool newRequest, List<Hold> holds, ref List<LimitRefusal>? shadows)
    {
        lock (_lock)
        {
            var now = Now();
            var first = holds.Count;
            LimitRefusal? worst = null;
            foreach (ref readonly var claim in claims)
            {
                var use = Find(claim, now);
                holds.Add(new Hold(use, claim.Demand));
                if (use.Check(claim.Demand, now, newRequest) is not { } refusal)
                {
                    continue;
                }
                if (refusal.Limit.Shadow)
                {
                    (shadows ??= []).Add(refusal);
                }
                else if (worst is null || refusal.IsLongerThan(worst))
                {
                    worst = refusal;
                }
            }
            if (worst is not null)
            {
                holds.RemoveRange(first, holds.Count - first);
                return worst;
            }
            foreach (ref readonly var hold in CollectionsMarshal.AsSpan(holds)[first..])
            {
                hold.Use.Hold(hold.Demand, now, newRequest);
            }
            return null;
        }
    }

    /// <summary>Raises what is held, at all uses or at none: another attempt costs more than the one that was reserved for.</summary>
    /// <param name="holds">What is held; on success with what is held then.</param>
    /// <param name="demandFor">What is to be held of each limit.</param>
    public LimitRefusal? TryRaise(Span<Hold> holds, Func<LimitModel, Demand> demandFor)
    {
        lock (_lock)
        {
            var now = Now();
            LimitRefusal? worst = null;
            foreach (ref readonly var hold in holds)
            {
                if (hold.Use.Check(hold.Demand.To(demandFor(hold.Use.Limit)), now, newRequest: false) is { Limit.Shadow: false } refusal && (worst is null || refusal.IsLongerThan(worst)))
                {
                    worst = refusal;
                }
            }
            if (worst is not null)
            {
                return worst;
            }
            foreach (ref var hold in holds)
            {
                var more = hold.Demand.To(demandFor(hold.Use.Limit));
                hold.Use.Hold(more, now, newRequest: false);
                hold = hold with { Demand = hold.Demand + more };
            }
            return null;
        }
    }

    /// <summary>Ends a request at all uses.</summary>
    /// <param name="holds">What was held.</param>
    /// <param name="used">What was used.</param>
    public void Settle(ReadOnlySpan<Hold> holds, in Demand used)
    {
        lock (_lock)
        {
            var now = Now();
            foreach (ref readonly var hold in holds)
            {
                hold.Use.Settle(hold.Demand, used, now);
            }
        }
    }

    /// <summary>Gives back money that a subject spent before this process knew of it.</summary>
    public void RestoreSpend(LimitModel limit, string value, TimeSpan ago, long nanoUsd)
    {
        lock (_lock)
        {
            var now = Now();
            Find(new Claim(limit, value, default), now).RestoreSpend(now, ago, nanoUsd);
        }
    }

    /// <summary>Forgets what was used of a limit that is there no longer. Requests that hold some of it end without it.</summary>
    /// <param name="limitId">The limit's name.</param>
    public void Forget(string limitId)
    {
        lock (_lock)
        {
            foreach (var key in _uses.Keys)
            {
                if (key.Limit == limitId)
                {
                    // Removing does not disturb the walk (since .NET Core 3).
                    _uses.Remove(key);
                }
            }
        }
    }

    /// <summary>How the limits of an admitted exchange stand; those in shadow, which refuse nothing, are left out of the rates.</summary>
    public Standing Read(ReadOnlySpan<Hold> holds)
    {
        lock (_lock)
        {
            var now = Now();
            var standing = default(Standing);
            foreach (ref readonly var hold in holds)
            {
                var limit = hold.Use.Limit;
                if (!limit.Shadow)
                {
                    standing = standing with
                    {
                        Requests = RateState.Tighter(standing.Requests, hold.Use.Tightest(ofTokens: false, now)),
                        Tokens = RateState.Tighter(standing.Tokens, hold.Use.Tightest(ofTokens: true, now)),
                    };
                }
                if (limit.Budget is { WarnAt: [var first, ..] } && hold.Use.ShareUsed(now) is var share && share >= first && (standing.Warned is null || share > standing.Share))
                {
                    standing = standing with { Warned = limit, Share = share };
                }
            }
            return standing;
        }
    }

    private Moment Now() => new(clock.GetElapsedTime(_start).Ticks + BeforeTheStart, clock.GetUtcNow());

    private SubjectUse Find(in Claim claim, Moment now)
    {
        var key = (claim.Limit.Id, claim.Value);
        if (!_uses.TryGetValue(key, out var use))
        {
            if (_uses.Count >= _nextSweep)
            {
                Sweep(now);
            }
            if (_uses.Count >= MostSubjects)
            {
                key = (claim.Limit.Id, Others);
            }
            ref var found = ref CollectionsMarshal.GetValueRefOrAddDefault(_uses, key, out _);
            use = found ??= new SubjectUse();
        }
        use.Follow(claim.Limit);
        return use;
    }

    // When the number has doubled since the last time, so that a subject is looked at a bounded number of times in its life.
    private void Sweep(Moment now)
    {
        foreach (var (key, use) in _uses)
        {
            if (use.IsIdle(now))
            {
                _uses.Remove(key);
            }
        }
        _nextSweep = Math.Clamp(_uses.Count * 2, FirstSweep, MostSubjects);
    }
}
