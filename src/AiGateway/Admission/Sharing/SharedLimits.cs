using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using AiGateway.Configuration;

namespace AiGateway.Admission.Sharing;

/// <summary>Decides over limits that several nodes share.</summary>
/// <remarks>
/// (1) What this node can decide is decided first: its own limits and its leases, all or nothing, without a wait.
/// (2) Where a lease is too small the store is asked for more, and (1) is repeated.
/// (3) What is exact is decided by the store, in one round trip; where it refuses, (1) is taken back.
/// (4) Where the store does not answer, each limit's <c>on_store_failure</c> says what holds.
/// </remarks>
internal sealed class SharedLimits(
    Limiter limiter, LeaseBook book, LeaseKeeper leases, ILimitStore store, StoreRecovery recovery, SharedSettlements settlements, TimeProvider clock)
{
    // So many callers may want the same lease at once that some come too late for a share several times over.
    private const int MostRefills = 16;

    private readonly ConcurrentDictionary<string, string> _epochs = new(StringComparer.Ordinal);

    /// <summary>Holds what is claimed of all limits, or of none.</summary>
    /// <param name="claims">What is asked of which limit.</param>
    /// <param name="holds">On success, what is held here is added; it is empty before.</param>
    /// <param name="exact">Those among the claims that the store decides on; null when there are none.</param>
    public async ValueTask<SharedDecision> TryHoldAsync(Claim[] claims, List<Hold> holds, SharedHold? exact)
    {
        var began = clock.GetTimestamp();
        // :: (1) and (2)
        var here = await HoldHereAsync(claims, holds, isStoreAway: false);
        if (here.Refusal is not null || exact is null)
        {
            return here;
        }
        // :: (3)
        if (await AskAsync(exact, exact.Claims, newRequest: true) is not { } decision)
        {
            // :: (4)
            limiter.Undo(CollectionsMarshal.AsSpan(holds), clock.GetElapsedTime(began));
            holds.Clear();
            var alone = await HoldHereAsync(claims, holds, isStoreAway: true);
            exact.Epoch = _epochs.GetValueOrDefault(exact.Tag);
            if (alone.Refusal is not null)
            {
                // It may be held all the same: an answer that did not come says nothing.
                settlements.Settle(exact, default);
            }
            else
            {
                Tell(holds, exact.Claims, null);
                settlements.Keep(exact);
            }
            return alone;
        }
        var shadows = here.Shadows;
        var refusal = Worst(decision, ref shadows);
        if (decision.Held)
        {
            Tell(holds, exact.Claims, decision.Figures);
            settlements.Keep(exact);
        }
        else
        {
            limiter.Undo(CollectionsMarshal.AsSpan(holds), clock.GetElapsedTime(began));
            holds.Clear();
        }
        return new SharedDecision(refusal, shadows);
    }

    /// <summary>Raises what is held, at all limits or at none that matters: what the store holds too much is free again when the request ends.</summary>
    /// <param name="holds">What is held here.</param>
    /// <param name="demandFor">What is to be held of each limit.</param>
    /// <param name="exact">What the store holds; null when it holds nothing.</param>
    public async ValueTask<LimitRefusal?> TryRaiseAsync(List<Hold> holds, Func<LimitModel, Demand> demandFor, SharedHold? exact)
    {
        var isStoreAway = false;
        if (exact is not null)
        {
            var raised = Array.ConvertAll(exact.Claims, claim => claim with { Demand = claim.Demand.To(demandFor(claim.Limit)) });
            if (Array.Exists(raised, static claim => claim.Demand != default))
            {
                List<LimitRefusal>? shadows = null;
                if (await AskAsync(exact, raised, newRequest: false) is not { } decision)
                {
                    isStoreAway = true;
                }
                else if (Worst(decision, ref shadows) is { } refusal)
                {
                    return refusal;
                }
                else
                {
                    exact.Claims = [.. exact.Claims.Zip(raised, static (had, more) => had with { Demand = had.Demand + more.Demand })];
                }
            }
        }
        for (var refills = 0; ; refills++)
        {
            var refusal = limiter.TryRaise(CollectionsMarshal.AsSpan(holds), demandFor, new SharedPass(isStoreAway, IsLast: false));
            if (refusal is not { Wanting.Count: > 0 } || refills == MostRefills)
            {
                return refusal;
            }
            await leases.RefillAsync(refusal.Wanting);
        }
    }

    /// <summary>Counts what a session has used while it goes on: at once, so that what is asked for next is decided with it; else behind it.</summary>
    /// <param name="exact">What the store holds for it.</param>
    /// <param name="number">Which time this is: under it, it counts once.</param>
    /// <param name="used">What was used since the last time.</param>
    public async ValueTask BookAsync(SharedHold exact, int number, Demand used)
    {
        var part = new SharedHold($"{exact.Id}/{number}", exact.Tag) { Claims = exact.Claims, Epoch = exact.Epoch };
        try
        {
            await store.SettleAsync(part, used);
        }
        catch (LimitStoreException)
        {
            settlements.Settle(part, used);
        }
    }

    /// <summary>Ends what the store holds, behind the answer.</summary>
    public void Settle(SharedHold exact, in Demand used) => settlements.Settle(exact, used);

    /// <summary>Counts what a batch holds that has just been made, of a limit that the store decides on: before what its request holds ends, or, where the store does not answer, behind it.</summary>
    public async ValueTask HoldBatchAsync(BatchBooking hold)
    {
        try
        {
            await store.BookAsync(hold);
        }
        catch (LimitStoreException)
        {
            settlements.Book(hold);
        }
    }

    /// <summary>Says what a batch holds of a limit of which it was spent here as of a lease, so that any node can take it back.</summary>
    /// <remarks>Where it is not certain that the store has counted it, it is not said, and not taken back by others: too much is counted then, never too little.</remarks>
    public async ValueTask HoldBatchAsync(LeasedUse lease, BatchBooking hold)
    {
        // A report that is under way may have begun before it was spent.
        await leases.RefillAsync([lease]);
        var answers = lease.Answers;
        await leases.RefillAsync([lease]);
        if (lease.Answers > answers)
        {
            settlements.Book(hold with { Kind = BatchBookingKind.CountedHold });
        }
    }

    /// <summary>Counts what a batch cost, behind its record.</summary>
    public void CountBatch(BatchBooking cost) =>
        settlements.Book(cost with { Epoch = _epochs.GetValueOrDefault(SharedHold.TagOf(cost.Claim.Limit, cost.Claim.Organisation)) });

    private async ValueTask<SharedDecision> HoldHereAsync(Claim[] claims, List<Hold> holds, bool isStoreAway)
    {
        for (var refills = 0; ; refills++)
        {
            List<LimitRefusal>? shadows = null;
            var refusal = limiter.TryHold(claims, newRequest: true, holds, ref shadows, new SharedPass(isStoreAway, IsLast: refills == MostRefills));
            if (refusal is not { Wanting.Count: > 0 } || refills == MostRefills)
            {
                return new SharedDecision(refusal, shadows);
            }
            await leases.RefillAsync(refusal.Wanting);
        }
    }

    // Null where it does not answer.
    private async ValueTask<StoreDecision?> AskAsync(SharedHold hold, Claim[] claims, bool newRequest)
    {
        try
        {
            StoreDecision decision;
            try
            {
                decision = await store.HoldAsync(hold, claims, newRequest, unasked: false);
            }
            catch (LimitStoreException e) when (e.Fault == LimitStoreFault.Empty)
            {
                await recovery.RecoverAsync(e.Tag);
                decision = await store.HoldAsync(hold, claims, newRequest, unasked: false);
            }
            book.StoreAnswered();
            hold.Epoch = decision.Epoch;
            if (!_epochs.TryGetValue(hold.Tag, out var known) || known != decision.Epoch)
            {
                _epochs[hold.Tag] = decision.Epoch;
                if (known is not null)
                {
                    // Others have begun without us: what we know is missing.
                    _ = recovery.RecoverAsync(hold.Tag);
                }
            }
            return decision;
        }
        catch (LimitStoreException e)
        {
            book.StoreFailed(e);
            return null;
        }
    }

    private void Tell(List<Hold> holds, Claim[] claims, RateFigures[][]? figures)
    {
        foreach (ref readonly var hold in CollectionsMarshal.AsSpan(holds))
        {
            for (var i = 0; i < claims.Length; i++)
            {
                if (ReferenceEquals(claims[i].Limit, hold.Use.Limit))
                {
                    limiter.Tell(hold, figures?[i]);
                }
            }
        }
    }

    private static LimitRefusal? Worst(StoreDecision decision, ref List<LimitRefusal>? shadows)
    {
        LimitRefusal? worst = null;
        foreach (var refusal in decision.Refusals)
        {
            if (refusal.Limit.Shadow)
            {
                (shadows ??= []).Add(refusal);
            }
            else if (worst is null || refusal.IsLongerThan(worst))
            {
                worst = refusal;
            }
        }
        return worst;
    }
}
