using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Takes <c>data:</c> addresses apart and puts them together, and knows the names of sound formats.</summary>
internal static class DataUrl
{
    /// <summary>A part of what an address holds or names. Text that is no address is taken as base64.</summary>
    public static MediaPart Of(MediaKind kind, string address)
    {
        if (!address.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return address.Contains("://", StringComparison.Ordinal)
                ? new MediaPart(kind) { Url = address }
                : new MediaPart(kind) { Base64 = address };
        }
        var comma = address.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0)
            return new MediaPart(kind) { Base64 = "" };
        var head = address.AsSpan(5, comma - 5);
        var semicolon = head.IndexOf(';');
        var type = (semicolon < 0 ? head : head[..semicolon]).ToString();
        var content = address[(comma + 1)..];
        if (!head.EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            content = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Uri.UnescapeDataString(content)));
        return new MediaPart(kind) { Base64 = content, MediaType = type.Length == 0 ? null : type };
    }

    /// <summary>The address of what a part holds; null when it holds nothing.</summary>
    public static string? AddressOf(MediaPart media) =>
        media.Base64 is { } content ? $"data:{media.MediaType ?? Guess(media.Kind, content)};base64,{content}" : media.Url;

    /// <summary>The type of a sound that OpenAI names by its format.</summary>
    public static string? SoundType(string? format) => format switch
    {
        null or "" => null,
        "mp3" => "audio/mpeg",
        _ => "audio/" + format,
    };

    /// <summary>OpenAI's name of a sound's format.</summary>
    public static string SoundFormat(string? type) => type switch
    {
        null => "wav",
        "audio/mpeg" or "audio/mp3" => "mp3",
        "audio/wave" or "audio/x-wav" or "audio/vnd.wave" => "wav",
        _ when type.StartsWith("audio/", StringComparison.Ordinal) => type[6..],
        _ => type,
    };

    private static string Guess(MediaKind kind, string content) => kind switch
    {
        MediaKind.Image when content.StartsWith("/9j/", StringComparison.Ordinal) => "image/jpeg",
        MediaKind.Image when content.StartsWith("R0lG", StringComparison.Ordinal) => "image/gif",
        MediaKind.Image when content.StartsWith("UklG", StringComparison.Ordinal) => "image/webp",
        MediaKind.Image => "image/png",
        MediaKind.Video => "video/mp4",
        MediaKind.Audio => "audio/wav",
        _ => "application/pdf",
    };
}
