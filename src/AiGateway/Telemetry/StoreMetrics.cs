using System.Diagnostics.Metrics;

namespace AiGateway.Telemetry;

/// <summary>Metrics of the store of responses. Counts only: neither ids nor tenants are labels.</summary>
internal sealed class StoreMetrics
{
    private readonly Counter<long> _kept;
    private readonly Counter<long> _removed;
    private readonly Counter<long> _failures;

    public StoreMetrics(IMeterFactory factory)
    {
        var meter = factory.GatewayMeter;
        _kept = meter.CreateCounter<long>(MetricDefinitions.ResponsesKept);
        _removed = meter.CreateCounter<long>(MetricDefinitions.ResponsesRemoved);
        _failures = meter.CreateCounter<long>(MetricDefinitions.ResponsesStoreFailures);
        meter.Observe(MetricDefinitions.ResponsesStored, () => Bytes() is { } bytes ? [new Measurement<long>(bytes)] : Array.Empty<Measurement<long>>().AsEnumerable());
    }

    /// <summary>Tells how many bytes are kept; null where that is not known. Set by the store.</summary>
    public Func<long?> Bytes { get; set; } = static () => null;

    /// <summary>Responses were kept.</summary>
    public void Kept(int count) => Add(_kept, count, default);

    /// <summary>Callers deleted responses.</summary>
    public void Deleted(int count) => Add(_removed, count, new(TagNames.By, "caller"));

    /// <summary>The time of responses has passed.</summary>
    public void Expired(int count) => Add(_removed, count, new(TagNames.By, "age"));

    /// <summary>Responses had to make room for newer ones.</summary>
    public void PushedOut(int count) => Add(_removed, count, new(TagNames.By, "room"));

    /// <summary>The store could not be read for a request.</summary>
    public void ReadFailed() => Add(_failures, 1, new(TagNames.Kind, "read"));

    /// <summary>The store could not be written for a request.</summary>
    public void WriteFailed() => Add(_failures, 1, new(TagNames.Kind, "write"));

    /// <summary>What is too old could not be removed.</summary>
    public void SweepFailed() => Add(_failures, 1, new(TagNames.Kind, "sweep"));

    private static void Add(Counter<long> counter, int count, KeyValuePair<string, object?> tag)
    {
        if (count == 0)
        {
            return;
        }
        if (tag.Key is null)
        {
            counter.Add(count);
        }
        else
        {
            counter.Add(count, tag);
        }
    }
}
