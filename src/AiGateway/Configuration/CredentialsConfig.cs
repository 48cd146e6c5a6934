namespace AiGateway.Configuration;

/// <summary>With what a provider is convinced, as written.</summary>
internal sealed record CredentialsConfig
{
    /// <summary><c>key</c>, <c>aws</c>, <c>google</c>, <c>azure</c> or <c>caller</c>. Required in the long form.</summary>
    public string? Type { get; init; }

    /// <summary>AWS: the region that is signed for. Default: the one in the base URL.</summary>
    public string? Region { get; init; }

    /// <summary>AWS: the service that is signed for. Default <c>bedrock</c>.</summary>
    public string? Service { get; init; }

    /// <summary>AWS: the profile of the shared configuration. Default: the SDK's chain.</summary>
    public string? Profile { get; init; }

    /// <summary>AWS: a role to assume with what the chain or the profile gives.</summary>
    public string? RoleArn { get; init; }

    /// <summary>AWS: the external id that the role's trust policy asks for.</summary>
    public string? ExternalId { get; init; }

    /// <summary>AWS: the role session's name in CloudTrail. Default <c>aigateway</c>.</summary>
    public string? SessionName { get; init; }

    /// <summary>Google: a credentials file of a service account or of a workload identity. Default: application default credentials.</summary>
    public string? File { get; init; }

    /// <summary>Google, Azure: the scope of the token. Default: that of the cloud's model services.</summary>
    public string? Scope { get; init; }

    /// <summary>Azure: the tenant. Default: the environment's.</summary>
    public string? TenantId { get; init; }

    /// <summary>Azure: the client id of a user-assigned managed identity or of a workload identity. Default: the environment's.</summary>
    public string? ClientId { get; init; }
}
