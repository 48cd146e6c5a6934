using System.Security.Cryptography;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Writes content blocks. Whoever calls has seen to it that the part can be said: parts of other kinds write nothing.</summary>
internal static class AnthropicBlockWriter
{
    private static readonly JsonMembers DirectCaller = new JsonMembers().Add("caller", JsonValue.Parse("""{"type":"direct"}"""));

    /// <summary>Writes a part as one block.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="part">The part.</param>
    /// <param name="own">Whether it was read from this dialect: only then do signatures, encrypted thoughts, native citations and unknown members go out.</param>
    public static void Write(Utf8JsonWriter writer, ChatPart part, bool own)
    {
        var isSigned = part.SignedBy is { } signer ? signer == Dialect.Anthropic : own;
        switch (part)
        {
            case OpaquePart opaque:
                opaque.Value.WriteTo(writer);
                return;
            case ThinkingPart { Encrypted: { } encrypted } when isSigned:
                Start(writer, "redacted_thinking"u8);
                writer.WriteString("data"u8, encrypted);
                break;
            case ThinkingPart thinking:
                Start(writer, "thinking"u8);
                writer.WriteString("thinking"u8, thinking.Text);
                writer.WriteString("signature"u8, isSigned ? thinking.Signature ?? "" : "");
                break;
            case TextPart text:
                Start(writer, "text"u8);
                writer.WriteString("text"u8, text.Text);
                WriteCitations(writer, text.Citations, own);
                break;
            case MediaPart media:
                WriteMedia(writer, media);
                break;
            case ToolCallPart call:
                Start(writer, "tool_use"u8);
                writer.WriteString("id"u8, CallId(call.Id));
                writer.WriteString("name"u8, call.Name);
                writer.WritePropertyName("input"u8);
                CallArguments.Write(writer, call);
                break;
            case ToolResultPart result:
                WriteResult(writer, result, own);
                break;
            default:
                return;
        }
        if (own)
            part.Own?.WriteTo(writer);
        if (!own || part.Own is not { } kept || kept.Find("cache_control").IsAbsent)
            WriteCacheMark(writer, part.CacheMark);
        if (own)
            part.Extensions?.WriteTo(writer);
        writer.WriteEndObject();
    }

    /// <summary>Writes a call of an answer that another dialect gave. It says who called, which clients require: the model itself.</summary>
    public static void WriteForeignCall(Utf8JsonWriter writer, ToolCallPart call) => Write(
        writer,
        new ToolCallPart { Id = call.Id, Name = call.Name, Arguments = call.Arguments, Own = DirectCaller },
        own: true);

    /// <summary>A call's id; one is made up for providers that give none.</summary>
    public static string CallId(string? id) => id is { Length: > 0 } ? id : "toolu_" + RandomNumberGenerator.GetHexString(24, lowercase: true);

    public static void WriteCacheMark(Utf8JsonWriter writer, string? mark)
    {
        if (mark is null)
            return;
        writer.WriteStartObject("cache_control"u8);
        writer.WriteString("type"u8, "ephemeral"u8);
        if (mark != "5m")
            writer.WriteString("ttl"u8, mark);
        writer.WriteEndObject();
    }

    public static void WriteCitation(Utf8JsonWriter writer, ChatCitation citation, bool own)
    {
        if (own && !citation.Native.IsAbsent)
        {
            citation.Native.WriteTo(writer);
            return;
        }
        Start(writer, "web_search_result_location"u8);
        writer.WriteString("url"u8, citation.Url);
        writer.WriteString("title"u8, citation.Title);
        writer.WriteString("cited_text"u8, citation.Text ?? "");
        writer.WriteString("encrypted_index"u8, ""u8);
        writer.WriteEndObject();
    }

    /// <summary>Whether a citation can be shown: Anthropic's own, or one of a page.</summary>
    public static bool CanCite(ChatCitation citation, bool own) => citation.Url is not null || (own && !citation.Native.IsAbsent);

    private static void WriteCitations(Utf8JsonWriter writer, List<ChatCitation>? citations, bool own)
    {
        if (citations is null || !(own || citations.Exists(static citation => citation.Url is not null)))
            return;
        writer.WriteStartArray("citations"u8);
        foreach (var citation in citations)
        {
            if (CanCite(citation, own))
                WriteCitation(writer, citation, own);
        }
        writer.WriteEndArray();
    }

    private static void WriteMedia(Utf8JsonWriter writer, MediaPart media)
    {
        Start(writer, media.Kind == MediaKind.Image ? "image"u8 : "document"u8);
        writer.WriteStartObject("source"u8);
        if (media.Base64 is not null)
        {
            writer.WriteString("type"u8, "base64"u8);
            WriteMediaType(writer, media.MediaType);
            writer.WriteString("data"u8, media.Base64);
        }
        else if (media.Url is not null)
        {
            writer.WriteString("type"u8, "url"u8);
            WriteMediaType(writer, media.MediaType);
            writer.WriteString("url"u8, media.Url);
        }
        else if (media.FileId is not null)
        {
            writer.WriteString("type"u8, "file"u8);
            writer.WriteString("file_id"u8, media.FileId);
        }
        else
        {
            writer.WriteString("type"u8, "text"u8);
            writer.WriteString("media_type"u8, media.MediaType ?? "text/plain");
            writer.WriteString("data"u8, media.Text ?? "");
        }
        writer.WriteEndObject();
        if (media.Name is not null && media.Kind != MediaKind.Image)
            writer.WriteString("title"u8, media.Name);
    }

    private static void WriteMediaType(Utf8JsonWriter writer, string? mediaType)
    {
        if (mediaType is not null)
            writer.WriteString("media_type"u8, mediaType);
    }

    private static void WriteResult(Utf8JsonWriter writer, ToolResultPart result, bool own)
    {
        Start(writer, "tool_result"u8);
        writer.WriteString("tool_use_id"u8, result.CallId);
        if (!result.Json.IsAbsent)
        {
            writer.WriteString("content"u8, result.Json.Words);
        }
        else if (result is { IsPlainText: true, Content: [TextPart plain] })
        {
            writer.WriteString("content"u8, plain.Text);
        }
        else if (result.Content.Count > 0)
        {
            writer.WriteStartArray("content"u8);
            foreach (var part in result.Content)
                Write(writer, part, own);
            writer.WriteEndArray();
        }
        if (result.IsError is { } isError)
            writer.WriteBoolean("is_error"u8, isError);
    }

    private static void Start(Utf8JsonWriter writer, ReadOnlySpan<byte> type)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, type);
    }
}
