using AiGateway.Configuration;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Forwarding;

/// <summary>Takes the gateway's own credentials out of a provider's error: some upstreams, and proxies before them, repeat the request they did not like.</summary>
internal static class SecretRedaction
{
    // Shorter texts are no secrets (version dates, regions) and may well be a word of the message.
    private const int ShortestSecret = 8;
    private const string Mask = "***";

    /// <summary>The error without <paramref name="key"/>, without <paramref name="sent"/> and without the values of the provider's configured headers.</summary>
    public static ProviderError Redact(ProviderError error, ProviderModel provider, ProviderKey? key, Secret? sent = null)
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
        return error;
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
