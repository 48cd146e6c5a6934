using System.Text;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Carries other dialects' signatures through Converse's clients, which bring <c>signature</c> and <c>redactedContent</c> back unread.</summary>
/// <remarks>
/// A signature over thoughts is their <c>signature</c>; thoughts that nobody can read are <c>redactedContent</c>; a signature over a
/// call is a <c>redactedContent</c> behind it. All are <see cref="SignatureEnvelope"/>s, which never go to Bedrock.
/// </remarks>
internal static class ConverseSeal
{
    /// <summary>Another dialect's thoughts as Converse's client is to see them.</summary>
    /// <returns>Null when there is nothing to see or to carry.</returns>
    public static ThinkingPart? Seal(ThinkingPart thinking, Dialect source)
    {
        var signer = thinking.SignedBy ?? source;
        if (signer == Dialect.Converse)
            return thinking;
        var envelope = thinking.Encrypted is { Length: > 0 } encrypted ? SignatureEnvelope.Pack(signer, SignatureEnvelope.Encrypted, encrypted)
            : thinking.Signature is { Length: > 0 } signature ? SignatureEnvelope.Pack(signer, SignatureEnvelope.Signature, signature)
            : null;
        if (thinking.Text.Length > 0)
            return new ThinkingPart { Text = thinking.Text, Signature = envelope, SignedBy = Dialect.Converse };
        return envelope is null ? null : new ThinkingPart { Encrypted = Blob(envelope), SignedBy = Dialect.Converse };
    }

    /// <summary>The block behind a call that another dialect signed; null when there is none.</summary>
    public static ThinkingPart? BehindCall(Dialect signer, string? signature) =>
        signer == Dialect.Converse || signature is not { Length: > 0 } ? null : new ThinkingPart { Encrypted = Blob(SignatureEnvelope.Pack(signer, SignatureEnvelope.Call, signature)), SignedBy = Dialect.Converse };

    /// <summary>Takes the envelope out of a block that a client brought back; those of Bedrock's own stay as they are.</summary>
    /// <param name="thinking">What was read.</param>
    /// <param name="before">The parts before it: a call gets its signature back.</param>
    /// <returns>False when the block was only a call's signature.</returns>
    public static bool Unseal(ThinkingPart thinking, List<ChatPart> before)
    {
        var text = thinking.Encrypted is { } blob ? TextOf(blob) : thinking.Signature;
        if (text is null || !SignatureEnvelope.TryUnpack(text, out var signer, out var kind, out var value))
            return true;
        if (kind == SignatureEnvelope.Call)
        {
            if (before is [.., ToolCallPart call])
            {
                call.Signature = value;
                call.SignedBy = signer;
            }
            return false;
        }
        thinking.SignedBy = signer;
        thinking.Signature = kind == SignatureEnvelope.Encrypted ? null : value;
        thinking.Encrypted = kind == SignatureEnvelope.Encrypted ? value : null;
        return true;
    }

    /// <summary>Converse carries hidden thoughts as bytes: Anthropic's base64 text goes into base64 once more.</summary>
    public static string Blob(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string? TextOf(string blob)
    {
        // "aigw1." in base64.
        if (!blob.StartsWith("YWlndzEu", StringComparison.Ordinal))
            return null;
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(blob));
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
