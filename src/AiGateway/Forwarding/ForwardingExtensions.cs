using AiGateway.Providers;

namespace AiGateway.Forwarding;

/// <summary>Registers what sends requests to providers.</summary>
internal static class ForwardingExtensions
{
    /// <summary>Adds forwarding.</summary>
    public static IServiceCollection AddForwarding(this IServiceCollection services)
    {
        services.AddHttpForwarder();
        services.AddSingleton<SimulatedProvider>();
        services.AddSingleton<ProviderTransports>();
        services.AddSingleton<UpstreamAddresses>();
        services.AddSingleton<CircuitBreakers>();
        services.AddSingleton<BackgroundResponses>();
        services.AddSingleton<AnswerSettlement>();
        services.AddSingleton<TranslatedAnswers>();
        services.AddSingleton<AnswerReader>();
        services.AddSingleton<NativeAnswers>();
        services.AddSingleton<FormCallSender>();
        services.AddSingleton<AttemptServices>();
        services.AddSingleton<GatewayTransformer>();
        return services;
    }
}
