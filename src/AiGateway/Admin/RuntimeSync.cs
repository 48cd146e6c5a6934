using AiGateway.Configuration;
using AiGateway.Configuration.Runtime;
using AiGateway.Hosting;
using AiGateway.Pipeline;
using AiGateway.Telemetry;

namespace AiGateway.Admin;

/// <summary>Puts what is made at run time in force: at the start, at once after a change on this node, and within half a second after one on another.</summary>
/// <remarks>
/// While the store has not answered since the start, nobody knows which keys are good: a copy from before might hold keys that
/// were revoked since, so there is none. The file's keys work meanwhile, others get 503, and the node is not ready. A store that
/// goes away later changes nothing: what was read last stays in force, and nothing can be changed on any node that does not reach it.
/// </remarks>
internal sealed partial class RuntimeSync(EntryBook book, IRuntimeStore store, SnapshotHolder snapshots, SpendRestorer spend, RuntimeMetrics metrics, ILogger<RuntimeSync> logger) : BackgroundService
{
    /// <summary>The longest that a node does not ask the store whether it has gone on: a change is to be everywhere within a second.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private bool _isDown;

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        snapshots.Overlay(RuntimeSet.Unknown);
        // What was spent is given back after this, for all budgets at once.
        book.InForce = set =>
        {
            snapshots.Overlay(set);
            return Task.CompletedTask;
        };
        await CatchUpAsync(cancellationToken);
        book.InForce = PutInForceAsync;
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await store.WaitAsync(PollInterval, stoppingToken);
                await CatchUpAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Always while it waits, so that the store lets go of what it waits with.
        }
    }

    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await book.CatchUpAsync(cancellationToken))
            {
                Log.Taken(logger, book.Current.Revision);
            }
            if (_isDown)
            {
                Log.Back(logger);
            }
            metrics.IsStoreUp = true;
            _isDown = false;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
        catch (StoreException e)
        {
            metrics.IsStoreUp = false;
            if (!_isDown)
            {
                Log.Unreachable(logger, e.Message);
            }
            _isDown = true;
        }
        catch (Exception e)
        {
            // An unforeseen fault must not end the watching: a key that is revoked later would go on working.
            metrics.IsStoreUp = false;
            Log.Failed(logger, e);
        }
    }

    private async Task PutInForceAsync(RuntimeSet set)
    {
        var before = book.Current;
        if (!ReferenceEquals(before.Amounts.Limits, set.Amounts.Limits) || !ReferenceEquals(before.Amounts.Budgets, set.Amounts.Budgets))
        {
            // Keys first: a revocation does not wait for the ledger. Then what was spent, so that a budget never begins with nothing spent.
            snapshots.Overlay(set.WithAmountsOf(before));
            await Task.Run(() => spend.Restore(RuntimeOverlay.Limits(snapshots.File, set)));
        }
        snapshots.Overlay(set);
        // A reload in between saw the limits of before, and took the new ones for gone. Usually there is nothing to do.
        _ = spend.Restore(snapshots.Current.Limits);
    }

    private static partial class Log
    {
        [LoggerMessage(5101, LogLevel.Information, "Keys, teams, limits and budgets made at run time are in force as revision {Revision}.")]
        public static partial void Taken(ILogger logger, long revision);

        [LoggerMessage(5102, LogLevel.Error, "The store of keys, teams, limits and budgets made at run time is out of reach; what was read last stays in force, and nothing can be changed. {Reason}")]
        public static partial void Unreachable(ILogger logger, string reason);

        [LoggerMessage(5103, LogLevel.Information, "The store of keys, teams, limits and budgets made at run time is back.")]
        public static partial void Back(ILogger logger);

        [LoggerMessage(5104, LogLevel.Error, "Reading keys, teams, limits and budgets made at run time failed; what was read last stays in force.")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
