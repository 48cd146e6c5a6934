using AiGateway.Pipeline;

namespace AiGateway.Telemetry;

/// <summary>Registers metrics and tracing.</summary>
internal static class TelemetryExtensions
{
    /// <summary>Adds metrics.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, TelemetryOptions options)
    {
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<IRequestObserver>(provider => provider.GetRequiredService<GatewayMetrics>());
        services.AddSingleton<StateMetrics>();
        services.AddSingleton<ProcessMetrics>();
        services.AddSingleton<PrometheusExposition>();
        return services;
    }
}
