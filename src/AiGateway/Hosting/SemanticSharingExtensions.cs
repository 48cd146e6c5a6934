using System.Diagnostics.Metrics;
using AiGateway.Caching.Semantic.Sharing;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Providers;
using AiGateway.Storage;
using AiGateway.Storage.Redis;
using AiGateway.Telemetry;

namespace AiGateway.Hosting;

/// <summary>Registers what nodes share of the semantic cache.</summary>
internal static class SemanticSharingExtensions
{
    private const string Connection = "semantic";

    /// <summary>Adds vector sets and the log of evidence, where there is a Redis and nodes have a secret in common.</summary>
    public static IServiceCollection AddSemanticSharing(this IServiceCollection services, HostModel host)
    {
        if (host is not { Redis: { } redis, IdSecret: not null })
        {
            return services;
        }
        // Its own: searches and large answers are not to wait for each other, nor limits for either.
        services.AddKeyedSingleton(Connection, (provider, _) => new RedisConnection(
            redis, provider.GetRequiredService<TrustedAuthorities>(), provider.GetRequiredService<TimeProvider>(), new RedisMetrics(provider.GetRequiredService<IMeterFactory>(), MetricDefinitions.CacheStoreCallDuration)));
        services.AddSingleton(provider => new RedisVectorSets(
            provider.GetRequiredKeyedService<RedisConnection>(Connection), redis.KeyPrefix, RequestId.New(provider.GetRequiredService<TimeProvider>().GetUtcNow()),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RedisVectorSets>>()));
        services.AddSingleton<IVectorSets>(provider => provider.GetRequiredService<RedisVectorSets>());
        services.AddHostedService<VectorSetsCheck>();
        services.AddHostedService<SharedIndexSweeper>();
#pragma warning disable CA2000 // The log disposes of the seal, and the container of the log.
        services.AddSingleton<IEvidenceLog>(provider => new RedisEvidenceLog(
            provider.GetRequiredKeyedService<RedisConnection>(Connection), redis.KeyPrefix, new SealedContent(IdSecret.Load(host), "semantic evidence")));
#pragma warning restore CA2000
        return services.AddHostedService<EvidenceExchange>();
    }
}
