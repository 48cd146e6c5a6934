namespace AiGateway.Configuration;

/// <summary>Registers the watcher of the routing file.</summary>
internal static class ConfigurationExtensions
{
    /// <summary>Adds the watcher of <paramref name="path"/>. The <see cref="ConfigurationLoader"/> of the first load, the <see cref="SnapshotHolder"/> with its result and a <see cref="TimeProvider"/> must be among the services; every <see cref="IReloadObserver"/> there is told.</summary>
    /// <param name="services">The services.</param>
    /// <param name="path">The routing file.</param>
    public static IServiceCollection AddConfigurationReload(this IServiceCollection services, string path)
    {
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ConfigurationReloader>(provider, path));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ConfigurationWatcher>(provider, path));
        services.AddHostedService(provider => provider.GetRequiredService<ConfigurationWatcher>());
        return services;
    }
}
