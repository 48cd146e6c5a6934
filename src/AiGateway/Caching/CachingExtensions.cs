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
        return services;
    }
}
