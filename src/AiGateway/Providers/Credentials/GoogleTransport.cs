using Google.Apis.Http;

namespace AiGateway.Providers.Credentials;

/// <summary>Gives Google's SDK the gateway's own connections.</summary>
internal sealed class GoogleTransport(TokenTransport transport) : HttpClientFactory
{
    /// <inheritdoc/>
    protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => transport.Handler;
}
