using AiGateway.Configuration;
using AiGateway.Forwarding.Realtime;
using AiGateway.Providers;
using AiGateway.Providers.Credentials;

namespace AiGateway.Forwarding;

/// <summary>Registers what sends requests to providers.</summary>
internal static class ForwardingExtensions
{
    /// <summary>Adds forwarding.</summary>
    public static IServiceCollection AddForwarding(this IServiceCollection services)
    {
        services.AddHttpForwarder();
        services.AddSingleton<SimulatedProvider>();
        services.AddSingleton<TrustedAuthorities>();
        services.AddSingleton<OutboundHandlers>();
        services.AddSingleton<ProviderTransports>();
        services.AddSingleton<TokenTransport>();
        services.AddSingleton<CredentialSources>();
        services.AddSingleton<IReloadObserver>(provider => provider.GetRequiredService<CredentialSources>());
        services.AddSingleton<UpstreamAddresses>();
        services.AddSingleton<CircuitBreakers>();
        services.AddSingleton<BackgroundResponses>();
        services.AddSingleton<AnswerSettlement>();
        services.AddSingleton<ConversationKeeper>();
        services.AddSingleton<TranslatedAnswers>();
        services.AddSingleton<AnswerReader>();
        services.AddSingleton<NativeAnswers>();
        services.AddSingleton<BatchSettlement>();
        services.AddSingleton<ObjectAnswers>();
        services.AddSingleton<RealtimeHandshake>();
        services.AddSingleton<FormCallSender>();
        services.AddSingleton<ChoiceStreams>();
        services.AddSingleton<AttemptServices>();
        services.AddSingleton<GatewayTransformer>();
        services.AddSingleton<OpenSessions>();
        services.AddSingleton<RealtimeEndpoint>();
        return services;
    }
}
