using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Telemetry;

/// <summary>Registers metrics and tracing.</summary>
internal static class TelemetryExtensions
{
    /// <summary>Adds metrics, <c>/metrics</c>'s writer and tracing; export over OTLP only when an endpoint is known. Needs a <see cref="TimeProvider"/> and the snapshot holder.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, TelemetryOptions options)
    {
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton<IRequestObserver>(provider => provider.GetRequiredService<GatewayMetrics>());
        services.AddSingleton<IReloadObserver>(provider => provider.GetRequiredService<GatewayMetrics>());
        services.AddSingleton<StateMetrics>();
        services.AddSingleton<ProcessMetrics>();
        services.AddSingleton<CredentialMetrics>();
        services.AddSingleton<StoreMetrics>();
        services.AddSingleton<PrometheusExposition>();
        services.AddSingleton<GatewayTracing>();
        services.AddHostedService<TelemetryStart>();
        if (options.Otlp is { } otlp)
        {
            services.AddHostedService(_ => new OtlpExport(otlp));
        }
        return services;
    }

    /// <summary>Makes the instruments and their listener before the first request: what nobody asks for is otherwise never built, and counts made before the listener are lost.</summary>
#pragma warning disable CS9113 // The parameters are there to be built.
    private sealed class TelemetryStart(GatewayMetrics requests, StateMetrics state, ProcessMetrics process, PrometheusExposition exposition) : IHostedService
#pragma warning restore CS9113
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
