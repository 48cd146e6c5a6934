using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>Where requests wait for limits that have a queue, until there is room or their time is over.</summary>
/// <remarks>
/// Each limit of each subject has a lane. Whoever changes something wakes the lane: a request that ends, a timer for when use
/// passes out of the window, one that leaves the line. Waking asks all limits of the one whose turn it is again, by the same
/// decision as at first, so that a wake-up lets nobody in who has no room; and goes on with the next until one is refused.
/// One that is refused by another limit than the one it waits for stands in line there. A waiter holds nothing, and nobody
/// waits for the lock while limits are asked: where their state is elsewhere, that takes time.
/// Who waits for one limit may be let in before somebody who waits for another that both need.
/// </remarks>
internal sealed class AdmissionQueue : IDisposable
{
    // For what nothing here can tell: requests that end at other nodes, limits that a reload has raised.
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private readonly QueueLanes _lanes;
    private readonly TimeProvider _clock;
    private readonly DrainState _drain;
    private readonly QueueMetrics _metrics;
    private readonly CancellationTokenRegistration _draining;

    public AdmissionQueue(TimeProvider clock, DrainState drain, QueueMetrics metrics)
    {
        (_clock, _drain, _metrics, _lanes) = (clock, drain, metrics, new QueueLanes(metrics));
        _draining = drain.Begun.UnsafeRegister(static self => ((AdmissionQueue)self!).RefuseAll(), this);
    }

    /// <summary>Why a new request is to stand in line without having asked: others wait already. Null when nobody does.</summary>
    public LimitRefusal? Ahead(Exchange exchange)
    {
        var limits = exchange.Snapshot.Limits.Queued;
        if (limits.Length == 0 || _lanes.IsEmpty)
        {
            return null;
        }
        foreach (var limit in limits)
        {
            if (Subjects.KeyOf(limit, exchange) is { } subject && LaneOf(limit, subject) is { Refusal: { } refusal })
            {
                return refusal;
            }
        }
        return null;
    }

    /// <summary>Lets in whom there is room for now that a request has ended.</summary>
    public void Freed(Exchange exchange)
    {
        var limits = exchange.Snapshot.Limits.Queued;
        if (limits.Length == 0)
        {
            return;
        }
        // What was freed is to be seen by whoever begins to wait now, or he by us.
        Interlocked.MemoryBarrier();
        if (_lanes.IsEmpty)
        {
            return;
        }
        foreach (var limit in limits)
        {
            if (Subjects.KeyOf(limit, exchange) is { } subject)
            {
                Freed(limit, subject);
            }
        }
    }

    /// <summary>Lets in whom there is room for now that a subject's use of a limit has become less.</summary>
    public void Freed(LimitModel limit, string subject)
    {
        if (LaneOf(limit, subject) is { } lane)
        {
            Wake(lane);
        }
    }

    /// <summary>Waits until there is room, and then holds it.</summary>
    /// <param name="waiter">Who waits; afterwards with the newest refusal.</param>
    /// <param name="refusal">What refuses it, or those ahead of it; one that can be waited for.</param>
    /// <param name="gone">Cancelled when the caller hangs up.</param>
    public async Task<QueueOutcome> WaitAsync(QueueWaiter waiter, LimitRefusal refusal, CancellationToken gone)
    {
        waiter.Began = _clock.GetTimestamp();
        QueueLane lane;
        lock (_lock)
        {
            waiter.Refusal = refusal;
            if (_drain.IsDraining || !_lanes.TryJoin(waiter, refusal.Limit))
            {
                var outcome = _drain.IsDraining ? QueueOutcome.Draining : QueueOutcome.Full;
                _metrics.Ended(waiter.Priority, outcome, TimeSpan.Zero);
                return outcome;
            }
            lane = waiter.Lane!;
            waiter.Timer = _clock.CreateTimer(static state => Leave(state, QueueOutcome.TimedOut), (this, waiter), waiter.Most, Timeout.InfiniteTimeSpan);
        }
        await using var registration = gone.UnsafeRegister(static state => Leave(state, QueueOutcome.CallerGone), (this, waiter));
        Wake(lane);
        return await waiter.Completion;
    }

    public void Dispose() => _draining.Dispose();

    private static void Leave(object? state, QueueOutcome outcome)
    {
        var (queue, waiter) = ((AdmissionQueue, QueueWaiter))state!;
        queue.Leave(waiter, outcome);
    }

    private QueueLane? LaneOf(LimitModel limit, string subject)
    {
        lock (_lock)
        {
            return _lanes.Find(limit, subject);
        }
    }

    private void Leave(QueueWaiter waiter, QueueOutcome outcome)
    {
        QueueLane lane;
        lock (_lock)
        {
            if (waiter.Lane is null || waiter.IsTrying)
            {
                waiter.Leaving ??= outcome;
                return;
            }
            lane = waiter.Lane;
            End(waiter, outcome);
        }
        // It may have been the one that had no room.
        Wake(lane);
    }

    private void RefuseAll()
    {
        List<QueueWaiter> all;
        lock (_lock)
        {
            all = [.. _lanes.Waiters];
        }
        foreach (var waiter in all)
        {
            Leave(waiter, QueueOutcome.Draining);
        }
    }

    private void Wake(QueueLane lane)
    {
        lock (_lock)
        {
            if (lane.IsPumped)
            {
                lane.Again = true;
                return;
            }
            lane.IsPumped = true;
        }
        _ = LetInAsync(lane);
    }

    /// <summary>Lets in one after the other until the next has no room. Never throws.</summary>
    private async Task LetInAsync(QueueLane lane)
    {
        while (true)
        {
            QueueWaiter waiter;
            lock (_lock)
            {
                if (lane.First is not { } first)
                {
                    lane.IsPumped = false;
                    _lanes.Close(lane);
                    return;
                }
                waiter = first;
                waiter.IsTrying = true;
                lane.Again = false;
            }
            LimitRefusal? refusal = null;
            Exception? fault = null;
            try
            {
                refusal = await waiter.TryHold();
            }
            catch (Exception e)
            {
                // It is this request's fault or its store's: it ends with it, and the others go on.
                fault = e;
            }
            QueueLane? elsewhere;
            lock (_lock)
            {
                waiter.IsTrying = false;
                if (!GoesOn(lane, waiter, refusal, fault, out elsewhere))
                {
                    lane.IsPumped = false;
                    return;
                }
            }
            if (elsewhere is not null)
            {
                Wake(elsewhere);
            }
        }
    }

    /// <summary>Does what follows from an answer; false when the lane has to wait.</summary>
    private bool GoesOn(QueueLane lane, QueueWaiter waiter, LimitRefusal? refusal, Exception? fault, out QueueLane? elsewhere)
    {
        elsewhere = null;
        if (fault is not null)
        {
            End(waiter, QueueOutcome.Refused, fault);
            return true;
        }
        if (refusal is null)
        {
            // Also one whose time has run out meanwhile: what it holds is its own to give back.
            End(waiter, QueueOutcome.Admitted);
            return true;
        }
        waiter.Refusal = refusal;
        var isElsewhere = refusal.Limit.Id != lane.Limit.Id;
        if (waiter.Leaving is { } leaving)
        {
            End(waiter, leaving);
        }
        else if (!refusal.CanWait || (!refusal.IsHeld && refusal.FreeIn > RestOf(waiter)))
        {
            End(waiter, QueueOutcome.Refused);
        }
        else if (isElsewhere)
        {
            _lanes.Remove(waiter, hadItsTurn: false);
            if (_lanes.TryJoin(waiter, refusal.Limit))
            {
                elsewhere = waiter.Lane;
                waiter.Timer!.Change(Longer(RestOf(waiter), TimeSpan.Zero), Timeout.InfiniteTimeSpan);
            }
            else
            {
                Complete(waiter, QueueOutcome.Full);
            }
        }
        else
        {
            lane.Refusal = refusal;
            if (lane.Again || !ReferenceEquals(lane.First, waiter))
            {
                return true;
            }
            Arm(lane, refusal);
            return false;
        }
        return true;
    }

    private void End(QueueWaiter waiter, QueueOutcome outcome, Exception? fault = null)
    {
        _lanes.Remove(waiter, hadItsTurn: outcome == QueueOutcome.Admitted);
        Complete(waiter, outcome, fault);
    }

    private void Complete(QueueWaiter waiter, QueueOutcome outcome, Exception? fault = null)
    {
        waiter.Timer!.Dispose();
        _metrics.Ended(waiter.Priority, outcome, _clock.GetElapsedTime(waiter.Began));
        if (fault is null)
        {
            waiter.Complete(outcome);
        }
        else
        {
            waiter.Fail(fault);
        }
    }

    private void Arm(QueueLane lane, LimitRefusal refusal)
    {
        var due = refusal.FreeIn <= TimeSpan.Zero ? Retry : refusal.IsHeld ? Shorter(refusal.FreeIn, Retry) : refusal.FreeIn;
        // Timers count whole milliseconds: a moment too early would be one question too many.
        due = TimeSpan.FromMilliseconds(Math.Ceiling(due.TotalMilliseconds));
        lane.Timer ??= _clock.CreateTimer(
            static state =>
            {
                var (queue, lane) = ((AdmissionQueue, QueueLane))state!;
                queue.Wake(lane);
            },
            (this, lane), Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lane.Timer.Change(due, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan RestOf(QueueWaiter waiter) => waiter.Most - _clock.GetElapsedTime(waiter.Began);

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
