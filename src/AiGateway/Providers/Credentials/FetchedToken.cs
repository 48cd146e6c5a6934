namespace AiGateway.Providers.Credentials;

/// <summary>A token as it was fetched.</summary>
/// <param name="Value">The token, in the form that requests need.</param>
/// <param name="ExpiresAt">When it expires; null for one that does not.</param>
/// <param name="RefreshAt">When its issuer wants it to be replaced; null: ahead of its expiry.</param>
internal sealed record FetchedToken<T>(T Value, DateTimeOffset? ExpiresAt, DateTimeOffset? RefreshAt = null)
    where T : class
{
    /// <summary>Never the token.</summary>
    public override string ToString() => "***";
}
