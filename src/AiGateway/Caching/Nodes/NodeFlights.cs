using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace AiGateway.Caching.Nodes;

/// <summary>One call for many across nodes: who makes a call holds a lease of its key, the others wait for its answer, for a bounded time.</summary>
/// <remarks>
/// Whatever fails here costs a call that might have been spared, and nothing else. A lease lives for <see cref="Life"/> and is renewed every
/// <see cref="Renewal"/>; a renewal also brings back one that the store has lost. So a key without a lease, and without a word of how
/// its call ended, has lost its node or its store: it is given the time of two renewals before another node takes over.
/// </remarks>
internal sealed class NodeFlights
{
    /// <summary>How long a lease lives that is not renewed.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(3);

    /// <summary>How often it is renewed.</summary>
    public static readonly TimeSpan Renewal = TimeSpan.FromSeconds(1);

    /// <summary>How often who waits asks, beside being told.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Grace = Renewal * 2;

    private static readonly NodeTurn InVain = new(null, MayBeKept: false, HasWaited: true);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<LeaseState>> _waiting = new(StringComparer.Ordinal);
    private readonly INodeLeases? _leases;
    private readonly CacheMetrics _metrics;
    private readonly TimeProvider _clock;

    /// <param name="leases">What nodes share; null where they share nothing.</param>
    /// <param name="metrics">Counts what came of waiting.</param>
    /// <param name="clock">The clock.</param>
    public NodeFlights(INodeLeases? leases, CacheMetrics metrics, TimeProvider clock)
    {
        (_leases, _metrics, _clock) = (leases, metrics, clock);
        if (leases is not null)
        {
            leases.Ended = Heard;
        }
    }

    /// <summary>Takes the lease of a key, or waits for the call of the node that has it.</summary>
    /// <param name="key">What is asked.</param>
    /// <param name="patience">How long to wait at most.</param>
    /// <param name="cancellationToken">The caller hung up.</param>
    public async ValueTask<NodeTurn> TurnAsync(string key, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (_leases is null || patience <= TimeSpan.Zero)
        {
            return default;
        }
        var holder = NewHolder();
        var state = await _leases.TakeAsync(key, holder);
        if (state != LeaseState.Held)
        {
            return state == LeaseState.Taken ? Lead(key, holder, hasWaited: false) : default;
        }
        var (turn, came) = await WaitAsync(key, holder, patience, cancellationToken);
        _metrics.Waited(came);
        return turn;
    }

    /// <summary>Takes the lease of a key, if no other node has it; without waiting.</summary>
    /// <returns>Whether no other node is known to have it; and the lease, to be ended, null where nodes share nothing at the moment.</returns>
    public async ValueTask<(bool IsFree, NodeLease? Lease)> TryTakeAsync(string key)
    {
        var holder = NewHolder();
        var state = _leases is null ? LeaseState.Unavailable : await _leases.TakeAsync(key, holder);
        return (state != LeaseState.Held, state == LeaseState.Taken ? new NodeLease(_leases!, key, holder, _clock) : null);
    }

    private async ValueTask<(NodeTurn Turn, NodeWait Came)> WaitAsync(string key, string holder, TimeSpan patience, CancellationToken cancellationToken)
    {
        var (began, freeSince) = (_clock.GetTimestamp(), (long?)null);
        var notice = Listen(key);
        try
        {
            while (true)
            {
                var state = await _leases!.ReadAsync(key);
                freeSince = state == LeaseState.Free ? freeSince ?? _clock.GetTimestamp() : null;
                if (freeSince is { } since && _clock.GetElapsedTime(since) >= Grace)
                {
                    state = LeaseState.GivenUp;
                }
                if (state is LeaseState.Free or LeaseState.Held)
                {
                    var left = patience - _clock.GetElapsedTime(began);
                    if (left <= TimeSpan.Zero)
                    {
                        return (InVain, NodeWait.TooLong);
                    }
                    await Task.WhenAny(notice.Task, Task.Delay(left < Poll ? left : Poll, _clock, cancellationToken));
                    cancellationToken.ThrowIfCancellationRequested();
                    if (!notice.Task.IsCompletedSuccessfully)
                    {
                        continue;
                    }
                    state = await notice.Task;
                    notice = Listen(key);
                }
                switch (state)
                {
                    case LeaseState.Kept:
                        return (new NodeTurn(null, MayBeKept: true, HasWaited: true), NodeWait.Kept);
                    case LeaseState.NotKept:
                        return (InVain, NodeWait.NotKept);
                    case LeaseState.Unavailable:
                        return (InVain, NodeWait.Unavailable);
                    default:
                        freeSince = null;
                        if (await _leases.TakeAsync(key, holder) == LeaseState.Taken)
                        {
                            return (Lead(key, holder, hasWaited: true), NodeWait.TakenOver);
                        }
                        break;
                }
            }
        }
        finally
        {
            // Another of this node that waits for the same finds out by asking.
            _waiting.TryRemove(KeyValuePair.Create(key, notice));
        }
    }

    private TaskCompletionSource<LeaseState> Listen(string key) =>
        _waiting.GetOrAdd(key, static _ => new TaskCompletionSource<LeaseState>(TaskCreationOptions.RunContinuationsAsynchronously));

    // Between looking for the answer and taking the lease, another call may have come to its end.
    private NodeTurn Lead(string key, string holder, bool hasWaited) => new(new NodeLease(_leases!, key, holder, _clock), MayBeKept: true, hasWaited);

    private static string NewHolder() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    private void Heard(string key, LeaseState end)
    {
        if (_waiting.TryRemove(key, out var notice))
        {
            notice.TrySetResult(end);
        }
    }
}
