using System.Diagnostics.Metrics;
using AiGateway.Configuration;
using AiGateway.Configuration.Runtime;

namespace AiGateway.Telemetry;

/// <summary>Metrics of what is made at run time. Counts only: neither ids nor who did it are labels.</summary>
internal sealed class RuntimeMetrics
{
    private readonly Counter<long> _changes;
    private volatile bool _isStoreUp;

    public RuntimeMetrics(IMeterFactory factory, SnapshotHolder snapshots)
    {
        var meter = factory.GatewayMeter;
        _changes = meter.CreateCounter<long>(MetricDefinitions.RuntimeChanges);
        meter.Observe(MetricDefinitions.RuntimeRevision, () => snapshots.Runtime is { IsKnown: true } set ? [new Measurement<long>(set.Revision)] : Array.Empty<Measurement<long>>().AsEnumerable());
        meter.Observe(MetricDefinitions.RuntimeStoreUp, () => IsStoreUp ? 1L : 0L);
        meter.Observe(MetricDefinitions.RuntimeEntries, () => snapshots.Runtime is { IsKnown: true } set
            ? EntryKinds.All.Select(kind => new Measurement<long>(set.Present(kind).LongCount(), new KeyValuePair<string, object?>(TagNames.Kind, kind.Word)))
            : []);
    }

    /// <summary>Whether the store answered when it was asked last.</summary>
    public bool IsStoreUp { get => _isStoreUp; set => _isStoreUp = value; }

    /// <summary>An entry was changed through this node.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="action">The audit's word for the change.</param>
    public void Changed(EntryKind kind, string action) => _changes.Add(1, new(TagNames.Kind, kind.Word), new(TagNames.Action, action));
}
