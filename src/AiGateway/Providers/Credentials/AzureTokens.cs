using AiGateway.Configuration;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;

namespace AiGateway.Providers.Credentials;

/// <summary>Access tokens of Microsoft Entra ID: from the environment, a workload identity, a managed identity, or the Azure CLI.</summary>
internal sealed class AzureTokens(CredentialsModel model, TokenTransport transport)
{
    private readonly TokenRequestContext _request = new([model.Scope]);

    // Kept: it remembers which member of its chain works. Made by the first fetch, whose failure a wrong option then is.
    private DefaultAzureCredential? _credential;

    /// <summary>A token as a header's value.</summary>
    public async Task<FetchedToken<Secret>> FetchAsync(CancellationToken cancellationToken)
    {
        _credential ??= new DefaultAzureCredential(Options(model, transport));
        var token = await _credential.GetTokenAsync(_request, cancellationToken);
        return new FetchedToken<Secret>(BearerAuthorizer.HeaderOf(token.Token), token.ExpiresOn, token.RefreshOn);
    }

    private static DefaultAzureCredentialOptions Options(CredentialsModel model, TokenTransport transport)
    {
        var options = new DefaultAzureCredentialOptions
        {
            Transport = new HttpClientTransport(transport.Handler),
            // A gateway has no desktop.
            ExcludeInteractiveBrowserCredential = true,
            ExcludeBrokerCredential = true,
            ExcludeVisualStudioCredential = true,
            ExcludeVisualStudioCodeCredential = true,
            ExcludeAzurePowerShellCredential = true,
            ExcludeAzureDeveloperCliCredential = true,
        };
        if (model.TenantId is { } tenant)
        {
            options.TenantId = tenant;
        }
        if (model.ClientId is { } client)
        {
            options.ManagedIdentityClientId = client;
            options.WorkloadIdentityClientId = client;
        }
        return options;
    }
}
