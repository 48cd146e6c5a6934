using System.Text.Json;
using AiGateway.Configuration;
using Google.Apis.Auth.OAuth2;
using Google.Apis.Auth.OAuth2.Responses;

namespace AiGateway.Providers.Credentials;

/// <summary>Access tokens of Google: of a service account, a workload identity, or whatever application default credentials find.</summary>
internal sealed class GoogleTokens(CredentialsModel model, TokenTransport transport, TimeProvider clock)
{
    // What Google itself gives, where a credential does not say.
    private static readonly TimeSpan UnknownLifetime = TimeSpan.FromMinutes(5);

    private readonly GoogleTransport _transport = new(transport);

    /// <summary>A fresh token as a header's value.</summary>
    public async Task<FetchedToken<Secret>> FetchAsync(CancellationToken cancellationToken)
    {
        // The file is read each time: a rotated key counts from the next fetch on.
        var credential = model.File is { } file
            ? await CredentialFactory.FromFileAsync(file, await TypeOfAsync(file, cancellationToken), cancellationToken)
            : await GoogleCredential.GetApplicationDefaultAsync(cancellationToken);
        return credential.CreateScoped(model.Scope).CreateWithHttpClientFactory(_transport).UnderlyingCredential switch
        {
            // Asked for directly, past the cache of the SDK, which would hand out the old token until shortly before its expiry.
            ServiceCredential service => await service.RequestAccessTokenAsync(cancellationToken) ? Of(service.Token) : throw new TokenException("Google gave no token"),
            UserCredential user => await user.RefreshTokenAsync(cancellationToken) ? Of(user.Token) : throw new TokenException("Google gave no token"),
            var other => new FetchedToken<Secret>(BearerAuthorizer.HeaderOf(await other.GetAccessTokenForRequestAsync(null, cancellationToken)), clock.GetUtcNow() + UnknownLifetime),
        };
    }

    private FetchedToken<Secret> Of(TokenResponse token) => new(
        BearerAuthorizer.HeaderOf(token.AccessToken),
        clock.GetUtcNow() + (token.ExpiresInSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : UnknownLifetime));

    /// <summary>The SDK wants to be told which type of credential a file may hold; this one is the operator's own, so any will do.</summary>
    private static async Task<string> TypeOfAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(path);
        using var json = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
        return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("type", out var type) && type.GetString() is { Length: > 0 } name
            ? name : throw new TokenException($"the credentials file '{path}' has no 'type'");
    }
}
