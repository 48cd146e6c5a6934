namespace AiGateway.Providers;

/// <summary>The end of the chain: hands the request to its provider's connection pool.</summary>
internal sealed class TransportHandler(ProviderTransports transports) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var deployment = ((UpstreamRequest)request).Deployment;
        return transports.For(deployment.Provider, deployment.Timeouts.Connect).SendAsync(request, cancellationToken);
    }
}
