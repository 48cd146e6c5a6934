using System.Collections.Frozen;
using System.Text;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration;

/// <summary>Resolves the webhooks of a routing file.</summary>
internal static class WebhookModelBuilder
{
    /// <summary>The words for <see cref="NoticeKind"/>, in its order.</summary>
    public static readonly string[] KindWords = ["threshold", "spent", "renewed"];

    // As the Standard Webhooks specification has it (github.com/standard-webhooks/standard-webhooks, spec: 24 to 64 random bytes).
    private const int LeastBytes = 24;
    private const string Encoded = "whsec_";

    /// <summary>The webhooks by id; what is wrong with a secret is in <paramref name="findings"/>, what is wrong with the rest in the validator's.</summary>
    public static FrozenDictionary<string, WebhookModel> Build(BoundFile file, SecretResolver secrets, Findings findings)
    {
        var webhooks = new Dictionary<string, WebhookModel>(StringComparer.Ordinal);
        foreach (var (id, webhook) in file.Config.Webhooks)
        {
            if (webhook.Secret is { } reference && Resolve(id, reference, file, secrets, findings) is { } key && Uri.TryCreate(webhook.Url, UriKind.Absolute, out var url))
            {
                var on = webhook.On.Count == 0 ? Enum.GetValues<NoticeKind>() : webhook.On.Select(word => (NoticeKind)Array.IndexOf(KindWords, word));
                webhooks.Add(id, new WebhookModel(id, url, key, on.ToFrozenSet()));
            }
        }
        return webhooks.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The bytes that a secret stands for; null where it is no base64.</summary>
    public static byte[]? BytesOf(string secret)
    {
        if (!secret.StartsWith(Encoded, StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(secret);
        }
        var text = secret.AsSpan(Encoded.Length);
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64Chars(text, bytes, out var written) ? bytes[..written] : null;
    }

    private static Secret? Resolve(string id, SecretReference reference, BoundFile file, SecretResolver secrets, Findings findings)
    {
        var place = file.Places.Find(ConfigPath.Of("webhooks", id, "secret"));
        var resolved = secrets.Resolve(reference);
        if (resolved.Problem is { } problem)
        {
            findings.Error(place, problem);
        }
        else if (resolved.Missing is { } missing)
        {
            findings.Error(place, $"The secret of webhook '{id}': {missing}. Set it, or remove the webhook.");
        }
        else if (BytesOf(resolved.Secret!.Reveal()) is not { } bytes)
        {
            findings.Error(place, $"The secret of webhook '{id}' begins with '{Encoded}', but no base64 follows. Make one with: echo {Encoded}$(openssl rand -base64 32)");
        }
        else if (bytes.Length < LeastBytes)
        {
            findings.Error(place, $"The secret of webhook '{id}' has {bytes.Length} bytes; at least {LeastBytes} are needed, or signatures could be guessed. Make one with: echo {Encoded}$(openssl rand -base64 32)");
        }
        return resolved.Secret;
    }
}
