using System.Diagnostics.Metrics;
using AiGateway.Caching.Levels;
using AiGateway.Caching.Nodes;
using AiGateway.Caching.Refreshing;
using AiGateway.Pipeline;
using AiGateway.Telemetry;

namespace AiGateway.Caching;

/// <summary>Counts what the cache did for requests, what became of their answers, and what was saved.</summary>
internal sealed class CacheMetrics : IRequestObserver
{
    private readonly Lock _lock = new();
    private readonly long[] _sums = new long[Enum.GetValues<CacheStatus>().Length];
    private readonly FlightTable _flights;
    private readonly MemoryLevel _memory;
    private decimal _savedInAll;
    private readonly Counter<long> _requests;
    private readonly Counter<double> _saved;
    private readonly Counter<long> _kept;
    private readonly Counter<long> _unreadable;
    private readonly Counter<long> _waits;
    private readonly Counter<long> _refreshes;

    public CacheMetrics(IMeterFactory factory, FlightTable flights, MemoryLevel memory)
    {
        (_flights, _memory) = (flights, memory);
        var meter = factory.GatewayMeter;
        _requests = meter.CreateCounter<long>(MetricDefinitions.CacheRequests);
        _saved = meter.CreateCounter<double>(MetricDefinitions.CacheSavedUsd);
        _kept = meter.CreateCounter<long>(MetricDefinitions.CacheKept);
        _unreadable = meter.CreateCounter<long>(MetricDefinitions.CacheUnreadable);
        _waits = meter.CreateCounter<long>(MetricDefinitions.CacheNodeWaits);
        _refreshes = meter.CreateCounter<long>(MetricDefinitions.CacheRefreshes);
        meter.Observe(MetricDefinitions.CacheInFlight, () => (long)flights.Count);
    }

    /// <summary>What became of an answer that might have been kept.</summary>
    public void Kept(KeepResult result) => _kept.Add(1, new KeyValuePair<string, object?>(TagNames.Result, Word(result)));

    /// <summary>What was kept cannot be served: it is cut, of another version, or not this tenant's.</summary>
    public void Unreadable() => _unreadable.Add(1);

    /// <summary>A request has waited for another node's call.</summary>
    public void Waited(NodeWait came) => _waits.Add(1, new KeyValuePair<string, object?>(TagNames.Result, Word(came)));

    /// <summary>An answer that was served past its time was to be renewed.</summary>
    public void Refreshed(RefreshResult result) => _refreshes.Add(1, new KeyValuePair<string, object?>(TagNames.Result, Word(result)));

    /// <inheritdoc/>
    public void OnSettled(RequestRecord record)
    {
        if (record is not { Cache: { } cache, Alias: { } alias })
        {
            return;
        }
        lock (_lock)
        {
            _sums[(int)cache.Status]++;
            _savedInAll += cache.Saved ?? 0;
        }
        _requests.Add(1, new(TagNames.Alias, alias), new(TagNames.Result, CacheText.WordOf(cache.Status)));
        if (cache.Saved is { } saved and > 0)
        {
            _saved.Add((double)saved, new KeyValuePair<string, object?>(TagNames.Alias, alias));
        }
    }

    /// <summary>What was counted since the start, and what is there now.</summary>
    public CacheStats Stats()
    {
        lock (_lock)
        {
            return new CacheStats(_memory.Count, _memory.Bytes, _memory.Capacity, _flights.Count, [.. _sums], _savedInAll);
        }
    }

    private static string Word(KeepResult result) => result switch
    {
        KeepResult.Kept => "kept",
        KeepResult.TooLarge => "too_large",
        KeepResult.Incomplete => "incomplete",
        KeepResult.Refused => "refused",
        KeepResult.Busy => "busy",
        _ => "failed",
    };

    private static string Word(RefreshResult result) => result switch
    {
        RefreshResult.Asked => "asked",
        RefreshResult.Elsewhere => "elsewhere",
        RefreshResult.Busy => "busy",
        _ => "failed",
    };

    private static string Word(NodeWait came) => came switch
    {
        NodeWait.Kept => "kept",
        NodeWait.NotKept => "not_kept",
        NodeWait.TakenOver => "taken_over",
        NodeWait.TooLong => "too_long",
        _ => "unavailable",
    };
}
