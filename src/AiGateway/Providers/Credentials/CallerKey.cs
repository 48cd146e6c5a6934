using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Providers.Credentials;

/// <summary>The provider key that a caller brings, for providers with <c>credentials: caller</c>. It goes to the provider and nowhere else.</summary>
internal static class CallerKey
{
    /// <summary>The header for it, which never collides with the caller's own key at the gateway.</summary>
    public const string Header = "x-gateway-provider-key";

    /// <summary>What records call it.</summary>
    public const string Id = "caller";

    private static readonly string[] ClientHeaders = ["api-key", "x-api-key", "x-goog-api-key"];

    /// <summary>The key for <paramref name="provider"/>; null when the caller brought none that can be sent.</summary>
    /// <param name="headers">The caller's headers.</param>
    /// <param name="hasCallers">Whether callers are configured: the headers in which clients send their key then hold the gateway's.</param>
    /// <param name="provider">The provider.</param>
    public static ProviderKey? Find(IHeaderDictionary headers, bool hasCallers, ProviderModel provider)
    {
        var key = headers[Header].ToString().Trim();
        if (key.Length == 0 && !hasCallers)
        {
            key = OfClient(headers);
        }
        return key.Length == 0 || !HeaderText.IsPlain(key) ? null : new ProviderKey
        {
            Id = Id,
            HeaderValue = new Secret(provider.Preset.AuthPrefix + key),
            State = new KeyState(),
        };
    }

    private static string OfClient(IHeaderDictionary headers)
    {
        if (BearerKey.TryFind(headers.Authorization, out var bearer))
        {
            return BearerKey.In(bearer).ToString();
        }
        foreach (var name in ClientHeaders)
        {
            if (headers[name].ToString().Trim() is { Length: > 0 } key)
            {
                return key;
            }
        }
        return RealtimeSubprotocols.KeyIn(headers.SecWebSocketProtocol) ?? "";
    }
}
