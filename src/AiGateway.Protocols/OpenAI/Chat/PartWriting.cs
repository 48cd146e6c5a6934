using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Writes parts of a request's content.</summary>
internal static class PartWriting
{
    /// <summary>A part as the target takes it: itself, a text in its place, or null when it must be left out, which is then named.</summary>
    public static ChatPart? Fit(ChatPart part, string path, ChatRequest request, Translation translation, Dialect dialect)
    {
        var isOwn = request.Source == dialect;
        switch (part)
        {
            case TextPart { Text.Length: 0 } when !isOwn:
                return null;
            case TextPart or RefusalPart:
                return part;
            case OpaquePart opaque when isOwn && opaque.Dialect == dialect:
                return part;
            case OpaquePart opaque:
                translation.Drop(path, $"a part of its provider's own dialect: {opaque.Type}");
                return null;
            case MediaPart media:
                return isOwn ? media : Foreign(media, path, translation, dialect);
            default:
                translation.Drop(path, "it has no place in this turn");
                return null;
        }
    }

    public static void Write(Utf8JsonWriter json, ChatPart part, Dialect dialect, bool isOwn, bool hasMarks)
    {
        if (part is OpaquePart opaque)
        {
            opaque.Value.WriteTo(json);
            return;
        }
        json.WriteStartObject();
        switch (part)
        {
            case TextPart text:
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, text.Text);
                break;
            case RefusalPart refusal:
                json.WriteString("type"u8, "refusal"u8);
                json.WriteString("refusal"u8, refusal.Text);
                break;
            case MediaPart media:
                Media(json, media, dialect);
                break;
        }
        if (part.CacheMark is { } mark && (isOwn || hasMarks))
            CacheMark(json, mark);
        if (isOwn)
            part.Extensions?.WriteTo(json);
        json.WriteEndObject();
    }

    /// <summary>The mark, as OpenRouter and other copies took it over from Anthropic.</summary>
    public static void CacheMark(Utf8JsonWriter json, string mark)
    {
        json.WriteStartObject("cache_control"u8);
        json.WriteString("type"u8, "ephemeral"u8);
        json.WriteString("ttl"u8, mark);
        json.WriteEndObject();
    }

    private static ChatPart? Foreign(MediaPart media, string path, Translation translation, Dialect dialect)
    {
        if (media.Text is { } text)
        {
            translation.Approximate(path, "the document is said as text");
            return new TextPart(media.Name is { } name ? $"{name}\n\n{text}" : text) { CacheMark = media.CacheMark };
        }
        if (media.Base64 is null && media.Url is null)
        {
            translation.Drop(path, "a file stored with another provider");
            return null;
        }
        if (media.Base64 is null && (media.Kind == MediaKind.Audio || (media.Kind == MediaKind.Document && dialect != Dialect.Mistral)))
        {
            translation.Drop(path, "the target takes documents and sound by their content only");
            return null;
        }
        if (media.Kind == MediaKind.Video && dialect == Dialect.Mistral)
        {
            translation.Drop(path, "Mistral's models see no moving pictures");
            return null;
        }
        if (media.Url is { } url && !url.StartsWith("http", StringComparison.OrdinalIgnoreCase))
        {
            translation.Drop(path, "an address that only the source's provider can read");
            return null;
        }
        return media;
    }

    private static void Media(Utf8JsonWriter json, MediaPart media, Dialect dialect)
    {
        switch (media.Kind)
        {
            case MediaKind.Audio when media.Base64 is { } sound:
                json.WriteString("type"u8, "input_audio"u8);
                json.WriteStartObject("input_audio"u8);
                json.WriteString("data"u8, sound);
                json.WriteString("format"u8, DataUrl.SoundFormat(media.MediaType));
                json.WriteEndObject();
                break;
            case MediaKind.Document when dialect == Dialect.Mistral && media.FileId is null:
                json.WriteString("type"u8, "document_url"u8);
                json.WriteString("document_url"u8, DataUrl.AddressOf(media));
                if (media.Name is { } title)
                    json.WriteString("document_name"u8, title);
                break;
            case MediaKind.Document:
                json.WriteString("type"u8, "file"u8);
                json.WriteStartObject("file"u8);
                if (media.FileId is { } id)
                    json.WriteString("file_id"u8, id);
                if (DataUrl.AddressOf(media) is { } content)
                {
                    json.WriteString("file_data"u8, content);
                    if (media.Name is null)
                        json.WriteString("filename"u8, "document.pdf"u8);
                }
                if (media.Name is { } name)
                    json.WriteString("filename"u8, name);
                json.WriteEndObject();
                break;
            default:
                Addressed(json, media);
                break;
        }
    }

    private static void Addressed(Utf8JsonWriter json, MediaPart media)
    {
        var type = media.Kind switch
        {
            MediaKind.Video => "video_url"u8,
            MediaKind.Audio => "audio_url"u8,
            _ => "image_url"u8,
        };
        json.WriteString("type"u8, type);
        json.WriteStartObject(type);
        json.WriteString("url"u8, DataUrl.AddressOf(media) ?? "");
        if (media.Detail is { } detail)
            json.WriteString("detail"u8, detail);
        json.WriteEndObject();
    }
}
