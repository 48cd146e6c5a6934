using AiGateway.Caching.Levels;
using AiGateway.TestKit;
using AiGateway.Tests.Telemetry;
using Microsoft.Extensions.Caching.Hybrid;

namespace AiGateway.Tests.Caching.Levels;

/// <summary>One node's cache: its levels, without the gateway around them.</summary>
internal sealed class LevelsHost : IAsyncDisposable
{
    private static readonly HybridCacheEntryOptions LookUpOnly = new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData };

    public LevelsHost(long capacity = 1 << 20, Func<LevelsHost, ISharedLevel>? shared = null, TimeProvider? clock = null)
    {
        Clock = clock ?? new TestClock();
        Metrics = new CacheLevelMetrics(Host.MeterFactory);
        Memory = new MemoryLevel(capacity, Purges, Clock, Metrics);
        Shared = shared?.Invoke(this);
        Exchange = new PurgeExchange(Purges, Memory, Shared, Clock);
        Cache = new LayeredCache(Memory, Shared, Purges, Exchange, Clock, Metrics);
    }

    public TimeProvider Clock { get; }

    public MetricsHost Host { get; } = new();

    public CacheLevelMetrics Metrics { get; }

    public PurgeTable Purges { get; } = new();

    public MemoryLevel Memory { get; }

    public ISharedLevel? Shared { get; }

    public PurgeExchange Exchange { get; }

    public LayeredCache Cache { get; }

    /// <summary>What is kept under a key; null for nothing.</summary>
    public async Task<byte[]?> FindAsync(string key) =>
        await Cache.GetOrCreateAsync<object?, byte[]?>(key, null, static (_, _) => throw new InvalidOperationException("Nobody asked for it to be made."), LookUpOnly, cancellationToken: TestContext.Current.CancellationToken);

    public async Task SetAsync(string key, byte[] value, TimeSpan? life = null, params string[] tags) =>
        await Cache.SetAsync(key, value, new HybridCacheEntryOptions { Expiration = life }, tags, TestContext.Current.CancellationToken);

    /// <summary>How often a metric was counted with these labels.</summary>
    public double Count(string metric, params string[] labels) =>
        Host.Samples(metric).Where(line => labels.All(label => line.Contains(label, StringComparison.Ordinal))).Sum(line => double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        Exchange.Dispose();
        if (Shared is IAsyncDisposable shared)
        {
            await shared.DisposeAsync();
        }
        Host.Dispose();
    }
}
