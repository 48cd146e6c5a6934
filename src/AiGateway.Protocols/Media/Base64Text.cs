using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Media;

/// <summary>Base64 in JSON, left where it stands: it may be several megabytes.</summary>
internal static class Base64Text
{
    /// <summary>The text of a JSON string that is base64; a slice of <paramref name="body"/> unless it has escapes (<c>\/</c>).</summary>
    /// <param name="value">The string.</param>
    /// <param name="body">The body it was parsed from.</param>
    /// <param name="path">For the error.</param>
    /// <exception cref="ChatFormatException">It is no base64, or empty.</exception>
    public static ReadOnlyMemory<byte> Of(JsonElement value, ReadOnlyMemory<byte> body, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw new ChatFormatException($"'{path}' must be base64.", path);
        var raw = JsonMarshal.GetRawUtf8Value(value);
        var text = raw.Length >= 2 && raw[0] == '"' ? raw[1..^1] : raw;
        ReadOnlyMemory<byte> base64 = text.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(value.GetString()!)
            : body.Span.Overlaps(text, out var offset) ? body.Slice(offset, text.Length)
            : text.ToArray();
        return !base64.IsEmpty && Base64.IsValid(base64.Span) ? base64 : throw new ChatFormatException($"'{path}' is no base64.", path);
    }

    /// <summary>The first bytes that a base64 text stands for: those of <see cref="CallerFile.Head"/>.</summary>
    public static byte[] HeadOf(ReadOnlySpan<byte> base64)
    {
        var head = new byte[CallerFile.HeadLength + 1];
        Base64.DecodeFromUtf8(base64[..Math.Min(base64.Length / 4 * 4, head.Length / 3 * 4)], head, out _, out var written);
        return head[..Math.Min(written, CallerFile.HeadLength)];
    }
}
