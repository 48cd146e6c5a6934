namespace AiGateway.Providers.Credentials;

/// <summary>Puts onto requests what convinces a provider that is not convinced by a key.</summary>
internal abstract class Authorizer
{
    /// <summary>When what it holds expires; null when it holds nothing, or what does not expire.</summary>
    public abstract DateTimeOffset? ExpiresAt { get; }

    /// <summary>Authorizes a request whose headers and content are final.</summary>
    /// <exception cref="TokenException">There is no token.</exception>
    public abstract ValueTask AuthorizeAsync(UpstreamRequest request, CancellationToken cancellationToken);

    /// <summary>The provider refused what it was sent.</summary>
    public abstract void Doubt();

    /// <summary>No configuration in force needs it any more.</summary>
    public abstract void Retire();
}
