namespace AiGateway.Configuration;

/// <summary>A key of the Admin API, as written.</summary>
internal sealed record AdminKeyConfig
{
    /// <summary>Name of the key in the audit; unique. Required.</summary>
    public string? Id { get; init; }

    /// <summary>SHA-256 of the key, <c>sha256:</c> and 64 hex digits. Required.</summary>
    public string? KeyHash { get; init; }

    /// <summary><c>read</c> (default) or <c>write</c>.</summary>
    public string? Role { get; init; }
}
