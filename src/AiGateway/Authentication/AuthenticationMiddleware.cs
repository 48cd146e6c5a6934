using AiGateway.Configuration;
using AiGateway.Pipeline;
using Microsoft.AspNetCore.Connections.Features;

namespace AiGateway.Authentication;

/// <summary>Finds the caller by the key it presents: <c>Authorization: Bearer</c>, <c>api-key</c> (Azure clients), <c>x-api-key</c> (Anthropic clients) or <c>x-goog-api-key</c> (Gemini clients), or the subprotocol of browsers' realtime clients.</summary>
/// <remarks>
/// Keys are known by their SHA-256 only. Without any callers configured everyone who reaches the listener is <see cref="CallerModel.Anonymous"/>.
/// Clients keep connections open and send the same key with each request, and Kestrel then hands out the very same string:
/// a connection remembers the string and the caller it proved, so that the hash is computed once per connection and configuration.
/// </remarks>
internal sealed class AuthenticationMiddleware(RequestDelegate next, TimeProvider clock)
{
    private static readonly Rejection MissingKey = new(
        RejectionReason.MissingKey, "You did not provide an API key. Send it in the Authorization header as 'Bearer YOUR_KEY' (or in api-key, x-api-key, x-goog-api-key).");

    private static readonly Rejection InvalidKey = new(
        RejectionReason.InvalidKey, "Incorrect API key provided. Ask the platform team that runs this gateway for a key of yours.");

    // 401 would make clients give up for good, over a key that is perhaps good.
    private static readonly Rejection UnknownYet = new(
        RejectionReason.KeyStoreUnavailable, "This gateway cannot look your API key up at the moment. Please try again later.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    public Task InvokeAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        if (context.Features.Get<OwnCall>() is { } own)
        {
            // Who caused it has shown its key.
            (exchange.OwnCall, exchange.Caller) = (own, own.Caller);
            return next(context);
        }
        var callers = exchange.Snapshot.Callers;
        if (!callers.IsConfigured)
        {
            return next(context);
        }

        if (Find(context, callers, out var hasKey) is not { } caller)
        {
            exchange.Reject(!hasKey ? MissingKey : exchange.Snapshot.IsWithoutRuntimeKeys ? UnknownYet : InvalidKey);
            return Task.CompletedTask;
        }

        exchange.Caller = caller;
        if (caller.Disabled)
        {
            exchange.Reject(RejectionReason.DisabledKey, $"The API key '{caller.Id}' is disabled. Ask the platform team that runs this gateway.");
            return Task.CompletedTask;
        }
        if (caller.Expires is { } expires && expires <= clock.GetUtcNow())
        {
            exchange.Reject(RejectionReason.ExpiredKey, $"The API key '{caller.Id}' expired on {expires:yyyy-MM-dd HH:mm}Z. Ask the platform team for a new one.");
            return Task.CompletedTask;
        }
        return next(context);
    }

    private static CallerModel? Find(HttpContext context, CallerTable callers, out bool hasKey)
    {
        var header = HeaderOf(context.Request.Headers, out var isBearer);
        var key = isBearer ? BearerKey.In(header!) : header.AsSpan().Trim();
        hasKey = !key.IsEmpty;
        var connection = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (connection is not null && connection.TryGetValue(ProvenKey.Item, out var known) && known is ProvenKey proven && header is not null && proven.Is(header, callers))
        {
            return proven.Caller;
        }

        Span<byte> hash = stackalloc byte[KeyHash.Length];
        if (!KeyHash.TryCompute(key, hash))
        {
            return null;
        }
        var caller = callers.Find(hash);
        if (caller is not null && connection is not null)
        {
            connection[ProvenKey.Item] = new ProvenKey(header!, callers, caller);
        }
        return caller;
    }

    private static string? HeaderOf(IHeaderDictionary headers, out bool isBearer)
    {
        isBearer = BearerKey.TryFind(headers.Authorization, out var bearer);
        return bearer ?? First(headers, "api-key") ?? First(headers, "x-api-key") ?? First(headers, "x-goog-api-key") ?? RealtimeSubprotocols.KeyIn(headers.SecWebSocketProtocol);
    }

    private static string? First(IHeaderDictionary headers, string name) =>
        headers[name] is { Count: 1 } values && !string.IsNullOrWhiteSpace(values[0]) ? values[0] : null;

    /// <summary>What a connection has proven: this string, in this table, is this caller's. Another string of the same text is hashed again, so nothing of a key is compared here.</summary>
    private sealed class ProvenKey(string header, CallerTable callers, CallerModel caller)
    {
        public static readonly object Item = new();

        public CallerModel Caller { get; } = caller;

        public bool Is(string other, CallerTable table) => ReferenceEquals(other, header) && ReferenceEquals(table, callers);
    }
}
