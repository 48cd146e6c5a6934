using System.Runtime.InteropServices;
using AiGateway.Admission.Sharing;
using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>Decides, over all limits that apply, whether a request may go: all hold what it may come to, or none does.</summary>
/// <remarks>
/// One lock for all counters. A decision is a little arithmetic without a wait, so that the lock is free most of the time; in
/// exchange there is no order of locks to get wrong, nothing is ever held by a request that another limit then refuses, and
/// nobody is refused because of such a one.
/// </remarks>
/// <param name="clock">The time.</param>
/// <param name="leases">What this node leases of limits that it shares; null where it is alone, and counts every limit itself.</param>
internal sealed class Limiter(TimeProvider clock, LeaseBook? leases = null)
{
    /// <summary>Subjects remembered at the same time. Users' names are their callers' to choose: beyond this, those not yet known share one use.</summary>
    public const int MostSubjects = 50_000;

    private const string Others = "";
    private const int FirstSweep = 1_024;
    private const int PieceOfBudgets = 512;

    // What was used before the process began has its place on the same scale; no window is longer.
    private const long BeforeTheStart = 366 * TimeSpan.TicksPerDay;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Limit, string Value), SubjectUse> _uses = [];
    private readonly List<(string Value, SubjectUse Use)> _budgets = [];
    private readonly long _start = clock.GetTimestamp();
    private int _nextSweep = FirstSweep;

    /// <summary>Holds what is claimed of all limits, or of none.</summary>
    /// <param name="claims">What is asked of which limit, for which subject.</param>
    /// <param name="newRequest">Whether the request counts anew among those that run.</param>
    /// <param name="holds">On success, what is held is added here.</param>
    /// <param name="shadows">Collects refusals of limits that only count.</param>
    /// <param name="pass">Of shared limits, who is asked.</param>
    /// <returns>Null when all allow it; else the refusal that takes longest to pass.</returns>
    public LimitRefusal? TryHold(ReadOnlySpan<Claim> claims, bool newRequest, List<Hold> holds, ref List<LimitRefusal>? shadows, SharedPass pass = default)
    {
        lock (_lock)
        {
            var now = Now();
            var first = holds.Count;
            LimitRefusal? worst = null, lastWanting = null;
            List<LeasedUse>? wanting = null;
            foreach (ref readonly var claim in claims)
            {
                var use = Find(claim, now);
                holds.Add(new Hold(use, claim.Demand));
                if (use.Check(claim.Demand, now, newRequest, By(use, now, pass)) is not { } refusal)
                {
                    continue;
                }
                if (refusal.Wanting.Count > 0 && !pass.IsLast)
                {
                    (wanting ??= []).AddRange(refusal.Wanting);
                    lastWanting = refusal;
                }
                else if (refusal.Limit.Shadow)
                {
                    (shadows ??= []).Add(refusal);
                }
                else if (worst is null || refusal.IsLongerThan(worst))
                {
                    worst = refusal;
                }
            }
            if (worst is not null || wanting is not null)
            {
                holds.RemoveRange(first, holds.Count - first);
                // More may be had of what is short; but not for a request that another limit refuses anyway.
                return worst ?? lastWanting! with { Wanting = wanting! };
            }
            foreach (ref readonly var hold in CollectionsMarshal.AsSpan(holds)[first..])
            {
                hold.Use.Hold(hold.Demand, now, newRequest);
                leases?.Used(hold.Use, now);
            }
            return null;
        }
    }

    /// <summary>Raises what is held, at all uses or at none: another attempt costs more than the one that was reserved for.</summary>
    /// <param name="holds">What is held; on success with what is held then.</param>
    /// <param name="demandFor">What is to be held of each limit.</param>
    /// <param name="pass">Of shared limits, who is asked.</param>
    public LimitRefusal? TryRaise(Span<Hold> holds, Func<LimitModel, Demand> demandFor, SharedPass pass = default)
    {
        lock (_lock)
        {
            var now = Now();
            LimitRefusal? worst = null;
            foreach (ref readonly var hold in holds)
            {
                if (hold.Use.Check(hold.Demand.To(demandFor(hold.Use.Limit)), now, newRequest: false, By(hold.Use, now, pass)) is { Limit.Shadow: false } refusal && (worst is null || refusal.IsLongerThan(worst)))
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

    /// <summary>Counts what a session has used while it goes on; what it holds stays held.</summary>
    /// <param name="holds">What is held.</param>
    /// <param name="used">What was used since this was last said.</param>
    public void Book(ReadOnlySpan<Hold> holds, in Demand used)
    {
        lock (_lock)
        {
            var now = Now();
            foreach (ref readonly var hold in holds)
            {
                hold.Use.Count(used, now);
            }
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

    /// <summary>Takes a request back that was held a moment ago and will never be sent.</summary>
    /// <param name="holds">What was held.</param>
    /// <param name="ago">How long ago, or a little more.</param>
    public void Undo(ReadOnlySpan<Hold> holds, TimeSpan ago)
    {
        lock (_lock)
        {
            var now = Now();
            foreach (ref readonly var hold in holds)
            {
                hold.Use.Undo(hold.Demand, now, ago);
            }
        }
    }

    /// <summary>Takes what the store says of a limit's use by all nodes; null when it says nothing.</summary>
    public void Tell(in Hold hold, RateFigures[]? figures)
    {
        lock (_lock)
        {
            hold.Use.Tell(figures);
        }
    }

    /// <summary>What a node is to tell of a lease; from then on it spends no more of it than it says it keeps.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="isOver">Whether the node stops, and gives back what it can.</param>
    public LeaseReport BeginReport(LeasedUse lease, bool isOver)
    {
        lock (_lock)
        {
            return lease.BeginReport(Now(), isOver);
        }
    }

    /// <summary>Takes what the store gave; null when it knows nothing any more.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="report">What was told.</param>
    /// <param name="answer">What the store gave.</param>
    /// <param name="took">Time since it was told: the lease's life began then at the latest.</param>
    public void EndReport(LeasedUse lease, LeaseReport report, LeaseAnswer? answer, TimeSpan took)
    {
        lock (_lock)
        {
            lease.EndReport(report, answer, Now(), took);
        }
    }

    /// <summary>Reads leases, under the lock that guards them.</summary>
    public void Read(Action<Moment> read)
    {
        lock (_lock)
        {
            read(Now());
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

    /// <summary>Counts as spent what a batch holds that was made before this process knew of it; once, however often it is said.</summary>
    public void HoldBatch(LimitModel limit, string value, string batch, TimeSpan ago, long nanoUsd)
    {
        lock (_lock)
        {
            var now = Now();
            Find(new Claim(limit, value, default), now).HoldBatch(batch, now, ago, nanoUsd);
        }
    }

    /// <summary>Turns the money that a request holds into what its batch holds, which counts as spent.</summary>
    /// <param name="holds">What is held; without the money then.</param>
    /// <param name="batch">The batch's name.</param>
    /// <param name="nanoFor">What the batch holds of each limit.</param>
    public void KeepForBatch(Span<Hold> holds, string batch, Func<LimitModel, long> nanoFor)
    {
        lock (_lock)
        {
            var now = Now();
            foreach (ref var hold in holds)
            {
                hold.Use.KeepForBatch(batch, now, hold.Demand, nanoFor(hold.Use.Limit));
                hold = hold with { Demand = hold.Demand with { NanoUsd = 0 } };
            }
        }
    }

    /// <summary>Counts what a batch cost, in place of what it held.</summary>
    public void CountBatch(LimitModel limit, string value, string batch, long nanoUsd)
    {
        lock (_lock)
        {
            var now = Now();
            Find(new Claim(limit, value, default), now).CountBatch(batch, now, nanoUsd);
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
            _budgets.RemoveAll(entry => entry.Use.Limit.Id == limitId);
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

    /// <summary>How all budgets stand of which something is known.</summary>
    /// <param name="into">Where to.</param>
    public void ReadBudgets(List<BudgetStanding> into)
    {
        // In pieces, so that no request waits for all of them. What is swept meanwhile is idle, and what it moves is seen the next time.
        for (var from = 0; ; from += PieceOfBudgets)
        {
            lock (_lock)
            {
                var now = Now();
                foreach (var (value, use) in CollectionsMarshal.AsSpan(_budgets)[Math.Min(from, _budgets.Count)..Math.Min(from + PieceOfBudgets, _budgets.Count)])
                {
                    if (use.Limit.Budget is not null)
                    {
                        into.Add(use.ReadBudget(value, now));
                    }
                }
                if (from + PieceOfBudgets >= _budgets.Count)
                {
                    return;
                }
            }
        }
    }

    private Moment Now() => new(clock.GetElapsedTime(_start).Ticks + BeforeTheStart, clock.GetUtcNow());

    private DecidedBy By(SubjectUse use, Moment now, SharedPass pass)
    {
        var limit = use.Limit;
        if (leases is null || limit.Sharing == LimitSharing.Local)
        {
            return DecidedBy.Node;
        }
        if (limit.Sharing == LimitSharing.Exact)
        {
            return pass.IsStoreAway ? leases.Fallback(limit) : DecidedBy.Store;
        }
        // What is leased was taken out of what is free: it stays good while the store is away.
        return leases.IsStoreAway && !use.Lease!.IsValid(now) ? leases.Fallback(limit) : DecidedBy.Lease;
    }

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
            if (found is null)
            {
                found = new SubjectUse();
                if (claim.Limit.Budget is not null)
                {
                    _budgets.Add((key.Item2, found));
                }
            }
            use = found;
        }
        use.Follow(claim.Limit);
        if (claim.Limit.Sharing == LimitSharing.Leased && leases is not null)
        {
            use.Lease ??= new LeasedUse(use, claim with { Value = key.Value, Demand = default });
        }
        return use;
    }

    // When the number has doubled since the last time, so that a subject is looked at a bounded number of times in its life.
    private void Sweep(Moment now)
    {
        _budgets.RemoveAll(entry => entry.Use.IsIdle(now));
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
