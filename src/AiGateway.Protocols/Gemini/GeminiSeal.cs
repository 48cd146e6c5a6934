using System.Text;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Carries other dialects' signatures and hidden thoughts through Gemini's clients, which bring <c>thoughtSignature</c> back unread.</summary>
/// <remarks>They are <see cref="SignatureEnvelope"/>s in base64, since clients take signatures for bytes, and are never sent to Google.</remarks>
internal static class GeminiSeal
{
    /// <summary>What a client is to bring back; null for nothing.</summary>
    /// <param name="signer">Whose the signature is.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="encrypted">Thoughts that only the signer can read.</param>
    public static string? Seal(Dialect signer, string? signature, string? encrypted) =>
        signer == Dialect.Gemini ? signature
        : encrypted is { Length: > 0 } ? Base64(SignatureEnvelope.Pack(signer, SignatureEnvelope.Encrypted, encrypted))
        : signature is { Length: > 0 } ? Base64(SignatureEnvelope.Pack(signer, SignatureEnvelope.Signature, signature))
        : null;

    /// <summary>Takes the envelope out of a part that was read, and gives it the thoughts before it when it was alone; Google's own signatures stay as they are.</summary>
    /// <param name="part">The part.</param>
    /// <param name="before">The parts of its turn before it.</param>
    public static void Unseal(ChatPart part, List<ChatPart> before)
    {
        if (part.Signature is not { } text || Text(text) is not { } envelope || !SignatureEnvelope.TryUnpack(envelope, out var signer, out var kind, out var value))
            return;
        part.SignedBy = signer;
        part.Signature = kind == SignatureEnvelope.Encrypted ? null : value;
        if (part is not ThinkingPart thinking)
            return;
        thinking.Encrypted = kind == SignatureEnvelope.Encrypted ? value : null;

        // A stream's thoughts come piece by piece, and their signature behind them, alone.
        var isAlone = thinking.Text.Length == 0;
        while (isAlone && before is [.., ThinkingPart { Signature: null, Encrypted: null, SignedBy: null } piece])
        {
            thinking.Text = piece.Text + thinking.Text;
            before.RemoveAt(before.Count - 1);
        }
    }

    private static string Base64(string envelope) => Convert.ToBase64String(Encoding.UTF8.GetBytes(envelope));

    private static string? Text(string base64)
    {
        // "aigw1." in base64 begins so.
        if (!base64.StartsWith("YWlndzEu", StringComparison.Ordinal))
            return null;
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
