using AiGateway.Configuration;

namespace AiGateway.Admission.Sharing;

/// <summary>Keeps leases: reports what was spent, asks for more before they run out, gives back what nobody uses.</summary>
internal sealed partial class LeaseKeeper : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LastReports = TimeSpan.FromSeconds(2);

    private readonly Limiter _limiter;
    private readonly LeaseBook _book;
    private readonly ILimitStore _store;
    private readonly StoreRecovery _recovery;
    private readonly TimeProvider _clock;
    private readonly ILogger<LeaseKeeper> _logger;
    private readonly Lock _lock = new();
    private readonly HashSet<LeasedUse> _leases = [];

    public LeaseKeeper(Limiter limiter, LeaseBook book, ILimitStore store, StoreRecovery recovery, SharingMetrics metrics, TimeProvider clock, ILogger<LeaseKeeper> logger)
    {
        (_limiter, _book, _store, _recovery, _clock, _logger) = (limiter, book, store, recovery, clock, logger);
        metrics.ObserveLeases(Unused);
    }

    /// <summary>What lies with nodes of each limit and is not used: by so much at most may a request be refused while there is room elsewhere.</summary>
    public IEnumerable<(LimitModel Limit, LimitRate? Rate, long Amount)> Unused()
    {
        LeasedUse[] all;
        lock (_lock)
        {
            all = [.. _leases];
        }
        var unused = new List<(LimitModel Limit, LimitRate? Rate, long Amount)>();
        _limiter.Read(now => unused.AddRange(all.SelectMany(lease => lease.Unused(now).Select(part => (lease.Claim.Limit, part.Rate, part.Amount)))));
        return unused.GroupBy(part => (part.Limit.Id, part.Rate?.Code)).Select(group => (group.First().Limit, group.First().Rate, group.Sum(part => part.Amount)));
    }

    /// <summary>Asks for larger shares, and waits for the answers.</summary>
    public Task RefillAsync(IReadOnlyList<LeasedUse> wanting) => wanting.Count == 1 ? ReportAsync(wanting[0], isOver: false) : Task.WhenAll(wanting.Select(lease => ReportAsync(lease, isOver: false)));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var tick = Task.Delay(Interval, _clock, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            var marked = _book.Marked.WaitToReadAsync(stoppingToken).AsTask();
            if (await Task.WhenAny(tick, marked) == tick)
            {
                tick = Task.Delay(Interval, _clock, stoppingToken);
                Tick();
            }
            while (_book.Marked.TryRead(out var lease))
            {
                _ = ReportAsync(lease, isOver: false);
            }
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        LeasedUse[] all;
        lock (_lock)
        {
            all = [.. _leases];
        }
        try
        {
            // What is held stays with the lease, until its requests have ended or its life has.
            await Task.WhenAll(all.Select(GiveBackAsync)).WaitAsync(LastReports, _clock, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            Log.NotReturned(_logger, all.Length);
        }
    }

    private void Tick()
    {
        var due = new List<LeasedUse>();
        lock (_lock)
        {
            _limiter.Read(now =>
            {
                _leases.RemoveWhere(static lease => lease.IsReturned && lease.Report is null or { IsCompleted: true });
                due.AddRange(_leases.Where(lease => lease.IsDue(now)));
            });
        }
        foreach (var lease in due)
        {
            _ = ReportAsync(lease, isOver: false);
        }
    }

    private async Task GiveBackAsync(LeasedUse lease)
    {
        // One that is under way was begun by somebody who wanted to go on.
        await ReportAsync(lease, isOver: true);
        await ReportAsync(lease, isOver: true);
    }

    // One report of a lease at a time; whoever comes meanwhile waits for it.
    private Task ReportAsync(LeasedUse lease, bool isOver)
    {
        lock (_lock)
        {
            _leases.Add(lease);
            return lease.Report is { IsCompleted: false } running ? running : lease.Report = Task.Run(() => SendAsync(lease, isOver));
        }
    }

    private async Task SendAsync(LeasedUse lease, bool isOver, bool isRepeated = false)
    {
        var began = _clock.GetTimestamp();
        var report = _limiter.BeginReport(lease, isOver);
        try
        {
            var answer = await _store.LeaseAsync(report);
            _limiter.EndReport(lease, report, answer, _clock.GetElapsedTime(began));
            _book.StoreAnswered();
        }
        catch (LimitStoreException e) when (e.Fault == LimitStoreFault.Empty)
        {
            _limiter.EndReport(lease, report, null, TimeSpan.Zero);
            if (!isRepeated)
            {
                await _recovery.RecoverAsync(e.Tag);
                await SendAsync(lease, isOver, isRepeated: true);
                return;
            }
            _book.StoreFailed(e);
        }
        catch (LimitStoreException e)
        {
            _book.StoreFailed(e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1312, LogLevel.Warning, "{Count} leases could not be given back; they end by themselves.")]
        public static partial void NotReturned(ILogger logger, int count);
    }
}
