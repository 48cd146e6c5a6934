using AiGateway.Configuration;

namespace AiGateway.Providers.Credentials;

/// <summary>AWS credentials for one provider's setting: from the SDK's chain or a profile, and the role that is assumed with them.</summary>
internal sealed class AwsTokens(CredentialsModel model, TokenTransport transport, TimeProvider clock)
{
    // The SDK keeps an instance's credentials fresh without saying until when: asking again costs no more than reading a field.
    private static readonly TimeSpan UnknownLifetime = TimeSpan.FromMinutes(1);

    private readonly AwsRoles _roles = new(model.Region, transport, clock);

    /// <summary>A signer with fresh credentials.</summary>
    public async Task<FetchedToken<SigV4Signer>> FetchAsync(CancellationToken cancellationToken)
    {
        var identity = await AwsChain.GetAsync(model.Profile, _roles, cancellationToken);
        if (model.RoleArn is { } role)
        {
            identity = await _roles.AssumeAsync(identity.Credentials, role, model.SessionName, model.ExternalId, cancellationToken);
        }
        var signer = new SigV4Signer(identity.Credentials, model.Region, model.Service, clock);
        var isLasting = identity.Credentials.SessionToken is null;
        return new FetchedToken<SigV4Signer>(signer, identity.ExpiresAt, identity.ExpiresAt is null && !isLasting ? clock.GetUtcNow() + UnknownLifetime : null);
    }
}
