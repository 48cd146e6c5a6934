namespace AiGateway.Providers.Credentials;

/// <summary>Signs each request with AWS credentials, over the bytes that are sent.</summary>
internal sealed class SigV4Authorizer(TokenSource<SigV4Signer> signers) : Authorizer
{
    public override DateTimeOffset? ExpiresAt => signers.ExpiresAt;

    public override async ValueTask AuthorizeAsync(UpstreamRequest request, CancellationToken cancellationToken)
    {
        var signer = await signers.GetAsync(cancellationToken);
        request.SentSecret = signer.SessionToken;
        signer.Sign(request, await PayloadHash.OfAsync(request.Content, cancellationToken));
    }

    public override void Doubt() => signers.Doubt();

    public override void Retire() => signers.Retire();
}
