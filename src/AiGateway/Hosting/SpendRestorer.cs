using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Admission;
using AiGateway.Admission.Sharing;
using AiGateway.Configuration;

namespace AiGateway.Hosting;

/// <summary>Gives budgets back what the ledger says was spent, before the gateway takes requests: a restart forgives nothing. Budgets that a reload brings likewise.</summary>
/// <remarks>
/// The ledger sums by the hour, and not by users and tags: those begin anew. What was held for requests that a kill interrupted
/// is counted as the ledger estimates it (<c>durability: strict</c>), else as nothing. A store that nodes share is told the same,
/// each ledger once in the store's life: when the gateway starts, and when the store has come back empty.
/// </remarks>
internal sealed partial class SpendRestorer(
    IServiceProvider services, ILedgerReader ledger, Limiter limiter, SnapshotHolder snapshots, HostModel host, TimeProvider clock, ILogger<SpendRestorer> logger, ILimitStore? store = null)
    : IHostedService, IReloadObserver, IStoreRestorer
{
    // A queue of a few hundred megabytes; a store that takes nothing is not waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan StorePause = TimeSpan.FromMilliseconds(100);

    // Shorter times are over before a report would be true.
    private static readonly TimeSpan Shortest = TimeSpan.FromHours(12);

    private readonly HashSet<(string Id, LimitRate Rate)> _restored = [];
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await RestoreHereAsync(cancellationToken);
        if (store is not null && snapshots.Current.Limits.AreShared)
        {
            await RestoreStoreAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void OnReload(ReloadResult result)
    {
        if (!result.Succeeded || host.Ledger is null)
        {
            return;
        }
        ThreadPool.UnsafeQueueUserWorkItem(static self => self.Restore(), this, preferLocal: false);
        if (store is not null)
        {
            _ = RestoreBroughtAsync();
        }
    }

    /// <inheritdoc/>
    public async Task RestoreAsync(string tag)
    {
        var tags = new HashSet<string>(StringComparer.Ordinal) { tag };
        if (host.Ledger is { } settings)
        {
            // What ended just now is on its way into the ledger.
            await Task.Delay(2 * settings.Flush, clock);
            try
            {
                await TellStoreAsync(tags);
            }
            catch (LedgerStoreException e)
            {
                throw new LimitStoreException($"the ledger cannot be read: {e.Message}", LimitStoreFault.Unavailable, e);
            }
        }
        foreach (var known in tags)
        {
            await store!.BeginAsync(known);
        }
    }

    // The connection is only just being made; a store that is not there is not waited for. What is missing then is told when it is asked for.
    private async Task RestoreStoreAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        LimitStoreException? first = null;
        while (true)
        {
            try
            {
                await RestoreAsync(SharedHold.TagOf(organisation: null));
                return;
            }
            catch (LimitStoreException e) when (clock.GetElapsedTime(began) > StorePatience)
            {
                Log.StoreNotRestored(logger, (first ?? e).Message);
                return;
            }
            catch (LimitStoreException e)
            {
                first = e.Fault == LimitStoreFault.Unavailable ? e : first;
                await Task.Delay(StorePause, clock, cancellationToken);
            }
        }
    }

    private async Task RestoreHereAsync(CancellationToken cancellationToken)
    {
        if (host.Ledger is null || !Array.Exists(snapshots.Current.Limits.All, static limit => SpendRateOf(limit) is not null && Dimensions(limit) is not null))
        {
            return;
        }
        try
        {
            await services.GetRequiredService<LedgerQueue>().CaughtUp.WaitAsync(Patience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            Log.Behind(logger, Patience);
        }
        await Task.Run(Restore, cancellationToken);
    }

    private async Task RestoreBroughtAsync()
    {
        try
        {
            await TellStoreAsync([]);
        }
        catch (Exception e) when (e is LimitStoreException or LedgerStoreException)
        {
            Log.StoreNotRestored(logger, e.Message);
        }
    }

    private async Task TellStoreAsync(HashSet<string> tags)
    {
        var name = ledger.Name();
        foreach (var limit in snapshots.Current.Limits.All)
        {
            if (limit.Sharing == LimitSharing.Local || SpendRateOf(limit) is not { } rate || Dimensions(limit) is not { } dimensions)
            {
                continue;
            }
            foreach (var subject in SpentOf(limit, rate, dimensions).GroupBy(static spent => (spent.Value, spent.Organisation)))
            {
                var claim = new Claim(limit, subject.Key.Value, default, subject.Key.Organisation);
                await store!.RestoreAsync(name, claim, rate, [.. subject.Select(static spent => (spent.Ago, Demand.ToNano(spent.Usd)))]);
                tags.Add(SharedHold.TagOf(limit, claim.Organisation));
            }
        }
    }

    private static LimitRate? SpendRateOf(LimitModel limit) =>
        Array.Find(limit.Rates, static rate => rate.Measure == LimitMeasure.Spend && rate.Window >= Shortest);

    /// <summary>What tells a limit's subjects apart in the ledger; null for those that it does not know.</summary>
    private static LedgerDimension[]? Dimensions(LimitModel limit) => limit.Subject switch
    {
        LimitSubject.Key => [LedgerDimension.Organisation, LedgerDimension.Caller],
        LimitSubject.Project => [LedgerDimension.Organisation, LedgerDimension.Team, LedgerDimension.Project],
        LimitSubject.Team => [LedgerDimension.Organisation, LedgerDimension.Team],
        LimitSubject.Organisation => [LedgerDimension.Organisation],
        LimitSubject.Alias => [LedgerDimension.Alias],
        LimitSubject.Deployment => [LedgerDimension.Deployment],
        LimitSubject.Provider => [LedgerDimension.Provider],
        LimitSubject.Gateway => [],
        _ => null,
    };

    private void Restore()
    {
        lock (_lock)
        {
            foreach (var limit in snapshots.Current.Limits.All)
            {
                if (SpendRateOf(limit) is not { } rate || Dimensions(limit) is not { } dimensions || !_restored.Add((limit.Id, rate)))
                {
                    continue;
                }
                try
                {
                    Restore(limit, rate, dimensions);
                }
                catch (LedgerStoreException e)
                {
                    _restored.Remove((limit.Id, rate));
                    Log.NotRestored(logger, limit.Id, e.Message);
                }
            }
        }
    }

    private void Restore(LimitModel limit, LimitRate rate, LedgerDimension[] dimensions)
    {
        var all = 0m;
        foreach (var (value, _, ago, usd) in SpentOf(limit, rate, dimensions))
        {
            limiter.RestoreSpend(limit, value, ago, Demand.ToNano(usd));
            all += usd;
        }
        Log.Restored(logger, limit.Id, all);
    }

    private IEnumerable<(string Value, string? Organisation, TimeSpan Ago, decimal Usd)> SpentOf(LimitModel limit, LimitRate rate, LedgerDimension[] dimensions)
    {
        var now = clock.GetUtcNow();
        var from = rate.Calendar?.Around(now).Start ?? now - rate.Window;
        foreach (var group in ledger.Sum(new LedgerQuery { From = FullHour(from), To = FullHour(now).AddHours(1), By = [.. dimensions, LedgerDimension.Hour] }))
        {
            var names = group.Keys.Take(dimensions.Length).ToArray();
            var name = names is [.., var last] ? last : Subjects.Everybody;
            if (name.Length == 0 || !limit.Covers(name))
            {
                continue;
            }
            // The end of its hour, so that money is never forgotten too early; the running hour's is now.
            var at = DateTimeOffset.Parse(group.Keys[^1], System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal).AddHours(1);
            var ago = now - at is { Ticks: > 0 } past ? past : TimeSpan.Zero;
            // A key is one wherever its owner stands; the widest name of the others is the organisation's.
            var value = Subjects.KeyOf(limit, limit.Subject == LimitSubject.Key || names is [] ? [name] : names);
            yield return (value, dimensions is [var widest, ..] && widest == LedgerDimension.Organisation && names[0].Length > 0 ? names[0] : null, ago, group.Sums.Cost);
        }
    }

    private static DateTimeOffset FullHour(DateTimeOffset time) => new(time.UtcDateTime.Date.AddHours(time.UtcDateTime.Hour), TimeSpan.Zero);

    private static partial class Log
    {
        [LoggerMessage(1301, LogLevel.Information, "'{Limit}' begins with what the ledger knows of its period: {Usd} USD over all its subjects.")]
        public static partial void Restored(ILogger logger, string limit, decimal usd);

        [LoggerMessage(1302, LogLevel.Error, "'{Limit}' begins with nothing spent, because the ledger cannot be read: {Reason}")]
        public static partial void NotRestored(ILogger logger, string limit, string reason);

        [LoggerMessage(1304, LogLevel.Warning, "The store of shared limits does not know yet what was spent: {Reason}")]
        public static partial void StoreNotRestored(ILogger logger, string reason);

        [LoggerMessage(1303, LogLevel.Warning, "The ledger's queue was not in its store after {Patience}: budgets begin with what the store knows.")]
        public static partial void Behind(ILogger logger, TimeSpan patience);
    }
}
