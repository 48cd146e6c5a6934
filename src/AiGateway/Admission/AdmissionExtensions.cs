using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>Registers limits.</summary>
internal static class AdmissionExtensions
{
    /// <summary>Adds admission.</summary>
    public static IServiceCollection AddAdmission(this IServiceCollection services)
    {
        services.AddSingleton<Limiter>();
        services.AddSingleton<Expectations>();
        services.AddSingleton<Estimates>();
        services.AddSingleton<AdmissionMetrics>();
        services.AddSingleton<QueueMetrics>();
        services.AddSingleton<AdmissionQueue>();
        services.AddSingleton<AdmissionServices>();
        services.AddSingleton<IRequestObserver, BatchSpend>();
        return services;
    }
}
