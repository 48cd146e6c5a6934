using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Formats of media: Converse names them by extension, the neutral model by media type.</summary>
/// <remarks>Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html (ImageBlock, DocumentBlock, VideoBlock, AudioBlock).</remarks>
internal static class ConverseMedia
{
    private static readonly (MediaKind Kind, string Format, string MediaType)[] Known =
    [
        (MediaKind.Image, "png", "image/png"),
        (MediaKind.Image, "jpeg", "image/jpeg"),
        (MediaKind.Image, "gif", "image/gif"),
        (MediaKind.Image, "webp", "image/webp"),
        (MediaKind.Document, "pdf", "application/pdf"),
        (MediaKind.Document, "csv", "text/csv"),
        (MediaKind.Document, "doc", "application/msword"),
        (MediaKind.Document, "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (MediaKind.Document, "xls", "application/vnd.ms-excel"),
        (MediaKind.Document, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (MediaKind.Document, "html", "text/html"),
        (MediaKind.Document, "txt", "text/plain"),
        (MediaKind.Document, "md", "text/markdown"),
        (MediaKind.Video, "mkv", "video/x-matroska"),
        (MediaKind.Video, "mov", "video/quicktime"),
        (MediaKind.Video, "mp4", "video/mp4"),
        (MediaKind.Video, "webm", "video/webm"),
        (MediaKind.Video, "flv", "video/x-flv"),
        (MediaKind.Video, "mpeg", "video/mpeg"),
        (MediaKind.Video, "mpg", "video/mpg"),
        (MediaKind.Video, "wmv", "video/x-ms-wmv"),
        (MediaKind.Video, "three_gp", "video/3gpp"),
        (MediaKind.Audio, "mp3", "audio/mpeg"),
        (MediaKind.Audio, "wav", "audio/wav"),
        (MediaKind.Audio, "aac", "audio/aac"),
        (MediaKind.Audio, "flac", "audio/flac"),
        (MediaKind.Audio, "ogg", "audio/ogg"),
        (MediaKind.Audio, "opus", "audio/opus"),
        (MediaKind.Audio, "pcm", "audio/pcm"),
        (MediaKind.Audio, "m4a", "audio/m4a"),
        (MediaKind.Audio, "mp4", "audio/mp4"),
        (MediaKind.Audio, "webm", "audio/webm"),
        (MediaKind.Audio, "mka", "audio/x-matroska"),
    ];

    /// <summary>Other names of the same.</summary>
    private static readonly (string Alias, string MediaType)[] Aliases =
    [
        ("image/jpg", "image/jpeg"),
        ("audio/mp3", "audio/mpeg"),
        ("audio/x-wav", "audio/wav"),
        ("audio/wave", "audio/wav"),
        ("audio/pcm16", "audio/pcm"),
        ("audio/l16", "audio/pcm"),
        ("audio/x-m4a", "audio/m4a"),
        ("text/x-markdown", "text/markdown"),
        ("application/csv", "text/csv"),
        ("video/3gp", "video/3gpp"),
    ];

    /// <summary>How base64 of well-known files begins.</summary>
    private static readonly (string Start, string MediaType)[] Signatures =
    [
        ("iVBORw0KGgo", "image/png"),
        ("/9j/", "image/jpeg"),
        ("R0lGOD", "image/gif"),
        ("UklGR", "image/webp"),
        ("JVBERi", "application/pdf"),
    ];

    /// <summary>The member that holds such a block.</summary>
    public static string BlockOf(MediaKind kind) => kind switch
    {
        MediaKind.Image => "image",
        MediaKind.Audio => "audio",
        MediaKind.Video => "video",
        _ => "document",
    };

    /// <summary>The media type of a format; of one that is not known, the kind with the format behind it.</summary>
    public static string MediaTypeOf(MediaKind kind, string format)
    {
        foreach (var known in Known)
        {
            if (known.Kind == kind && known.Format == format)
                return known.MediaType;
        }
        return format.Contains('/', StringComparison.Ordinal) ? format : $"{(kind == MediaKind.Document ? "application" : BlockOf(kind))}/{format}";
    }

    /// <summary>The format of a media type; null when Converse has none.</summary>
    public static string? FormatOf(MediaKind kind, string mediaType)
    {
        var bare = mediaType.AsSpan();
        if (bare.IndexOf(';') is var parameters and >= 0)
            bare = bare[..parameters];
        bare = bare.Trim();
        foreach (var (alias, real) in Aliases)
        {
            if (bare.Equals(alias, StringComparison.OrdinalIgnoreCase))
                bare = real;
        }
        foreach (var known in Known)
        {
            if (known.Kind == kind && bare.Equals(known.MediaType, StringComparison.OrdinalIgnoreCase))
                return known.Format;
        }
        return null;
    }

    /// <summary>The format of a part, from its type, its content's first bytes, or its name or address; null when none of them tells.</summary>
    public static string? FormatOf(MediaPart part)
    {
        if (part.MediaType is { } type && FormatOf(part.Kind, type) is { } format)
            return format;
        if (part.Base64 is { } base64)
        {
            foreach (var (start, mediaType) in Signatures)
            {
                if (base64.StartsWith(start, StringComparison.Ordinal) && FormatOf(part.Kind, mediaType) is { } sniffed)
                    return sniffed;
            }
        }
        var extension = ExtensionOf(part.Name) ?? ExtensionOf(part.Url);
        if (extension is "jpg")
            extension = "jpeg";
        foreach (var known in Known)
        {
            if (known.Kind == part.Kind && known.Format == extension)
                return known.Format;
        }

        // Code, logs and JSON are text to Converse.
        return part.Kind == MediaKind.Document && (part.Text is not null || IsText(part.MediaType)) ? "txt" : null;
    }

    private static bool IsText(string? mediaType) =>
        mediaType is not null && (mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || mediaType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.StartsWith("application/xml", StringComparison.OrdinalIgnoreCase));

    private static string? ExtensionOf(string? name)
    {
        var dot = name?.LastIndexOf('.') ?? -1;
        return dot < 0 || name!.Length - dot > 6 ? null : name[(dot + 1)..].ToLowerInvariant();
    }
}
