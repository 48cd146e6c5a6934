using System.Runtime.InteropServices;
using AiGateway.Configuration;

namespace AiGateway.Admission;

/// <summary>The lanes of a queue, and how many wait in them. Guarded by the queue's lock, but for <see cref="IsEmpty"/>.</summary>
internal sealed class QueueLanes(QueueMetrics metrics)
{
    /// <summary>Most requests that wait at the same time, over all limits: each keeps its body in memory.</summary>
    public const int MostWaiting = 10_000;

    private readonly Dictionary<(string Limit, string Subject), QueueLane> _lanes = [];
    private readonly Dictionary<string, int> _ofLimit = new(StringComparer.Ordinal);
    private int _waiting;

    /// <summary>Whether nobody waits.</summary>
    public bool IsEmpty => Volatile.Read(ref _waiting) == 0;

    /// <summary>All who wait, in no order.</summary>
    public IEnumerable<QueueWaiter> Waiters => _lanes.Values.SelectMany(static lane => lane.All);

    /// <summary>The lane of a limit's subject; null when nobody waits there.</summary>
    public QueueLane? Find(LimitModel limit, string subject) => _lanes.GetValueOrDefault((limit.Id, subject));

    /// <summary>Lets one stand in line for a limit, and wait no longer than one does there.</summary>
    /// <returns>False when too many wait.</returns>
    public bool TryJoin(QueueWaiter waiter, LimitModel limit)
    {
        var (queue, key) = (limit.Queue!, (limit.Id, waiter.SubjectOf(limit)));
        if (_waiting >= MostWaiting || _ofLimit.GetValueOrDefault(limit.Id) >= queue.MaxWaiting)
        {
            return false;
        }
        CollectionsMarshal.GetValueRefOrAddDefault(_ofLimit, limit.Id, out _)++;
        Volatile.Write(ref _waiting, _waiting + 1);
        metrics.Joined(waiter.Priority, 1);
        if (!_lanes.TryGetValue(key, out var lane))
        {
            lane = _lanes[key] = new QueueLane(limit, key.Item2) { Refusal = waiter.Refusal };
        }
        waiter.Most = waiter.Most < queue.MaxWait ? waiter.Most : queue.MaxWait;
        lane.Add(waiter);
        return true;
    }

    /// <summary>Takes one out of its line.</summary>
    /// <param name="waiter">Who.</param>
    /// <param name="hadItsTurn">Whether it was let in.</param>
    public void Remove(QueueWaiter waiter, bool hadItsTurn)
    {
        var limit = waiter.Lane!.Limit.Id;
        waiter.Lane.Remove(waiter, hadItsTurn);
        Volatile.Write(ref _waiting, _waiting - 1);
        metrics.Joined(waiter.Priority, -1);
        if (--CollectionsMarshal.GetValueRefOrNullRef(_ofLimit, limit) == 0)
        {
            _ofLimit.Remove(limit);
        }
    }

    /// <summary>Forgets a lane in which nobody waits.</summary>
    public void Close(QueueLane lane)
    {
        lane.Timer?.Dispose();
        lane.Timer = null;
        // Somebody may have opened another of its name since.
        if (ReferenceEquals(_lanes.GetValueOrDefault((lane.Limit.Id, lane.Subject)), lane))
        {
            _lanes.Remove((lane.Limit.Id, lane.Subject));
        }
    }
}
