using AiGateway.Configuration;

namespace AiGateway.Providers;

/// <summary>One attempt's request, with what the handlers beneath need to know.</summary>
internal sealed class UpstreamRequest(HttpMethod method, Uri address, DeploymentModel deployment, ProviderKey? key) : HttpRequestMessage(method, address)
{
    /// <summary>Where it goes.</summary>
    public DeploymentModel Deployment { get; } = deployment;

    /// <summary>The key it uses; null for providers without authentication, and for those with credentials of another kind.</summary>
    public ProviderKey? Key { get; } = key;

    /// <summary>The token that it was sent with, to be taken out of errors; null where that is a key or nothing.</summary>
    public Secret? SentSecret { get; set; }
}
