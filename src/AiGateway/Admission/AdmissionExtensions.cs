using AiGateway.Admission.Sharing;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>Registers limits.</summary>
internal static class AdmissionExtensions
{
    /// <summary>Adds admission; with a Redis also what it takes to share limits, but for the store itself. Needs a <see cref="WebhookTransport"/> and <see cref="IWebhookMarkStore"/>.</summary>
    public static IServiceCollection AddAdmission(this IServiceCollection services, HostModel host)
    {
        if (host.Redis is not null)
        {
            services.AddSingleton<SharingMetrics>();
            services.AddSingleton<LeaseBook>();
            services.AddSingleton<StoreRecovery>();
            services.AddSingleton<LeaseKeeper>();
            services.AddSingleton<SharedSettlements>();
            services.AddSingleton<SharedLimits>();
            services.AddHostedService(static provider => provider.GetRequiredService<LeaseKeeper>());
            services.AddHostedService(static provider => provider.GetRequiredService<SharedSettlements>());
        }
        services.AddSingleton<Limiter>();
        services.AddSingleton<Expectations>();
        services.AddSingleton<Estimates>();
        services.AddSingleton<AdmissionMetrics>();
        services.AddSingleton<SpentBudgets>();
        services.AddSingleton<WebhookMetrics>();
        services.AddHostedService<WebhookWatch>();
        services.AddSingleton<QueueMetrics>();
        services.AddSingleton<AdmissionQueue>();
        services.AddSingleton<AdmissionServices>();
        services.AddSingleton<IRequestObserver, BatchSpend>();
        return services;
    }
}
