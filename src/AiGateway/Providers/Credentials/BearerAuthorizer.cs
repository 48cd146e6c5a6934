using AiGateway.Configuration;

namespace AiGateway.Providers.Credentials;

/// <summary>Access tokens of Google and Azure: <c>Authorization: Bearer</c> (RFC 6750, 2.1).</summary>
internal sealed class BearerAuthorizer(TokenSource<Secret> tokens) : Authorizer
{
    /// <summary>The header's value for a token.</summary>
    public static Secret HeaderOf(string token) => new($"Bearer {token}");

    public override DateTimeOffset? ExpiresAt => tokens.ExpiresAt;

    public override async ValueTask AuthorizeAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        var header = await tokens.GetAsync(cancellationToken);
        request.SentSecret = header;
        request.Headers.TryAddWithoutValidation("Authorization", header.Reveal());
    }

    public override void Doubt() => tokens.Doubt();

    public override void Retire() => tokens.Retire();
}
