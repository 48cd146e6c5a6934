using System.Diagnostics.Metrics;
using AiGateway.Telemetry;

namespace AiGateway.Accounting.Ledger;

/// <summary>What the ledger counts of itself.</summary>
internal sealed class LedgerMetrics
{
    private readonly Histogram<double> _commits;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _damaged;
    private readonly Counter<long> _estimated;
    private long _lost;
    private Backlog? _backlog;

    public LedgerMetrics(IMeterFactory factory, TimeProvider clock)
    {
        var meter = factory.GatewayMeter;
        _commits = meter.CreateHistogram<double>(MetricDefinitions.LedgerCommitDuration);
        _failures = meter.CreateCounter<long>(MetricDefinitions.LedgerCommitFailures);
        _damaged = meter.CreateCounter<long>(MetricDefinitions.LedgerDamaged);
        _estimated = meter.CreateCounter<long>(MetricDefinitions.LedgerEstimated);
        meter.Observe(MetricDefinitions.LedgerQueueRecords, () => _backlog?.Records ?? 0);
        meter.Observe(MetricDefinitions.LedgerQueueBytes, () => _backlog?.Bytes ?? 0);
        meter.Observe(MetricDefinitions.LedgerQueueAge, () => _backlog?.Oldest is { } oldest ? Math.Max(0, (clock.GetUtcNow() - oldest).TotalSeconds) : 0);
        meter.Observe(MetricDefinitions.LedgerLost, () => Lost);
    }

    /// <summary>Records that are in no ledger and never will be.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Shows a backlog from now on.</summary>
    public void Watch(Backlog backlog) => _backlog = backlog;

    /// <summary>Records are lost.</summary>
    public void AddLost(long count) => Interlocked.Add(ref _lost, count);

    /// <summary>A batch is in the store.</summary>
    public void Committed(TimeSpan took) => _commits.Record(took.TotalSeconds);

    /// <summary>The store failed.</summary>
    public void CommitFailed() => _failures.Add(1);

    /// <summary>Bytes of a queue's file cannot be read.</summary>
    public void Damaged(long bytes) => _damaged.Add(bytes);

    /// <summary>Requests were made from intents.</summary>
    public void Estimated(int requests) => _estimated.Add(requests);
}
