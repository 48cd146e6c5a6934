using System.Text;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols;

/// <summary>What codecs of dialects without documents do with them, and how pictures are named in one line.</summary>
internal static class MediaText
{
    /// <summary>A document's text, when it is one: given as text, or base64 of a text type. Null for anything else.</summary>
    public static string? Of(MediaPart media)
    {
        if (media.Text is not null)
            return media.Text;
        if (media is not { Kind: MediaKind.Document, Base64: { } base64, MediaType: { } type } || !IsText(type))
            return null;
        var bytes = new byte[base64.Length * 3L / 4 + 3];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    /// <summary>The picture's address: where it is, or a <c>data:</c> address; null when it is only an id.</summary>
    public static string? AddressOf(MediaPart media) =>
        media.Base64 is { } base64 ? $"data:{media.MediaType ?? ImageTypeOf(base64) ?? "image/png"};base64,{base64}" : media.Url;

    /// <summary>Puts an address into a part: base64 and type of a <c>data:</c> address, or where it is.</summary>
    public static MediaPart Image(string address)
    {
        var media = new MediaPart(MediaKind.Image);
        const string Marker = ";base64,";
        var at = address.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? address.IndexOf(Marker, StringComparison.OrdinalIgnoreCase) : -1;
        if (at < 0)
        {
            media.Url = address;
            return media;
        }
        media.MediaType = at > 5 ? address[5..at] : null;
        media.Base64 = address[(at + Marker.Length)..];
        return media;
    }

    /// <summary>The type that base64 of a picture shows by its first bytes; null for one we do not know.</summary>
    public static string? ImageTypeOf(string base64)
    {
        if (base64.StartsWith("iVBORw", StringComparison.Ordinal))
            return "image/png";
        if (base64.StartsWith("/9j/", StringComparison.Ordinal))
            return "image/jpeg";
        if (base64.StartsWith("R0lGOD", StringComparison.Ordinal))
            return "image/gif";
        return base64.StartsWith("UklGR", StringComparison.Ordinal) ? "image/webp" : null;
    }

    private static bool IsText(string type) =>
        type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase);
}
