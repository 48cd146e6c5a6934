using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Writes content blocks of requests and answers. What comes here can be said: <see cref="ConverseTurns"/> has dropped the rest.</summary>
/// <param name="writer">Where to.</param>
/// <param name="source">Where the parts were read: from Converse, extensions and opaque blocks go out.</param>
internal sealed class ConverseBlockWriter(Utf8JsonWriter writer, Dialect source)
{
    private readonly bool _own = source == Dialect.Converse;
    private readonly ConverseToolIds _ids = new();
    private readonly ConverseDocumentNames _names = new();

    /// <summary>Whether <c>status</c> of results is written for callers of other dialects.</summary>
    public bool WritesStatus { get; init; } = true;

    public void Write(ChatPart part)
    {
        switch (part)
        {
            case TextPart text:
                WriteText(text);
                break;
            case RefusalPart refusal:
                WriteTextBlock(refusal.Text);
                break;
            case ThinkingPart thinking:
                WriteThinking(thinking);
                break;
            case MediaPart media:
                WriteMedia(media);
                break;
            case ToolCallPart call:
                WriteCall(call);
                break;
            case ToolResultPart result:
                WriteResult(result);
                break;
            case OpaquePart opaque:
                opaque.Value.WriteTo(writer);
                break;
            default:
                break;
        }
    }

    /// <summary>A mark up to which the prompt is cached.</summary>
    public void WriteCachePoint(string mark)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("cachePoint"u8);
        writer.WriteString("type"u8, "default"u8);

        // Five minutes are what no word means.
        if (mark != "5m")
            writer.WriteString("ttl"u8, mark);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public void WriteTextBlock(string text)
    {
        writer.WriteStartObject();
        writer.WriteString("text"u8, text);
        writer.WriteEndObject();
    }

    /// <summary>Writes a citation's members, as Converse's own or from the neutral ones.</summary>
    public static void WriteCitation(Utf8JsonWriter writer, ChatCitation citation, bool own)
    {
        if (own && !citation.Native.IsAbsent)
        {
            citation.Native.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        if (citation.Title is { } title)
            writer.WriteString("title"u8, title);
        if (citation.Url is { } source)
            writer.WriteString("source"u8, source);
        if (citation.Text is { } text)
        {
            writer.WriteStartArray("sourceContent"u8);
            writer.WriteStartObject();
            writer.WriteString("text"u8, text);
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
        if (citation.Url is { } url)
        {
            writer.WriteStartObject("location"u8);
            writer.WriteStartObject("web"u8);
            writer.WriteString("url"u8, url);
            if (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Host.Length > 0)
                writer.WriteString("domain"u8, address.Host);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private void WriteText(TextPart text)
    {
        var extensions = _own ? text.Extensions : null;
        if (text.Citations is { } citations)
        {
            WriteCited(text.Text, citations);
        }
        else if (extensions?.Find(ConverseBlockReader.GuardContent) is { IsAbsent: false } guard)
        {
            writer.WriteStartObject();
            writer.WriteStartObject("guardContent"u8);
            writer.WriteStartObject("text"u8);
            writer.WriteString("text"u8, text.Text);
            ConverseJson.WriteMembers(writer, guard);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        else if (extensions?.Find(ConverseBlockReader.SearchResult) is { IsAbsent: false } search && IsTextOf(search, text.Text))
        {
            WriteMember("searchResult", search);
        }
        else if (extensions?.Find(ConverseBlockReader.Json) is { IsAbsent: false } json && json == JsonOf(text.Text))
        {
            WriteMember("json", json);
        }
        else
        {
            WriteTextBlock(text.Text);
        }
    }

    /// <summary>False when somebody has changed the text since it was read (a guardrail that masks): then the text counts.</summary>
    private static bool IsTextOf(JsonValue search, string text)
    {
        using var document = search.Open();
        return ConverseBlockReader.SearchText(document.RootElement) == text;
    }

    private static JsonValue JsonOf(string text)
    {
        try
        {
            return JsonValue.Parse(text);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private void WriteMember(string name, JsonValue value)
    {
        writer.WriteStartObject();
        writer.WritePropertyName(name);
        value.WriteTo(writer);
        writer.WriteEndObject();
    }

    private void WriteCited(string text, List<ChatCitation> citations)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("citationsContent"u8);
        writer.WriteStartArray("content"u8);
        WriteTextBlock(text);
        writer.WriteEndArray();
        writer.WriteStartArray("citations"u8);
        foreach (var citation in citations)
            WriteCitation(writer, citation, _own);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteThinking(ThinkingPart thinking)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("reasoningContent"u8);
        if (thinking.Encrypted is { } encrypted)
        {
            writer.WriteString("redactedContent"u8, (thinking.SignedBy ?? source) == Dialect.Anthropic ? ConverseSeal.Blob(encrypted) : encrypted);
        }
        else
        {
            writer.WriteStartObject("reasoningText"u8);
            writer.WriteString("text"u8, thinking.Text);
            if (thinking.Signature is { } signature)
                writer.WriteString("signature"u8, signature);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteMedia(MediaPart media)
    {
        var extensions = _own ? media.Extensions : null;
        writer.WriteStartObject();
        writer.WriteStartObject(ConverseMedia.BlockOf(media.Kind));
        if (extensions?.Find("format") is { IsAbsent: false } format)
        {
            writer.WritePropertyName("format"u8);
            format.WriteTo(writer);
        }
        else if (ConverseMedia.FormatOf(media) is { } known && (!_own || media.MediaType is not null))
        {
            writer.WriteString("format"u8, known);
        }
        if (media.Kind == MediaKind.Document && (!_own || media.Name is not null))
            writer.WriteString("name"u8, _own ? media.Name : _names.Of(media.Name));
        if (extensions?.Find("source") is { IsAbsent: false } source)
        {
            writer.WritePropertyName("source"u8);
            source.WriteTo(writer);
        }
        else
        {
            WriteSource(media);
        }
        foreach (var (name, value) in extensions?.All ?? [])
        {
            if (name is "format" or "source")
                continue;
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteSource(MediaPart media)
    {
        writer.WriteStartObject("source"u8);
        if (media.Base64 is { } base64)
        {
            writer.WriteString("bytes"u8, base64);
        }
        else if (media.Text is { } text)
        {
            writer.WriteBase64String("bytes"u8, Encoding.UTF8.GetBytes(text));
        }
        else
        {
            writer.WriteStartObject("s3Location"u8);
            writer.WriteString("uri"u8, media.Url);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private void WriteCall(ToolCallPart call)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("toolUse"u8);
        writer.WriteString("toolUseId"u8, _own ? call.Id : _ids.OfCall(call));
        writer.WriteString("name"u8, call.Name);
        writer.WritePropertyName("input"u8);
        CallArguments.Write(writer, call);
        if (_own)
            call.Extensions?.WriteTo(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteResult(ToolResultPart result)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("toolResult"u8);
        writer.WriteString("toolUseId"u8, _own ? result.CallId : _ids.OfResult(result));
        writer.WriteStartArray("content"u8);
        WriteResultContent(result);
        writer.WriteEndArray();
        if (_own ? result.IsError is not null : result.IsError == true && WritesStatus)
            writer.WriteString("status"u8, result.IsError == true ? "error"u8 : "success"u8);
        if (_own)
            result.Extensions?.WriteTo(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteResultContent(ToolResultPart result)
    {
        if (!result.Json.IsAbsent)
        {
            // Bedrock refuses JSON that is no object, though its documentation allows it (aws/aws-sdk-js-v3 issue 7330).
            if (_own || JsonBody.IsObject(result.Json.Utf8))
                WriteMember("json", result.Json);
            else
                WriteTextBlock(result.Json.Words);
            return;
        }
        foreach (var part in result.Content)
        {
            Write(part);
            if (_own && part.CacheMark is { } mark)
                WriteCachePoint(mark);
        }
        if (result.Content.Count == 0 && !_own)
            WriteMember("json", JsonValue.Parse("{}"));
    }
}
