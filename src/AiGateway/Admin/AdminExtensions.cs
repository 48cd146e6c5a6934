using AiGateway.Configuration;
using AiGateway.Telemetry;

namespace AiGateway.Admin;

/// <summary>Registers the Admin API.</summary>
internal static class AdminExtensions
{
    /// <summary>Adds what is made at run time; nothing but the answer that says how to turn it on where no admin key is configured. Its store must be among the services. Before whatever gives budgets back what was spent.</summary>
    public static IServiceCollection AddRuntimeEntries(this IServiceCollection services, HostModel host)
    {
        services.AddSingleton<AdminApi>();
        if (!host.HasRuntimeEntries)
        {
            return services;
        }
        services.AddSingleton<EntryBook>();
        services.AddSingleton<RuntimeMetrics>();
        services.AddSingleton<EntriesEndpoint>();
        services.AddSingleton<AuditEndpoint>();
        services.AddHostedService<RuntimeSync>();
        return services;
    }
}
