namespace AiGateway.Configuration;

/// <summary>With what a provider is convinced, resolved. Holds no secret; equal values share one token.</summary>
internal sealed record CredentialsModel(CredentialsKind Kind)
{
    /// <summary>The scope that Google's model services ask for.</summary>
    public const string GoogleScope = "https://www.googleapis.com/auth/cloud-platform";

    /// <summary>The scope that Azure's model services ask for.</summary>
    public const string AzureScope = "https://cognitiveservices.azure.com/.default";

    /// <summary>The keys of the file, or nothing.</summary>
    public static readonly CredentialsModel Key = new(CredentialsKind.Key);

    /// <summary>AWS: the region that is signed for; empty for others.</summary>
    public string Region { get; init; } = "";

    /// <summary>AWS: the service that is signed for; empty for others.</summary>
    public string Service { get; init; } = "";

    /// <summary>AWS: the profile; null for the SDK's chain.</summary>
    public string? Profile { get; init; }

    /// <summary>AWS: the role to assume; null for none.</summary>
    public string? RoleArn { get; init; }

    /// <summary>AWS: the role's external id.</summary>
    public string? ExternalId { get; init; }

    /// <summary>AWS: the role session's name.</summary>
    public string SessionName { get; init; } = "aigateway";

    /// <summary>Google: whole path of the credentials file; null for application default credentials.</summary>
    public string? File { get; init; }

    /// <summary>Google, Azure: the scope of the token; empty for others.</summary>
    public string Scope { get; init; } = "";

    /// <summary>Azure: the tenant.</summary>
    public string? TenantId { get; init; }

    /// <summary>Azure: the identity's client id.</summary>
    public string? ClientId { get; init; }
}
