using System.Diagnostics.Metrics;
using AiGateway.Caching.Levels;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.Benchmarks.Caching;

/// <summary>How often the cache in memory has what is asked for, beside LRU of the same bytes, as a table: <c>--cache-policy</c>.</summary>
internal static class CachePolicyReport
{
    private const int Keys = 50_000;
    private const int Requests = 1_000_000;

    // By size; of what is kept here only the sizes count.
    private static readonly byte[][] Values = [.. Enumerable.Range(0, 17).Select(static i => new byte[i * 500])];

    private static readonly (string Name, Func<IEnumerable<string>> Keys)[] Traces =
    [
        ("Zipf 0.7", () => CacheTraces.Zipf(1, Keys, 0.7, Requests)),
        ("Zipf 0.9", () => CacheTraces.Zipf(2, Keys, 0.9, Requests)),
        ("Zipf 1.1", () => CacheTraces.Zipf(3, Keys, 1.1, Requests)),
        ("Zipf 0.9, each 10,000 a scan of 5,000", () => CacheTraces.ZipfWithScans(4, Keys, 0.9, Requests, 10_000, 5_000)),
        ("Zipf 0.9, each 50,000 a scan of 50,000", () => CacheTraces.ZipfWithScans(5, Keys, 0.9, Requests, 50_000, 50_000)),
        ("Zipf 0.9, drifting each 100,000", () => CacheTraces.ZipfWithDrift(6, Keys, 0.9, Requests, 100_000)),
        ("Loop over all", () => CacheTraces.Loop(Keys, Requests)),
    ];

    /// <summary>Prints the table.</summary>
    public static int Run()
    {
        var all = Enumerable.Range(0, Keys).Sum(static i => (long)CacheTraces.SizeOf($"q-{i}"));
        Console.WriteLine($"{Keys:N0} keys of {all / Keys:N0} bytes on average, {Requests:N0} requests beside the scans. Share of all requests that were found, in %.");
        Console.WriteLine();
        Console.WriteLine("| trace | bytes of all keys | LRU | S3-FIFO (ours) |");
        Console.WriteLine("|---|---:|---:|---:|");
        foreach (var (name, keys) in Traces)
        {
            foreach (var percent in new[] { 1, 5, 20 })
            {
                var capacity = all * percent / 100;
                Console.WriteLine($"| {name} | {percent} % | {100 * Lru(keys(), capacity):0.0} | {100 * Ours(keys(), capacity):0.0} |");
            }
        }
        return 0;
    }

    private static double Lru(IEnumerable<string> keys, long capacity)
    {
        var lru = new LruCache(capacity);
        return Share(keys, key => lru.Ask(key, Entry(key).Size));
    }

    private static double Ours(IEnumerable<string> keys, long capacity)
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var memory = new MemoryLevel(capacity, new PurgeTable(), TimeProvider.System, new CacheLevelMetrics(services.GetRequiredService<IMeterFactory>()));
        return Share(keys, key =>
        {
            if (memory.Find(key) is not null)
            {
                return true;
            }
            memory.Set(Entry(key));
            return false;
        });
    }

    private static double Share(IEnumerable<string> keys, Func<string, bool> ask) => keys.Average(key => ask(key) ? 1.0 : 0.0);

    private static CacheEntry Entry(string key) => new(key, Values[CacheTraces.SizeOf(key) / 500], 0, long.MaxValue, [], PurgeStamp.None);
}
