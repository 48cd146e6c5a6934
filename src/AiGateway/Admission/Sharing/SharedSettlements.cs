using System.Collections.Concurrent;
using System.Threading.Channels;

namespace AiGateway.Admission.Sharing;

/// <summary>Ends reservations in the store, behind the answers; and says of those that run that they are still held.</summary>
/// <remarks>
/// What the store does not take is told again until it does, in order: under a reservation's name it counts once. The queue is
/// bounded; what does not fit is counted as lost, and its hold is freed by its own expiry.
/// </remarks>
internal sealed partial class SharedSettlements : BackgroundService
{
    /// <summary>How long a reservation is held that nobody renews: what a killed node held is free after that.</summary>
    public static readonly TimeSpan HoldLife = TimeSpan.FromSeconds(60);

    /// <summary>Settlements that may wait.</summary>
    public const int Most = 100_000;

    private const int AtOnce = 128;
    private const int RenewedAtOnce = 200;
    private static readonly TimeSpan RenewEvery = HoldLife / 3;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly ILimitStore _store;
    private readonly StoreRecovery _recovery;
    private readonly TimeProvider _clock;
    private readonly SharingMetrics _metrics;
    private readonly ILogger<SharedSettlements> _logger;
    private readonly Channel<Settlement> _queue = Channel.CreateBounded<Settlement>(new BoundedChannelOptions(Most) { SingleReader = true });
    private readonly ConcurrentDictionary<string, SharedHold> _held = new(StringComparer.Ordinal);
    private int _unsettled;

    public SharedSettlements(ILimitStore store, StoreRecovery recovery, TimeProvider clock, SharingMetrics metrics, ILogger<SharedSettlements> logger)
    {
        (_store, _recovery, _clock, _metrics, _logger) = (store, recovery, clock, metrics, logger);
        metrics.ObserveUnsettled(() => Volatile.Read(ref _unsettled));
        // Also a node that nobody asks has something to tell to a store that has lost it.
        store.CameBack += (_, _) => _ = recovery.RecoverAsync(SharedHold.TagOf(organisation: null));
    }

    /// <summary>Settlements that the store has not taken yet.</summary>
    public int Unsettled => Volatile.Read(ref _unsettled);

    /// <summary>A reservation is held, and is to be renewed until it is settled.</summary>
    public void Keep(SharedHold hold) => _held[hold.Id] = hold;

    /// <summary>Ends a reservation, whether the store holds it or not. Never waits.</summary>
    public void Settle(SharedHold hold, in Demand used)
    {
        _held.TryRemove(hold.Id, out _);
        Enqueue(new Settlement(hold, used, null));
    }

    /// <summary>Counts what a batch holds or cost. Never waits.</summary>
    public void Book(BatchBooking booking) => Enqueue(new Settlement(null, default, booking));

    /// <summary>Holds what runs anew in a store that came back empty: it was allowed, and is in no ledger yet.</summary>
    /// <exception cref="LimitStoreException">The store does not answer.</exception>
    public async Task HoldAgainAsync()
    {
        foreach (var hold in _held.Values)
        {
            await HoldAgainAsync(hold);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var renewing = RenewAsync(stoppingToken);
        var batch = new List<Settlement>(AtOnce);
        try
        {
            while (batch.Count > 0 || await _queue.Reader.WaitToReadAsync(stoppingToken))
            {
                await TellAsync(batch, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // What waits is told by StopAsync.
        }
        using var last = new CancellationTokenSource(LastWords, _clock);
        try
        {
            while (batch.Count > 0 || _queue.Reader.Count > 0)
            {
                await TellAsync(batch, last.Token);
            }
        }
        catch (OperationCanceledException)
        {
            _metrics.Lost(Unsettled);
            Log.Lost(_logger, Unsettled);
        }
        await renewing;
    }

    private void Enqueue(in Settlement settlement)
    {
        if (_queue.Writer.TryWrite(settlement))
        {
            Interlocked.Increment(ref _unsettled);
        }
        else
        {
            _metrics.Lost(1);
        }
    }

    private async Task TellAsync(List<Settlement> batch, CancellationToken stop)
    {
        while (batch.Count < AtOnce && _queue.Reader.TryRead(out var next))
        {
            batch.Add(next);
        }
        var told = await Task.WhenAll(batch.Select(TellAsync));
        var (left, faults) = (0, told.Count(static fault => fault is not null));
        for (var i = 0; i < told.Length; i++)
        {
            if (told[i] is not null)
            {
                batch[left++] = batch[i];
            }
        }
        batch.RemoveRange(left, batch.Count - left);
        Interlocked.Add(ref _unsettled, faults - told.Length);
        if (faults > 0)
        {
            if (Array.Find(told, static fault => fault?.Fault == LimitStoreFault.Empty) is { } empty)
            {
                await _recovery.RecoverAsync(empty.Tag);
            }
            await Task.Delay(Pause, _clock, stop);
        }
    }

    private async Task<LimitStoreException?> TellAsync(Settlement settlement)
    {
        try
        {
            await (settlement.Booking is { } booking ? _store.BookAsync(booking) : _store.SettleAsync(settlement.Hold!, settlement.Used));
            return null;
        }
        catch (LimitStoreException e)
        {
            return e;
        }
    }

    private async Task RenewAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(RenewEvery, _clock, stop);
                foreach (var group in _held.Values.GroupBy(static hold => hold.Tag, StringComparer.Ordinal))
                {
                    foreach (var some in group.Chunk(RenewedAtOnce))
                    {
                        await RenewAsync(group.Key, some);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops; what it still holds ends with its requests, or by its expiry.
        }
    }

    private async Task RenewAsync(string tag, IReadOnlyList<SharedHold> holds)
    {
        try
        {
            foreach (var lost in await _store.RenewAsync(tag, holds))
            {
                // The store was away for too long, or came back empty: what runs was allowed, and goes on counting.
                await HoldAgainAsync(lost);
            }
        }
        catch (LimitStoreException e) when (e.Fault == LimitStoreFault.Empty)
        {
            await _recovery.RecoverAsync(e.Tag);
        }
        catch (LimitStoreException e)
        {
            Log.NotRenewed(_logger, holds.Count, e.Message);
        }
    }

    private async Task HoldAgainAsync(SharedHold hold)
    {
        if (_held.ContainsKey(hold.Id))
        {
            hold.Epoch = (await _store.HoldAsync(hold, hold.Claims, newRequest: true, unasked: true)).Epoch;
        }
    }

    // One or the other: the end of a reservation, or what a batch comes to.
    private readonly record struct Settlement(SharedHold? Hold, Demand Used, BatchBooking? Booking);

    private static partial class Log
    {
        [LoggerMessage(1314, LogLevel.Warning, "{Count} reservations could not be renewed: {Reason}")]
        public static partial void NotRenewed(ILogger logger, int count, string reason);

        [LoggerMessage(1315, LogLevel.Error, "The node stops, and {Count} settlements of shared limits were not taken: what they used is counted by the ledger alone.")]
        public static partial void Lost(ILogger logger, int count);
    }
}
