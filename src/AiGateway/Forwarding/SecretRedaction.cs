using System.Text;
using AiGateway.Configuration;
using AiGateway.Protocols.OpenAI;
using AiGateway.Providers;

namespace AiGateway.Forwarding;

/// <summary>Takes the gateway's own credentials, and the address it calls, out of a provider's error: some upstreams, and proxies before them, repeat the request they did not like.</summary>
internal static class SecretRedaction
{
    // Shorter texts are no secrets (version dates, regions) and may well be a word of the message.
    private const int ShortestSecret = 8;
    private const string Mask = "***";

    /// <summary>The error without <paramref name="key"/>, without <paramref name="sent"/>, without the values of the provider's configured headers and without its host.</summary>
    public static ProviderError Redact(ProviderError error, ProviderModel provider, ProviderKey? key, Secret? sent)
    {
        if (sent is not null)
        {
            error = Without(error, sent.Reveal());
        }
        if (key is not null)
        {
            error = Without(error, key.HeaderValue.Reveal());
        }
        foreach (var (_, value) in provider.Headers)
        {
            error = Without(error, value.Reveal());
        }
        return Without(error, AuthorityOf(provider));
    }

    /// <summary>The same for bytes that pass: a native error, and what a stream says after commit.</summary>
    public static void Redact(ref OutputBuffer body, UpstreamRequest request)
    {
        var provider = request.Deployment.Provider;
        if (request.SentSecret is { } sent)
        {
            Remove(ref body, sent.Reveal());
        }
        if (request.Key is { } key)
        {
            Remove(ref body, key.HeaderValue.Reveal());
        }
        foreach (var (_, value) in provider.Headers)
        {
            Remove(ref body, value.Reveal());
        }
        Remove(ref body, AuthorityOf(provider));
    }

    // Host and port: inside a network they say more than a caller is to know. A provider's own pages stand under other names.
    private static string AuthorityOf(ProviderModel provider) => new Uri(provider.BaseUrl).Authority;

    private static void Remove(ref OutputBuffer body, string value)
    {
        var secret = value[(value.LastIndexOf(' ') + 1)..];
        if (secret.Length < ShortestSecret)
        {
            return;
        }
        var bytes = Encoding.UTF8.GetBytes(secret);
        if (body.Ready.IndexOf(bytes) < 0)
        {
            return;
        }
        var redacted = default(OutputBuffer);
        var rest = body.Ready;
        for (var at = rest.IndexOf(bytes); at >= 0; at = rest.IndexOf(bytes))
        {
            redacted.Append(rest[..at]);
            redacted.Append("***"u8);
            rest = rest[(at + bytes.Length)..];
        }
        redacted.Append(rest);
        body.Release();
        body = redacted;
    }

    private static ProviderError Without(ProviderError error, string value)
    {
        // Without its scheme, so that it is found in whatever form it comes back.
        var secret = value[(value.LastIndexOf(' ') + 1)..];
        return secret.Length < ShortestSecret || !Has(error.Message) && !Has(error.Type) && !Has(error.Code) && !Has(error.Param)
            ? error
            : error with { Message = Masked(error.Message)!, Type = Masked(error.Type), Code = Masked(error.Code), Param = Masked(error.Param) };

        bool Has(string? text) => text is not null && text.Contains(secret, StringComparison.Ordinal);

        string? Masked(string? text) => text?.Replace(secret, Mask, StringComparison.Ordinal);
    }
}
