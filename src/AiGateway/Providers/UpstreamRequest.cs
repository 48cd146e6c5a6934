using AiGateway.Configuration;

namespace AiGateway.Providers;

/// <summary>One attempt's request, with what the handlers beneath need to know.</summary>
internal sealed class UpstreamRequest(HttpMethod method, Uri address, DeploymentModel deployment, ProviderKey? key) : HttpRequestMessage(method, address)
{
    /// <summary>Where it goes.</summary>
    public DeploymentModel Deployment { get; } = deployment;

    /// <summary>The key it uses; null for providers without authentication.</summary>
    public ProviderKey? Key { get; } = key;
}
