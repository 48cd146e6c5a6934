using System.Diagnostics.Metrics;
using AiGateway.Benchmarks.Budgets;
using AiGateway.Caching.Levels;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.Benchmarks.Caching;

/// <summary>Looking an answer up in memory, which every cacheable request does.</summary>
[MemoryDiagnoser]
public class MemoryLevelBenchmarks : IAllocationCase
{
    private const int Entries = 10_000;

    private readonly string[] _keys = [.. Enumerable.Range(0, Entries).Select(static i => $"{i:00000}-a-key-of-the-length-of-a-fingerprint-xx")];
    private readonly MemoryLevel _memory;
    private int _next;

    /// <summary>Fills the level.</summary>
    public MemoryLevelBenchmarks()
    {
        var purges = new PurgeTable();
        purges.PurgeTag("alias:other");
        var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        _memory = new MemoryLevel(64 << 20, purges, TimeProvider.System, new CacheLevelMetrics(services.GetRequiredService<IMeterFactory>()));
        string[] tags = ["alias:chat", "team:red", "model:gpt"];
        foreach (var key in _keys)
        {
            _memory.Set(new CacheEntry(key, new byte[1000], 0, long.MaxValue, tags, purges.StampOf(key, tags)));
        }
    }

    /// <summary>One of 10,000 answers.</summary>
    [Benchmark]
    public bool Find() => _memory.Find(_keys[_next++ % Entries]) is not null;

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() => [("cache_find", () => Find())];
}
