namespace AiGateway.Configuration;

/// <summary>Registers the configuration and its watcher.</summary>
internal static class ConfigurationExtensions
{
    /// <summary>Adds the snapshot holder, the loader, and the watcher of <paramref name="path"/>.</summary>
    /// <param name="services">The services; a <see cref="TimeProvider"/> must be among them.</param>
    /// <param name="path">The routing file.</param>
    /// <param name="loader">The loader that made <paramref name="first"/>; its state goes on.</param>
    /// <param name="first">The snapshot in force at start.</param>
    public static IServiceCollection AddConfigurationReload(this IServiceCollection services, string path, ConfigurationLoader loader, Snapshot first)
    {
        services.AddSingleton(loader);
        services.AddSingleton(new SnapshotHolder(first));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ConfigurationReloader>(provider, path));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ConfigurationWatcher>(provider, path));
        services.AddHostedService(provider => provider.GetRequiredService<ConfigurationWatcher>());
        return services;
    }
}
