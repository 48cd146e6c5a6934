using AiGateway.Protocols.Bedrock.SigV4;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;

namespace AiGateway.Providers.Credentials;

/// <summary>The AWS SDK's credential chain.</summary>
/// <remarks>
/// What needs a call to STS (roles of profiles, web identities as EKS gives them) is done by <see cref="AwsRoles"/>: the SDK
/// does it only where AWSSDK.SecurityToken is present, and for one call an hour that package is not worth having.
/// </remarks>
internal static class AwsChain
{
    // A profile may name another one as its source, and that another one.
    private const int MostProfiles = 5;

    /// <summary>The credentials of a profile; of the environment when none is named.</summary>
    public static async Task<AwsIdentity> GetAsync(string? profile, AwsRoles roles, CancellationToken cancellationToken)
    {
        if (profile is not null)
        {
            return await OfProfileAsync(profile, roles, MostProfiles, cancellationToken);
        }
        if (Variable("AWS_ACCESS_KEY_ID") is null)
        {
            if (Variable("AWS_WEB_IDENTITY_TOKEN_FILE") is { } file && Variable("AWS_ROLE_ARN") is { } role)
            {
                return await roles.AssumeWithWebIdentityAsync(file, role, Variable("AWS_ROLE_SESSION_NAME") ?? "aigateway", cancellationToken);
            }
            if (Variable("AWS_PROFILE") is { } named)
            {
                return await OfProfileAsync(named, roles, MostProfiles, cancellationToken);
            }
        }
        return await OfEnvironmentAsync();
    }

    private static async Task<AwsIdentity> OfProfileAsync(string name, AwsRoles roles, int left, CancellationToken cancellationToken)
    {
        if (!new CredentialProfileStoreChain().TryGetProfile(name, out var profile))
        {
            throw new TokenException($"there is no AWS profile '{name}'");
        }
        var options = profile.Options;
        if (options.RoleArn is not { Length: > 0 } role)
        {
            return await ReadAsync(profile.GetAWSCredentials(profile.CredentialProfileStore));
        }
        var session = options.RoleSessionName ?? "aigateway";
        if (options.WebIdentityTokenFile is { Length: > 0 } file)
        {
            return await roles.AssumeWithWebIdentityAsync(file, role, session, cancellationToken);
        }
        AwsIdentity source;
        if (options.SourceProfile is { Length: > 0 } other && other != name)
        {
            source = left > 1 ? await OfProfileAsync(other, roles, left - 1, cancellationToken) : throw new TokenException($"the AWS profile '{name}' is one of too long a chain");
        }
        else if (options.AccessKey is { Length: > 0 } accessKey)
        {
            source = new AwsIdentity(new SigV4Credentials(accessKey, options.SecretKey, options.Token), null);
        }
        else
        {
            source = await OfEnvironmentAsync();
        }
        return await roles.AssumeAsync(source.Credentials, role, session, options.ExternalID, cancellationToken);
    }

    private static async Task<AwsIdentity> OfEnvironmentAsync() => await ReadAsync(await DefaultAWSCredentialsIdentityResolver.GetCredentialsAsync(null));

    private static async Task<AwsIdentity> ReadAsync(AWSCredentials credentials)
    {
        var refreshing = credentials as RefreshingAWSCredentials;
        // It keeps what it has until shortly before expiry; we ask when we want the next.
        refreshing?.ClearCredentials();
        var read = await credentials.GetCredentialsAsync();
        var token = string.IsNullOrEmpty(read.Token) ? null : read.Token;
        return new AwsIdentity(new SigV4Credentials(read.AccessKey, read.SecretKey, token), refreshing?.Expiration is { } expires ? Utc(expires) : null);
    }

    private static DateTimeOffset Utc(DateTime time) => time.Kind == DateTimeKind.Unspecified ? new(time, TimeSpan.Zero) : new(time.ToUniversalTime());

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
