namespace AiGateway.Providers;

/// <summary>Adds the provider's credentials and its configured headers.</summary>
internal sealed class CredentialsHandler : DelegatingHandler
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
        return base.SendAsync(request, cancellationToken);
    }
}
