using System.Text;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Carries other dialects' signatures through Gemini's clients, which bring <c>thoughtSignature</c> back unread.</summary>
/// <remarks>The member holds bytes: a <see cref="SignatureEnvelope"/> is in base64 once more. It never goes to Google.</remarks>
internal static class GeminiSeal
{
    // Base64 of "aigw1.", with which every envelope begins.
    private const string Prefix = "YWlndzEu";

    /// <summary>The <c>thoughtSignature</c> of an answer's part; null for none.</summary>
    /// <param name="part">The part.</param>
    /// <param name="source">The dialect that the answer came in.</param>
    public static string? Seal(ChatPart part, Dialect source)
    {
        var signer = part.SignedBy ?? source;
        return Seal(signer, part is ToolCallPart, part.Signature, (part as ThinkingPart)?.Encrypted);
    }

    /// <summary>The same of what has been gathered of a part.</summary>
    public static string? Seal(Dialect signer, bool isCall, string? signature, string? encrypted)
    {
        // What Google signed others may carry as hidden thoughts (OpenRouter).
        if (signer == Dialect.Gemini)
            return signature ?? encrypted;
        var envelope = encrypted is { Length: > 0 } ? SignatureEnvelope.Pack(signer, SignatureEnvelope.Encrypted, encrypted)
            : signature is { Length: > 0 } ? SignatureEnvelope.Pack(signer, isCall ? SignatureEnvelope.Call : SignatureEnvelope.Signature, signature)
            : null;
        return envelope is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(envelope));
    }

    /// <summary>Takes the envelopes out of a turn that a client brought back. Thoughts that came in pieces become one part again: the envelope stands in the last, and signs them all.</summary>
    public static void Unseal(List<ChatPart> parts)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            if (!Unseal(parts[i]) || parts[i] is not ThinkingPart signed)
                continue;
            while (i > 0 && parts[i - 1] is ThinkingPart { SignedBy: null, Signature: null, Extensions: null } before)
            {
                signed.Text = before.Text + signed.Text;
                parts.RemoveAt(--i);
            }
        }
    }

    private static bool Unseal(ChatPart part)
    {
        if (part.Signature is not { } signature || !signature.StartsWith(Prefix, StringComparison.Ordinal) || !TryDecode(signature, out var text)
            || !SignatureEnvelope.TryUnpack(text, out var signer, out var kind, out var value))
        {
            return false;
        }
        part.SignedBy = signer;
        part.Signature = kind == SignatureEnvelope.Encrypted ? null : value;
        if (kind == SignatureEnvelope.Encrypted && part is ThinkingPart thinking)
            thinking.Encrypted = value;
        return true;
    }

    private static bool TryDecode(string base64, out string text)
    {
        var bytes = new byte[base64.Length];
        var isBase64 = Convert.TryFromBase64String(base64, bytes, out var length);
        text = isBase64 ? Encoding.UTF8.GetString(bytes, 0, length) : "";
        return isBase64;
    }
}
