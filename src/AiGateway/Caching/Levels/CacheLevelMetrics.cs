using System.Diagnostics.Metrics;
using AiGateway.Telemetry;

namespace AiGateway.Caching.Levels;

/// <summary>Counts what the cache's levels find, keep and lose. Counts only: neither keys nor tags are labels.</summary>
internal sealed class CacheLevelMetrics
{
    private readonly Counter<long> _lookups;
    private readonly Counter<long> _removed;
    private readonly Counter<long> _tooLarge;

    public CacheLevelMetrics(IMeterFactory factory)
    {
        var meter = factory.GatewayMeter;
        _lookups = meter.CreateCounter<long>(MetricDefinitions.CacheLookups);
        _removed = meter.CreateCounter<long>(MetricDefinitions.CacheRemoved);
        _tooLarge = meter.CreateCounter<long>(MetricDefinitions.CacheTooLarge);
        meter.Observe(MetricDefinitions.CacheMemory, () => Memory().Bytes);
        meter.Observe(MetricDefinitions.CacheEntries, () => (long)Memory().Count);
    }

    /// <summary>Tells what is in memory. Set by the level.</summary>
    public Func<(long Bytes, int Count)> Memory { get; set; } = static () => default;

    /// <summary>A look-up in memory.</summary>
    public void LookedUp(bool found) => _lookups.Add(1, new(TagNames.Level, "memory"), new(TagNames.Result, found ? "hit" : "miss"));

    /// <summary>A look-up in the shared level.</summary>
    public void LookedUp(SharedResult result) => _lookups.Add(1, new(TagNames.Level, "redis"), new(TagNames.Result, WordOf(result)));

    /// <summary>An entry is gone from memory.</summary>
    public void Removed(RemovalReason reason) => _removed.Add(1, new KeyValuePair<string, object?>(TagNames.By, WordOf(reason)));

    /// <summary>A value was too large for a level.</summary>
    public void TooLarge() => _tooLarge.Add(1);

    private static string WordOf(SharedResult result) => result switch
    {
        SharedResult.Hit => "hit",
        SharedResult.Miss => "miss",
        SharedResult.Unreadable => "unreadable",
        _ => "failed",
    };

    private static string WordOf(RemovalReason reason) => reason switch
    {
        RemovalReason.Room => "room",
        RemovalReason.Age => "age",
        RemovalReason.Purge => "purge",
        _ => "replaced",
    };
}
