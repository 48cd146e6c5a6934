using System.Buffers.Text;
using System.Text;

namespace AiGateway.Protocols.Chat;

/// <summary>Carries one dialect's signature through the field of another, so that a client brings it back unknowingly and the next turn is accepted by whom it came from.</summary>
/// <remarks>Form: <c>aigw1.DIALECT.KIND.BASE64URL</c>. It is no secret and no proof: providers check their own signatures.</remarks>
public static class SignatureEnvelope
{
    private const string Prefix = "aigw1.";

    /// <summary>Whether a body may hold an envelope. It looks at bytes, not at members: a text that speaks of envelopes is taken for one.</summary>
    public static bool MayBeIn(ReadOnlySpan<byte> body) => body.IndexOf("aigw1."u8) >= 0;

    /// <summary>Kind of a signature over visible thoughts (<see cref="ChatPart.Signature"/>).</summary>
    public const string Signature = "sig";

    /// <summary>Kind of thoughts that only the provider can read (<see cref="ThinkingPart.Encrypted"/>).</summary>
    public const string Encrypted = "enc";

    /// <summary>Kind of a signature over the call that stands before it (Gemini's <c>thoughtSignature</c>).</summary>
    public const string Call = "call";

    /// <summary>Packs a signature.</summary>
    /// <param name="dialect">Whose it is.</param>
    /// <param name="kind"><see cref="Signature"/>, <see cref="Encrypted"/> or <see cref="Call"/>.</param>
    /// <param name="value">It.</param>
    public static string Pack(Dialect dialect, string kind, string value) => $"{Prefix}{dialect}.{kind}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(value))}";

    /// <summary>Unpacks what <see cref="Pack"/> made.</summary>
    /// <returns>False for everything else, which is the dialect's own.</returns>
    public static bool TryUnpack(string text, out Dialect dialect, out string kind, out string value)
    {
        dialect = default;
        kind = value = "";
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        var pieces = text.Split('.');
        if (pieces.Length != 4 || !Enum.TryParse(pieces[1], out dialect) || !Enum.IsDefined(dialect) || !Base64Url.IsValid(pieces[3]))
            return false;
        kind = pieces[2];
        value = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(pieces[3]));
        return kind is Signature or Encrypted or Call;
    }
}
