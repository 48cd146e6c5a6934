namespace AiGateway.Protocols.Media;

/// <summary>What pictures and sounds show by their first bytes: names and declared types are not believed.</summary>
internal static class MediaTypes
{
    /// <summary>The type of a picture; null for what is none that we know.</summary>
    public static string? PictureOf(ReadOnlySpan<byte> head)
    {
        if (IsPng(head))
            return "image/png";
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return "image/jpeg";
        if (head.StartsWith("GIF8"u8))
            return "image/gif";
        return IsRiff(head, "WEBP"u8) ? "image/webp" : null;
    }

    /// <summary>The type of a sound, or of a film with one, among those that OpenAI takes; null for what is none.</summary>
    public static string? SoundOf(ReadOnlySpan<byte> head)
    {
        if (IsRiff(head, "WAVE"u8))
            return "audio/wav";
        if (head.StartsWith("ID3"u8))
            return "audio/mpeg";
        if (head.StartsWith("OggS"u8))
            return "audio/ogg";
        if (head.StartsWith("fLaC"u8))
            return "audio/flac";
        if (head.Length >= 8 && head[4..].StartsWith("ftyp"u8))
            return head.Length >= 11 && head[8..].StartsWith("M4A"u8) ? "audio/mp4" : "video/mp4";
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]))
            return "audio/webm";
        if (head.StartsWith("FORM"u8))
            return "audio/aiff";
        // A frame of MPEG audio begins with eleven set bits; layer 0 is that of AAC in ADTS (ISO/IEC 11172-3, 13818-7).
        if (head.Length >= 2 && head[0] == 0xFF && (head[1] & 0xE0) == 0xE0 && head[1] != 0xFF)
            return (head[1] & 0x06) == 0 ? "audio/aac" : "audio/mpeg";
        return null;
    }

    /// <summary>True for a PNG with transparency of its own (colour types 4 and 6; PNG specification, 11.2.1).</summary>
    public static bool IsTransparentPng(ReadOnlySpan<byte> head) => IsPng(head) && head.Length > 25 && head[25] is 4 or 6;

    /// <summary>OpenAI's word for a picture's type; null for one that it has no word for.</summary>
    public static string? FormatOf(string? mediaType) => mediaType switch
    {
        "image/png" => "png",
        "image/jpeg" or "image/jpg" => "jpeg",
        "image/webp" => "webp",
        _ => null,
    };

    private static bool IsPng(ReadOnlySpan<byte> head) => head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);

    private static bool IsRiff(ReadOnlySpan<byte> head, ReadOnlySpan<byte> kind) => head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..].StartsWith(kind);
}
