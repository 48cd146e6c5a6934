using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes parts of messages, in the form for what the model said and in that for what it is told.</summary>
internal static class ContentWriter
{
    private static readonly JsonEncodedText ImageUrl = JsonEncodedText.Encode("image_url");

    /// <summary>Writes the members that only this dialect knows, where the part came from it.</summary>
    public static void WriteRest(Utf8JsonWriter json, ChatPart part, bool isOwn)
    {
        if (!isOwn)
            return;
        part.Own?.WriteTo(json);
        part.Extensions?.WriteTo(json);
    }

    /// <summary>Writes a text of the model.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="text">The text.</param>
    /// <param name="isOwn">Whether it came in this dialect.</param>
    /// <param name="isAnswer">True in answers, which carry every member; false in requests, which carry what was there.</param>
    /// <param name="logprobs">Log probabilities of it, where it did not bring its own.</param>
    public static void WriteOutputText(Utf8JsonWriter json, TextPart text, bool isOwn, bool isAnswer, IReadOnlyList<TokenLogprob>? logprobs = null)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "output_text"u8);
        json.WriteString("text"u8, text.Text);
        if (isAnswer || (isOwn && text.Citations is not null))
            WriteAnnotations(json, text, isOwn);
        if (isAnswer && (!isOwn || (logprobs is not null && (text.Own?.Find("logprobs").IsAbsent ?? true))))
            WriteLogprobs(json, logprobs);
        WriteRest(json, text, isOwn);
        json.WriteEndObject();
    }

    /// <summary>Writes a refusal.</summary>
    public static void WriteRefusal(Utf8JsonWriter json, RefusalPart refusal, bool isOwn)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "refusal"u8);
        json.WriteString("refusal"u8, refusal.Text);
        WriteRest(json, refusal, isOwn);
        json.WriteEndObject();
    }

    /// <summary>Whether <see cref="WriteCitation"/> has words for a source.</summary>
    public static bool HasForm(ChatCitation citation, bool isOwn) => citation.Url is not null || (isOwn && !citation.Native.IsAbsent);

    /// <summary>Writes a source of a text of the given length.</summary>
    public static void WriteCitation(Utf8JsonWriter json, ChatCitation citation, int length, bool isOwn)
    {
        if (isOwn && !citation.Native.IsAbsent)
        {
            citation.Native.WriteTo(json);
            return;
        }
        json.WriteStartObject();
        json.WriteString("type"u8, "url_citation"u8);
        json.WriteNumber("start_index"u8, citation.Start ?? 0);
        json.WriteNumber("end_index"u8, citation.End ?? length);
        json.WriteString("url"u8, citation.Url);
        json.WriteString("title"u8, citation.Title ?? "");
        json.WriteEndObject();
    }

    /// <summary>Writes the member <c>logprobs</c>.</summary>
    public static void WriteLogprobs(Utf8JsonWriter json, IReadOnlyList<TokenLogprob>? logprobs)
    {
        json.WriteStartArray("logprobs"u8);
        if (logprobs is not null)
        {
            foreach (var logprob in logprobs)
                WriteLogprob(json, logprob, withTop: true);
        }
        json.WriteEndArray();
    }

    /// <summary>Writes a part of what the model is told: a message's or a tool's.</summary>
    /// <returns>False when this dialect cannot say it: nothing was written.</returns>
    public static bool WriteInput(Utf8JsonWriter json, ChatPart part, bool isOwn, Translation translation, string path)
    {
        switch (part)
        {
            case TextPart text:
                if (text.Text.Length == 0 && !isOwn)
                    return false;
                json.WriteStartObject();
                json.WriteString("type"u8, "input_text"u8);
                json.WriteString("text"u8, text.Text);
                break;
            case RefusalPart refusal:
                json.WriteStartObject();
                json.WriteString("type"u8, "input_text"u8);
                json.WriteString("text"u8, refusal.Text);
                break;
            case MediaPart media:
                if (!WriteMedia(json, media, isOwn, translation, path))
                    return false;
                break;
            case OpaquePart opaque when opaque.Dialect == Dialect.OpenAIResponses:
                opaque.Value.WriteTo(json);
                return true;
            case OpaquePart opaque:
                translation.Drop(path, $"'{opaque.Type}' belongs to another dialect");
                return false;
            default:
                translation.Drop(path, "cannot stand in this message in Responses");
                return false;
        }
        WriteRest(json, part, isOwn);
        json.WriteEndObject();
        return true;
    }

    private static bool WriteMedia(Utf8JsonWriter json, MediaPart media, bool isOwn, Translation translation, string path)
    {
        switch (media.Kind)
        {
            case MediaKind.Image when media.Base64 is not null || media.Url is not null || (media.FileId is not null && isOwn):
                json.WriteStartObject();
                json.WriteString("type"u8, "input_image"u8);
                if (media.Base64 is not null)
                    WriteDataUrl(json, ImageUrl, media.MediaType ?? "image/png", media.Base64);
                else if (media.Url is not null)
                    json.WriteString(ImageUrl, media.Url);
                if (media.FileId is not null)
                    json.WriteString("file_id"u8, media.FileId);
                if (media.Detail is not null || !isOwn)
                    json.WriteString("detail"u8, media.Detail is "low" or "high" or "original" || (isOwn && media.Detail is not null) ? media.Detail : "auto");
                return true;
            case MediaKind.Document when media.Text is not null:
                translation.Approximate(path, "a document given as text goes as text");
                json.WriteStartObject();
                json.WriteString("type"u8, "input_text"u8);
                json.WriteString("text"u8, media.Name is null ? media.Text : $"{media.Name}\n\n{media.Text}");
                return true;
            case MediaKind.Document when media.Base64 is not null || media.Url is not null || (media.FileId is not null && isOwn):
                WriteFile(json, media, isOwn);
                return true;
            case MediaKind.Audio when media.Base64 is not null && AudioFormat(media.MediaType, isOwn) is { } format:
                json.WriteStartObject();
                json.WriteString("type"u8, "input_audio"u8);
                json.WriteStartObject("input_audio"u8);
                json.WriteString("data"u8, media.Base64);
                json.WriteString("format"u8, format);
                json.WriteEndObject();
                return true;
            case MediaKind.Audio when media.Transcript is { Length: > 0 }:
                translation.Approximate(path, "of sound only its transcript goes");
                json.WriteStartObject();
                json.WriteString("type"u8, "input_text"u8);
                json.WriteString("text"u8, media.Transcript);
                return true;
            default:
                translation.Drop(path, media.FileId is not null ? "the file is stored with another provider" : "Responses has no such input");
                return false;
        }
    }

    private static void WriteFile(Utf8JsonWriter json, MediaPart media, bool isOwn)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "input_file"u8);
        if (media.Base64 is not null && media.MediaType is null && isOwn)
            json.WriteString("file_data"u8, media.Base64);
        else if (media.Base64 is not null)
            WriteDataUrl(json, JsonEncodedText.Encode("file_data"), media.MediaType ?? "application/pdf", media.Base64);
        if (media.Url is not null)
            json.WriteString("file_url"u8, media.Url);
        if (media.FileId is not null)
            json.WriteString("file_id"u8, media.FileId);
        if (media.Name is not null)
            json.WriteString("filename"u8, media.Name);
        else if (media.Base64 is not null && !isOwn)
            json.WriteString("filename"u8, media.MediaType is null or "application/pdf" ? "document.pdf" : "document");
        if (media.Detail is not null && isOwn)
            json.WriteString("detail"u8, media.Detail);
    }

    private static void WriteDataUrl(Utf8JsonWriter json, JsonEncodedText name, string type, string base64) =>
        json.WriteString(name, string.Concat("data:", type, ";base64,", base64));

    private static string? AudioFormat(string? mediaType, bool isOwn) => mediaType switch
    {
        "audio/mpeg" or "audio/mp3" => "mp3",
        "audio/wav" or "audio/wave" or "audio/x-wav" => "wav",
        _ => isOwn && mediaType is not null ? mediaType[(mediaType.IndexOf('/', StringComparison.Ordinal) + 1)..] : null,
    };

    private static void WriteAnnotations(Utf8JsonWriter json, TextPart text, bool isOwn)
    {
        json.WriteStartArray("annotations"u8);
        foreach (var citation in text.Citations ?? [])
        {
            if (HasForm(citation, isOwn))
                WriteCitation(json, citation, text.Text.Length, isOwn);
        }
        json.WriteEndArray();
    }

    private static void WriteLogprob(Utf8JsonWriter json, TokenLogprob logprob, bool withTop)
    {
        json.WriteStartObject();
        json.WriteString("token"u8, logprob.Token);
        json.WriteNumber("logprob"u8, double.IsFinite(logprob.Logprob) ? logprob.Logprob : -9999);
        json.WriteStartArray("bytes"u8);
        foreach (var value in logprob.Bytes ?? System.Text.Encoding.UTF8.GetBytes(logprob.Token))
            json.WriteNumberValue(value);
        json.WriteEndArray();
        if (withTop)
        {
            json.WriteStartArray("top_logprobs"u8);
            foreach (var top in logprob.Top)
                WriteLogprob(json, top, withTop: false);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }
}
