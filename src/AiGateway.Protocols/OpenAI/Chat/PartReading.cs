using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Reads the content of messages: a string, or a list of parts in the words of OpenAI, Mistral and the other copies.</summary>
internal static class PartReading
{
    /// <summary>Reads a content.</summary>
    /// <returns>True when it was a string.</returns>
    public static bool Read(JsonElement content, Dialect dialect, List<ChatPart> parts)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                parts.Add(new TextPart(content.Text()!));
                return true;
            case JsonValueKind.Array:
                foreach (var part in content.EnumerateArray())
                    parts.Add(Part(part, dialect));
                return false;
            case JsonValueKind.Object:
                parts.Add(Part(content, dialect));
                return false;
            default:
                return false;
        }
    }

    private static ChatPart Part(JsonElement element, Dialect dialect)
    {
        if (element.Text() is { } plain)
            return new TextPart(plain);
        var type = element.TextOf("type"u8) ?? "";
        if (Known(element, type) is not { } part)
            return new OpaquePart(dialect, type, JsonValue.Of(element));
        JsonMembers? extensions = null;
        foreach (var member in element.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null || member.NameEquals("type"u8) || member.NameEquals(type) || IsRead(part, member))
                continue;
            if (member.NameEquals("cache_control"u8) && member.Value.TextOf("type"u8) == "ephemeral")
                part.CacheMark = member.Value.TextOf("ttl"u8) ?? "5m";
            else
                JsonMembers.Add(ref extensions, member.Name, member.Value);
        }
        part.Extensions = extensions;
        return part;
    }

    private static bool IsRead(ChatPart part, JsonProperty member) => part switch
    {
        MediaPart { Kind: MediaKind.Document } => member.NameEquals("document_name"u8),
        ThinkingPart => member.NameEquals("signature"u8),
        _ => false,
    };

    private static ChatPart? Known(JsonElement element, string type)
    {
        switch (type)
        {
            case "text" or "input_text" or "output_text" when element.TextOf("text"u8) is { } text:
                return new TextPart(text);
            case "refusal" when element.TextOf("refusal"u8) is { } refusal:
                return new RefusalPart(refusal);
            case "image_url" when element.Has("image_url"u8, out var image):
                return Addressed(MediaKind.Image, image);
            case "video_url" when element.Has("video_url"u8, out var video):
                return Addressed(MediaKind.Video, video);
            case "audio_url" when element.Has("audio_url"u8, out var audio):
                return Addressed(MediaKind.Audio, audio);
            case "document_url" when element.TextOf("document_url"u8) is { } document:
                var part = DataUrl.Of(MediaKind.Document, document);
                part.Name = element.TextOf("document_name"u8);
                return part;
            case "input_audio" when element.Has("input_audio"u8, out var sound):
                return Sound(sound);
            case "file" when element.Has("file"u8, out var file) && file.ValueKind == JsonValueKind.Object:
                return File(file);
            case "thinking" when element.Has("thinking"u8, out var thinking):
                return new ThinkingPart { Text = ThinkingText(thinking), Member = "thinking", Signature = element.FilledTextOf("signature"u8) };
            default:
                return null;
        }
    }

    /// <summary>Mistral's thoughts: a list of text parts.</summary>
    public static string ThinkingText(JsonElement thinking)
    {
        if (thinking.Text() is { } plain)
            return plain;
        if (thinking.ValueKind != JsonValueKind.Array)
            return "";
        if (thinking.GetArrayLength() == 1)
            return thinking[0].TextOf("text"u8) ?? "";
        var texts = new List<string>();
        foreach (var part in thinking.EnumerateArray())
            texts.Add(part.TextOf("text"u8) ?? "");
        return string.Concat(texts);
    }

    private static MediaPart? Addressed(MediaKind kind, JsonElement value)
    {
        if (value.Text() is { } plain)
            return DataUrl.Of(kind, plain);
        if (value.TextOf("url"u8) is not { } address)
            return null;
        var media = DataUrl.Of(kind, address);
        media.Detail = value.TextOf("detail"u8);
        return media;
    }

    private static MediaPart? Sound(JsonElement value)
    {
        if (value.Text() is { } plain)
            return DataUrl.Of(MediaKind.Audio, plain);
        if (value.TextOf("data"u8) is not { } data)
            return null;
        var media = DataUrl.Of(MediaKind.Audio, data);
        media.MediaType ??= DataUrl.SoundType(value.TextOf("format"u8));
        return media;
    }

    private static MediaPart? File(JsonElement value)
    {
        var media = value.TextOf("file_data"u8) is { } data ? DataUrl.Of(MediaKind.Document, data) : new MediaPart(MediaKind.Document);
        media.FileId = value.TextOf("file_id"u8);
        media.Name = value.TextOf("filename"u8);
        return media.Base64 is null && media.Url is null && media.FileId is null ? null : media;
    }
}
