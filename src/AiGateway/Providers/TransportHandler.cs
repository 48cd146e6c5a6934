using System.Runtime.CompilerServices;
using AiGateway.Configuration;

namespace AiGateway.Providers;

/// <summary>The end of the chain: hands the request to its provider's connection pool.</summary>
internal sealed class TransportHandler(ProviderTransports transports) : HttpMessageHandler
{
    // A deployment's pool is found once per snapshot; the entries go with it.
    private readonly ConditionalWeakTable<DeploymentModel, HttpMessageInvoker> _known = [];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var deployment = ((UpstreamRequest)request).Deployment;
        if (!_known.TryGetValue(deployment, out var transport))
        {
            transport = transports.For(deployment.Provider, deployment.Timeouts.Connect);
            _known.TryAdd(deployment, transport);
        }
        return transport.SendAsync(request, cancellationToken);
    }
}
