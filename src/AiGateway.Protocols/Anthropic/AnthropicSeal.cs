using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Carries other dialects' signatures through Anthropic's clients, which bring <c>signature</c> and <c>redacted_thinking</c> back unread.</summary>
/// <remarks>
/// A signature over thoughts is their <c>signature</c>; thoughts that nobody can read are <c>redacted_thinking</c>; a signature
/// over a call is a <c>redacted_thinking</c> behind it. All are <see cref="SignatureEnvelope"/>s, which never go to Anthropic.
/// </remarks>
internal static class AnthropicSeal
{
    /// <summary>Another dialect's thoughts as Anthropic's client is to see them.</summary>
    /// <returns>Null when there is nothing to see or to carry.</returns>
    public static ThinkingPart? Seal(ThinkingPart thinking, Dialect source)
    {
        var signer = thinking.SignedBy ?? source;
        if (signer == Dialect.Anthropic)
            return thinking;
        var envelope = Envelope(signer, thinking.Signature, thinking.Encrypted);
        if (thinking.Text.Length > 0)
            return new ThinkingPart { Text = thinking.Text, Signature = envelope ?? Unsigned(signer), SignedBy = Dialect.Anthropic };
        return envelope is null ? null : new ThinkingPart { Encrypted = envelope, SignedBy = Dialect.Anthropic };
    }

    /// <summary>The envelope of what signs thoughts; null for nothing.</summary>
    public static string? Envelope(Dialect signer, string? signature, string? encrypted) =>
        encrypted is { Length: > 0 } ? SignatureEnvelope.Pack(signer, SignatureEnvelope.Encrypted, encrypted)
        : signature is { Length: > 0 } ? SignatureEnvelope.Pack(signer, SignatureEnvelope.Signature, signature)
        : null;

    /// <summary>The empty envelope over thoughts that nobody signed: by it they are known as another provider's when they come back.</summary>
    public static string Unsigned(Dialect signer) => SignatureEnvelope.Pack(signer, SignatureEnvelope.Signature, "");

    /// <summary>The block behind a call that another dialect signed.</summary>
    public static ThinkingPart BehindCall(Dialect signer, string signature) =>
        new() { Encrypted = SignatureEnvelope.Pack(signer, SignatureEnvelope.Call, signature), SignedBy = Dialect.Anthropic };

    /// <summary>Takes the envelope out of thoughts that were read; those of Anthropic's own stay as they are.</summary>
    public static void Unseal(ThinkingPart thinking)
    {
        if ((thinking.Encrypted ?? thinking.Signature) is not { } text || !SignatureEnvelope.TryUnpack(text, out var signer, out var kind, out var value))
            return;
        thinking.SignedBy = signer;
        thinking.Signature = kind == SignatureEnvelope.Encrypted || value.Length == 0 ? null : value;
        thinking.Encrypted = kind == SignatureEnvelope.Encrypted ? value : null;
    }

    /// <summary>Gives a call its signature back.</summary>
    /// <returns>True when the part was only that.</returns>
    public static bool TakeCallSignature(ChatPart part, List<ChatPart> before)
    {
        if (part is not ThinkingPart { Encrypted: { } text } || !SignatureEnvelope.TryUnpack(text, out var signer, out var kind, out var value) || kind != SignatureEnvelope.Call)
            return false;
        if (before is [.., ToolCallPart call])
        {
            call.Signature = value;
            call.SignedBy = signer;
        }
        return true;
    }
}
