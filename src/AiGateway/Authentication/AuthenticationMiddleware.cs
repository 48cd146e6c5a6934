using System.Security.Cryptography;
using System.Text;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Authentication;

/// <summary>Finds the caller by the key it presents: <c>Authorization: Bearer</c>, <c>api-key</c> (Azure clients), <c>x-api-key</c> (Anthropic clients) or <c>x-goog-api-key</c> (Gemini clients).</summary>
/// <remarks>Keys are known by their SHA-256 only. Without any callers configured everyone who reaches the listener is <see cref="CallerModel.Anonymous"/>.</remarks>
internal sealed class AuthenticationMiddleware(RequestDelegate next, TimeProvider clock)
{
    // Longer than any key we make; a longer text is no key and is not worth hashing.
    private const int LongestKey = 512;
    private const string Bearer = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        var callers = exchange.Snapshot.Callers;
        if (!callers.IsConfigured)
        {
            return next(context);
        }

        var key = KeyOf(context.Request.Headers);
        if (key.IsEmpty)
        {
            exchange.Reject(RejectionReason.MissingKey, "You did not provide an API key. Send it in the Authorization header as 'Bearer YOUR_KEY' (or in api-key, x-api-key, x-goog-api-key).");
            return Task.CompletedTask;
        }
        if (Find(callers, key) is not { } caller)
        {
            exchange.Reject(RejectionReason.InvalidKey, "Incorrect API key provided. Ask the platform team that runs this gateway for a key of yours.");
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

    private static CallerModel? Find(CallerTable callers, ReadOnlySpan<char> key)
    {
        if (key.Length > LongestKey)
        {
            return null;
        }
        Span<byte> utf8 = stackalloc byte[LongestKey * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var length = Encoding.UTF8.GetBytes(key, utf8);
        SHA256.HashData(utf8[..length], hash);
        return callers.Find(hash);
    }

    private static ReadOnlySpan<char> KeyOf(IHeaderDictionary headers)
    {
        var authorization = headers.Authorization;
        if (authorization.Count == 1 && authorization[0] is { } value && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return value.AsSpan(Bearer.Length).Trim();
        }
        return First(headers, "api-key") ?? First(headers, "x-api-key") ?? First(headers, "x-goog-api-key") ?? default(ReadOnlySpan<char>);
    }

    private static string? First(IHeaderDictionary headers, string name) =>
        headers[name] is { Count: 1 } values && !string.IsNullOrWhiteSpace(values[0]) ? values[0]!.Trim() : null;
}
