using System.Diagnostics.Metrics;
using AiGateway.Caching.Levels;
using AiGateway.Caching.Nodes;
using AiGateway.Configuration;
using AiGateway.Providers;
using AiGateway.Storage;
using AiGateway.Storage.Redis;
using AiGateway.Telemetry;
using Microsoft.Extensions.Caching.Hybrid;

namespace AiGateway.Hosting;

/// <summary>Registers the levels of the cache behind <see cref="HybridCache"/>.</summary>
internal static class CacheLevelExtensions
{
    /// <summary>Adds the level in memory and, where there is a Redis for it, the one that nodes share.</summary>
    /// <param name="services">The services.</param>
    /// <param name="memory">Most bytes in memory.</param>
    /// <param name="redis">The Redis that nodes share; null for none.</param>
    /// <param name="secret">Gives the secret that the key is derived from by which shared entries are sealed.</param>
    public static IServiceCollection AddCacheLevels(this IServiceCollection services, long memory, RedisModel? redis, Func<byte[]> secret)
    {
        services.AddSingleton<CacheLevelMetrics>();
        services.AddSingleton<PurgeTable>();
        services.AddSingleton(provider => new MemoryLevel(memory, provider.GetRequiredService<PurgeTable>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<CacheLevelMetrics>()));
        if (redis is not null)
        {
            services.AddSingleton<ISharedLevel>(provider => new RedisCacheLevel(
#pragma warning disable CA2000 // Each disposes of what it is given, and the container of it.
                new RedisConnection(redis, provider.GetRequiredService<TrustedAuthorities>(), provider.GetRequiredService<TimeProvider>(), new RedisMetrics(provider.GetRequiredService<IMeterFactory>(), MetricDefinitions.CacheStoreCallDuration)),
                redis.KeyPrefix, new SealedContent(secret(), "cached answers"), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<CacheLevelMetrics>()));
            // A connection of their own, so that no large answer stands in the way; it is made when somebody first asks.
            services.AddSingleton<INodeLeases>(provider => new RedisNodeLeases(
                new RedisConnection(redis, provider.GetRequiredService<TrustedAuthorities>(), provider.GetRequiredService<TimeProvider>(), new RedisMetrics(provider.GetRequiredService<IMeterFactory>(), MetricDefinitions.CacheStoreCallDuration)),
                redis.KeyPrefix));
#pragma warning restore CA2000
        }
        services.AddSingleton(provider => new PurgeExchange(
            provider.GetRequiredService<PurgeTable>(), provider.GetRequiredService<MemoryLevel>(), provider.GetService<ISharedLevel>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => provider.GetRequiredService<PurgeExchange>());
        return services.AddSingleton<HybridCache>(provider => new LayeredCache(
            provider.GetRequiredService<MemoryLevel>(), provider.GetService<ISharedLevel>(), provider.GetRequiredService<PurgeTable>(), provider.GetRequiredService<PurgeExchange>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<CacheLevelMetrics>()));
    }
}
