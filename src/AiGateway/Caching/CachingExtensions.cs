using AiGateway.Caching.Levels;
using AiGateway.Caching.Nodes;
using AiGateway.Caching.Refreshing;
using AiGateway.Caching.Semantic;
using AiGateway.Caching.Semantic.Sharing;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Caching;

/// <summary>Registers the cache of answers.</summary>
internal static class CachingExtensions
{
    /// <summary>Adds the stage's services; the levels behind <c>HybridCache</c> are added by whoever knows them.</summary>
    public static IServiceCollection AddCaching(this IServiceCollection services)
    {
        services.AddSingleton<FlightTable>();
        services.AddSingleton<CacheMetrics>();
        services.AddSingleton<IRequestObserver>(provider => provider.GetRequiredService<CacheMetrics>());
        services.AddSingleton<AnswerStore>();
        services.AddSingleton<AnswerServer>();
        services.AddSingleton(provider => new NodeFlights(provider.GetService<INodeLeases>(), provider.GetRequiredService<CacheMetrics>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<StaleRefresher>();
        services.AddSingleton<ServedHits>();
        services.AddSingleton<SemanticMetrics>();
        services.AddSingleton<IRequestObserver>(provider => provider.GetRequiredService<SemanticMetrics>());
        services.AddSingleton(provider => new SemanticIndexes(
            provider.GetService<IVectorSets>(), provider.GetService<ISharedLevel>(), provider.GetRequiredService<PurgeTable>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<SemanticMetrics>()));
        services.AddSingleton<SemanticAliases>();
        services.AddHostedService(provider => provider.GetRequiredService<SemanticAliases>());
        services.AddSingleton<IReloadObserver>(provider => provider.GetRequiredService<SemanticAliases>());
        services.AddSingleton<SemanticLearner>();
        services.AddHostedService(provider => provider.GetRequiredService<SemanticLearner>());
        services.AddSingleton<SemanticCache>();
        services.AddSingleton<SemanticReport>();
        return services;
    }
}
