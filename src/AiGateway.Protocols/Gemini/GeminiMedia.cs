using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Media types and addresses of files.</summary>
internal static class GeminiMedia
{
    private static readonly (string Extension, string Type)[] Types =
    [
        (".jpg", "image/jpeg"), (".jpeg", "image/jpeg"), (".png", "image/png"), (".webp", "image/webp"), (".gif", "image/gif"), (".heic", "image/heic"),
        (".heif", "image/heif"), (".bmp", "image/bmp"), (".svg", "image/svg+xml"), (".pdf", "application/pdf"), (".txt", "text/plain"), (".md", "text/markdown"),
        (".html", "text/html"), (".htm", "text/html"), (".csv", "text/csv"), (".xml", "text/xml"), (".json", "application/json"), (".mp3", "audio/mp3"),
        (".wav", "audio/wav"), (".ogg", "audio/ogg"), (".flac", "audio/flac"), (".aac", "audio/aac"), (".aiff", "audio/aiff"), (".m4a", "audio/mp4"),
        (".mp4", "video/mp4"), (".mpeg", "video/mpeg"), (".mpg", "video/mpeg"), (".mov", "video/quicktime"), (".avi", "video/x-msvideo"), (".webm", "video/webm"),
    ];

    /// <summary>What a file is, by its type, else by its address.</summary>
    public static MediaKind KindOf(string? mediaType, string? uri)
    {
        mediaType ??= TypeOf(uri);
        if (mediaType is null)
            return uri is not null && uri.Contains("youtu", StringComparison.Ordinal) ? MediaKind.Video : MediaKind.Document;
        if (mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase))
            return MediaKind.Image;
        if (mediaType.StartsWith("audio/", StringComparison.OrdinalIgnoreCase))
            return MediaKind.Audio;
        return mediaType.StartsWith("video/", StringComparison.OrdinalIgnoreCase) ? MediaKind.Video : MediaKind.Document;
    }

    /// <summary>Whether only Google can read the address: its file store and its buckets.</summary>
    public static bool IsStoredWithGoogle(string uri) =>
        !(uri.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || uri.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        || uri.StartsWith("https://generativelanguage.googleapis.com/", StringComparison.OrdinalIgnoreCase);

    /// <summary>The type that an address or a name ends with; null when it says nothing.</summary>
    public static string? TypeOf(string? address)
    {
        if (address is null)
            return null;
        var path = address.AsSpan();
        var query = path.IndexOfAny('?', '#');
        if (query >= 0)
            path = path[..query];
        foreach (var (extension, type) in Types)
        {
            if (path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
                return type;
        }
        return null;
    }

    /// <summary>What a file of unknown type is most likely.</summary>
    public static string Likely(MediaKind kind) => kind switch
    {
        MediaKind.Image => "image/jpeg",
        MediaKind.Audio => "audio/wav",
        MediaKind.Video => "video/mp4",
        _ => "application/pdf",
    };
}
