using AiGateway.Configuration;
using AiGateway.Providers.Credentials;

namespace AiGateway.Providers;

/// <summary>Adds the provider's credentials and its configured headers. The last to touch a request: what is signed here is what is sent.</summary>
internal sealed class CredentialsHandler(CredentialSources sources) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var upstream = (UpstreamRequest)request;
        var provider = upstream.Deployment.Provider;
        if (upstream.Key is { } key && provider.Preset.AuthHeader is { } header)
        {
            upstream.Headers.TryAddWithoutValidation(header, key.HeaderValue.Reveal());
        }
        foreach (var (name, value) in provider.Headers)
        {
            upstream.Headers.TryAddWithoutValidation(name, value.Reveal());
        }
        return provider.Credentials.Kind is CredentialsKind.Key or CredentialsKind.Caller
            ? base.SendAsync(request, cancellationToken) : SendAuthorizedAsync(upstream, provider, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAuthorizedAsync(UpstreamRequest request, ProviderModel provider, CancellationToken cancellationToken)
    {
        var authorizer = sources.For(provider.Credentials);
        try
        {
            await authorizer.AuthorizeAsync(request, cancellationToken);
        }
        catch (TokenException e)
        {
            throw new TokenException($"not sent: no credentials for provider '{provider.Id}': {e.Message}");
        }
        var response = await base.SendAsync(request, cancellationToken);
        if ((int)response.StatusCode is 401 or 403)
        {
            authorizer.Doubt();
        }
        return response;
    }
}
