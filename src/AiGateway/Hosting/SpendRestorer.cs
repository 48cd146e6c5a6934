using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Admission;
using AiGateway.Admission.Sharing;
using AiGateway.Configuration;

namespace AiGateway.Hosting;

/// <summary>Gives budgets back what the ledger says was spent, and what batches hold whose cost is not known yet, before the gateway takes requests: a restart forgives nothing. Budgets that a reload brings likewise.</summary>
/// <remarks>
/// The ledger sums by the hour, and not by users and tags: those begin anew. What was held for requests that a kill interrupted
/// is counted as the ledger estimates it (<c>durability: strict</c>), else as nothing. A store that nodes share is told the same,
/// each ledger once in the store's life: when the gateway starts, and when the store has come back empty.
/// </remarks>
internal sealed partial class SpendRestorer(
    IServiceProvider services, ILedgerReader ledger, UnbilledBatches batches, Limiter limiter, SnapshotHolder snapshots, HostModel host, TimeProvider clock, ILogger<SpendRestorer> logger, ILimitStore? store = null)
    : IHostedService, IReloadObserver, IStoreRestorer
{
    // A queue of a few hundred megabytes; a store that takes nothing is not waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(3);
    // Changes at run time wait for it, and a key's revocation may be behind one.
    private static readonly TimeSpan BroughtPatience = TimeSpan.FromMilliseconds(500);
    // For all nodes to notice that the store is empty and to tell it what they know.
    private static readonly TimeSpan Gathering = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StorePause = TimeSpan.FromMilliseconds(100);

    // Shorter times are over before a report would be true.
    private static readonly TimeSpan Shortest = TimeSpan.FromHours(12);

    private readonly Dictionary<string, Restored> _restored = new(StringComparer.Ordinal);
    // Of the limits that nodes share, what this node has told their store.
    private readonly Dictionary<string, Told> _told = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private int _isTellingAgain;

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
        if (result.Succeeded)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static self => _ = self.Restore(self.Current), this, preferLocal: false);
        }
    }

    private LimitTable Current => snapshots.Current.Limits;

    /// <summary>Gives back to what is new among limits: those of a reload that are in force, or those that are about to be.</summary>
    /// <param name="limits">The limits.</param>
    /// <returns>Ends when a store that nodes share knows it too, or a little time is over; what it does not know then it is told as soon as it answers.</returns>
    public async Task Restore(LimitTable limits)
    {
        RestoreHere(limits, await batches.HeldAsync(limits));
        if (store is not null && host.Ledger is not null && UntoldOf(limits).Count > 0)
        {
            await Task.WhenAny(TellBroughtAsync(limits), Task.Delay(BroughtPatience, clock));
        }
    }

    private void RestoreHere(LimitTable limits, IReadOnlyList<HeldByBatch>? held)
    {
        var isMissing = held is null;
        lock (_lock)
        {
            var names = limits.All.Select(static limit => limit.Id).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in _restored.Keys.Where(id => !names.Contains(id)).ToList())
            {
                // Should it come back, it begins with the ledger again: what is spent meanwhile is counted nowhere else.
                limiter.Forget(gone);
                _restored.Remove(gone);
                _told.Remove(gone);
            }
            foreach (var limit in limits.All)
            {
                if (RestoredOf(limit) is not { } restored)
                {
                    continue;
                }
                if (_restored.TryGetValue(limit.Id, out var known))
                {
                    if (known == restored)
                    {
                        continue;
                    }
                    limiter.Forget(limit.Id);
                }
                try
                {
                    Restore(limit);
                    _restored[limit.Id] = restored;
                }
                catch (LedgerStoreException e)
                {
                    _restored.Remove(limit.Id);
                    Log.NotRestored(logger, limit.Id, e.Message, Again.TotalSeconds);
                    isMissing = true;
                }
            }
            // Also to those that begin with nothing else; where one is held already it is not held twice.
            foreach (var batch in held ?? [])
            {
                limiter.HoldBatch(batch.Limit, batch.Value, batch.Batch, clock.GetUtcNow() - batch.At is { Ticks: > 0 } ago ? ago : TimeSpan.Zero, batch.NanoUsd);
            }
        }
        if (isMissing)
        {
            _ = RestoreAgainAsync();
        }
    }

    // What was spent meanwhile may be counted twice then, never not at all.
    private async Task RestoreAgainAsync()
    {
        await Task.Delay(Again, clock);
        await Restore(Current);
    }

    /// <inheritdoc/>
    public async Task RestoreAsync(string tag)
    {
        var tags = new HashSet<string>(StringComparer.Ordinal) { tag };
        string? name = null;
        if (host.Ledger is not null)
        {
            try
            {
                // What ended just now is on its way into the ledger.
                await services.GetRequiredService<LedgerQueue>().CommittedAsync().WaitAsync(StorePatience, clock);
                await TellStoreAsync(Current.All.Where(IsOfStore), tags);
                name = ledger.Name();
            }
            catch (TimeoutException e)
            {
                throw new LimitStoreException("the ledger's queue is not in its store yet", LimitStoreFault.Unavailable, e);
            }
            catch (LedgerStoreException e)
            {
                throw new LimitStoreException($"the ledger cannot be read: {e.Message}", LimitStoreFault.Unavailable, e);
            }
        }
        await TellOfBatchesAsync(Current, tags);
        // Other nodes have told what they know by the end of this; an organisation that appears later then need not be waited for.
        while (!await store!.BeginAsync(SharedHold.TagOf(organisation: null), Gathering))
        {
            await Task.Delay(StorePause, clock);
        }
        foreach (var known in tags)
        {
            await store.BeginAsync(known, TimeSpan.Zero);
        }
        if (name is not null)
        {
            await SayToldAsync(name, Current.All, tags);
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
        if (host.Ledger is not null && Array.Exists(Current.All, IsInLedger))
        {
            try
            {
                await services.GetRequiredService<LedgerQueue>().CaughtUp.WaitAsync(Patience, clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                Log.Behind(logger, Patience);
            }
        }
        var held = await batches.HeldAsync(Current);
        await Task.Run(() => RestoreHere(Current, held), cancellationToken);
    }

    /// <summary>Tells the store of what is new, and of nothing else, until it has taken it.</summary>
    private async Task TellBroughtAsync(LimitTable limits)
    {
        for (var untold = UntoldOf(limits); untold.Count > 0; untold = UntoldOf(Current))
        {
            try
            {
                await Task.Run(async () =>
                {
                    var tags = new HashSet<string>(StringComparer.Ordinal);
                    await TellStoreAsync(untold, tags);
                    await SayToldAsync(ledger.Name(), untold, tags);
                    await TellOfBatchesAsync(new LimitTable([.. untold]), []);
                });
            }
            catch (Exception e) when (e is LimitStoreException or LedgerStoreException)
            {
                Log.StoreNotRestored(logger, e.Message);
                if (Interlocked.Exchange(ref _isTellingAgain, 1) == 1)
                {
                    // Somebody tells it of all that is in force by then.
                    return;
                }
                await Task.Delay(Again, clock);
                Volatile.Write(ref _isTellingAgain, 0);
            }
        }
    }

    private List<LimitModel> UntoldOf(LimitTable limits)
    {
        lock (_lock)
        {
            return [.. limits.All.Where(limit => IsOfStore(limit) && _told.GetValueOrDefault(limit.Id) != ToldOf(limit))];
        }
    }

    private async Task TellStoreAsync(IEnumerable<LimitModel> limits, HashSet<string> tags)
    {
        var name = ledger.Name();
        foreach (var limit in limits)
        {
            foreach (var subject in SpentOf(limit).GroupBy(static spent => (spent.Value, spent.Organisation)))
            {
                var claim = new Claim(limit, subject.Key.Value, default, subject.Key.Organisation);
                await store!.RestoreAsync(name, claim, SpendRateOf(limit)!, [.. subject.Select(static spent => (spent.Ago, Demand.ToNano(spent.Usd)))]);
                tags.Add(SharedHold.TagOf(limit, claim.Organisation));
            }
            lock (_lock)
            {
                _told[limit.Id] = ToldOf(limit);
            }
        }
    }

    /// <summary>What is spent from now on is counted as it is spent: a later start is not to tell it again.</summary>
    private async Task SayToldAsync(string name, IEnumerable<LimitModel> limits, HashSet<string> tags)
    {
        var shared = limits.Where(IsOfStore).ToLookup(static limit => limit.SpansOrganisations, static limit => (limit, SpendRateOf(limit)!));
        var all = snapshots.Current.Callers.All.Select(static caller => SharedHold.TagOf(caller.Organisation)).Concat(tags).Append(SharedHold.TagOf(organisation: null)).Append(SharedHold.Everybody);
        foreach (var tag in all.Distinct(StringComparer.Ordinal))
        {
            (LimitModel, LimitRate)[] rates = [.. shared[tag == SharedHold.Everybody]];
            if (rates.Length > 0)
            {
                await store!.ToldAsync(name, tag, rates);
            }
        }
    }

    private async Task TellOfBatchesAsync(LimitTable limits, HashSet<string> tags)
    {
        foreach (var held in await batches.HeldAsync(limits) ?? [])
        {
            if (held.Limit.Sharing != LimitSharing.Local)
            {
                await store!.BookAsync(new BatchBooking(held.Batch, new Claim(held.Limit, held.Value, default, held.Organisation), held.At, held.NanoUsd, BatchBookingKind.Hold));
                tags.Add(SharedHold.TagOf(held.Limit, held.Organisation));
            }
        }
    }

    private Told ToldOf(LimitModel limit) => new(RestoredOf(limit)!, limit.SpansOrganisations);

    private static bool IsOfStore(LimitModel limit) => limit.Sharing != LimitSharing.Local && IsInLedger(limit);

    private static bool IsInLedger(LimitModel limit) => SpendRateOf(limit) is not null && Dimensions(limit) is not null;

    /// <summary>What decides what a limit begins with; null for one that keeps what it has whatever becomes of it.</summary>
    private Restored? RestoredOf(LimitModel limit) => host.Ledger is not null && IsInLedger(limit)
        // Not the amount: raising it brings nothing back that is not counted already.
        ? new Restored(limit.Subject, limit.Match, SpendRateOf(limit)!.Code, limit.Made)
        : limit.Made is null ? null : new Restored(null, null, "", limit.Made);

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

    private void Restore(LimitModel limit)
    {
        if (host.Ledger is null || !IsInLedger(limit))
        {
            return;
        }
        var all = 0m;
        foreach (var (value, _, ago, usd) in SpentOf(limit))
        {
            limiter.RestoreSpend(limit, value, ago, Demand.ToNano(usd));
            all += usd;
        }
        // With a budget for each of a thousand keys, most have nothing to say.
        Log.Restored(logger, all > 0 ? LogLevel.Information : LogLevel.Debug, limit.Id, all);
    }

    private IEnumerable<(string Value, string? Organisation, TimeSpan Ago, decimal Usd)> SpentOf(LimitModel limit)
    {
        var (rate, dimensions, now) = (SpendRateOf(limit)!, Dimensions(limit)!, clock.GetUtcNow());
        var from = rate.Calendar?.Around(now).Start ?? now - rate.Window;
        foreach (var group in ledger.Sum(new LedgerQuery { From = LedgerHours.Of(from), To = LedgerHours.Of(now).AddHours(1), By = [.. dimensions, LedgerDimension.Hour], Where = Where(limit, dimensions) }))
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
            yield return (value, dimensions.Length > 0 && dimensions[0] == LedgerDimension.Organisation && names[0].Length > 0 ? names[0] : null, ago, group.Sums.Cost);
        }
    }

    private static Dictionary<LedgerDimension, IReadOnlyList<string>> Where(LimitModel limit, LedgerDimension[] dimensions) =>
        limit.Match is { } match && dimensions is [.., var own] ? new() { [own] = [match] } : [];

    /// <summary>What decides which of the ledger's sums a limit begins with.</summary>
    private sealed record Restored(LimitSubject? Subject, string? Match, string Rate, DateTimeOffset? Made);

    /// <summary>What decides which of the ledger's sums a store begins with, and under which key.</summary>
    private sealed record Told(Restored Restored, bool SpansOrganisations);

    private static partial class Log
    {
        [LoggerMessage(EventId = 1301, Message = "'{Limit}' begins with what the ledger knows of its period: {Usd} USD over all its subjects.")]
        public static partial void Restored(ILogger logger, LogLevel level, string limit, decimal usd);

        [LoggerMessage(1302, LogLevel.Error, "'{Limit}' begins with nothing spent, because the ledger cannot be read: {Reason} It is read again in {Seconds} s.")]
        public static partial void NotRestored(ILogger logger, string limit, string reason, double seconds);

        [LoggerMessage(1304, LogLevel.Warning, "The store of shared limits does not know yet what was spent: {Reason}")]
        public static partial void StoreNotRestored(ILogger logger, string reason);

        [LoggerMessage(1303, LogLevel.Warning, "The ledger's queue was not in its store after {Patience}: budgets begin with what the store knows.")]
        public static partial void Behind(ILogger logger, TimeSpan patience);
    }
}
