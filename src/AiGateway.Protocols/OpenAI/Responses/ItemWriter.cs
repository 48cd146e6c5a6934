using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes items of the model's side.</summary>
internal static class ItemWriter
{
    /// <summary>Writes a call.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="call">The call.</param>
    /// <param name="id">The item's id; null for none.</param>
    /// <param name="callId">The call's id.</param>
    /// <param name="status">Its state, where it has none of its own; null for none.</param>
    /// <param name="isOwn">Whether it came in this dialect.</param>
    public static void WriteCall(Utf8JsonWriter json, ToolCallPart call, string? id, string callId, string? status, bool isOwn)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, call.IsCustom ? "custom_tool_call"u8 : "function_call"u8);
        if (id is not null)
            json.WriteString("id"u8, id);
        json.WriteString("call_id"u8, callId);
        json.WriteString("name"u8, call.Name);
        json.WriteString(call.IsCustom ? "input"u8 : "arguments"u8, call.Arguments.Length == 0 && !call.IsCustom && !isOwn ? "{}" : call.Arguments);
        WriteStatus(json, call.Item, status, isOwn);
        if (isOwn)
            call.Extensions?.WriteTo(json);
        json.WriteEndObject();
    }

    /// <summary>Writes thoughts: those that came in this dialect as they were, others as one summary.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="thinking">The thoughts.</param>
    /// <param name="id">The item's id; null for none.</param>
    /// <param name="encrypted">Its encrypted content; null for none.</param>
    /// <param name="isOwn">Whether it came in this dialect.</param>
    public static void WriteThinking(Utf8JsonWriter json, ThinkingPart thinking, string? id, string? encrypted, bool isOwn)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "reasoning"u8);
        if (id is not null)
            json.WriteString("id"u8, id);
        json.WriteStartArray("summary"u8);

        // A text that somebody changed since it was read is the one that counts.
        if (thinking.Summaries is { } summaries && ItemReader.Join(summaries) == thinking.Text)
        {
            foreach (var summary in summaries)
                WriteText(json, "summary_text"u8, summary);
        }
        else if (thinking.Text.Length > 0 && (!isOwn || thinking.Summaries is not null))
        {
            WriteText(json, "summary_text"u8, thinking.Text);
        }
        json.WriteEndArray();
        var own = isOwn ? thinking.Item?.Own : null;
        if (isOwn && thinking.Summaries is null && thinking.Text.Length > 0 && (own is null || own.Find("content").IsAbsent))
        {
            json.WriteStartArray("content"u8);
            WriteText(json, "reasoning_text"u8, thinking.Text);
            json.WriteEndArray();
        }
        if (encrypted is not null)
            json.WriteString("encrypted_content"u8, encrypted);
        own?.WriteTo(json);
        json.WriteEndObject();
    }

    /// <summary>Begins a message of the model, up to its open content list.</summary>
    public static void BeginMessage(Utf8JsonWriter json, ChatItem? item, string? id, string? status, bool isOwn)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "message"u8);
        if (id is not null)
            json.WriteString("id"u8, id);
        json.WriteString("role"u8, "assistant"u8);
        WriteStatus(json, item, status, isOwn);
        json.WriteStartArray("content"u8);
    }

    /// <summary>Ends it.</summary>
    public static void EndMessage(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Writes <c>{"type":…,"text":…}</c>.</summary>
    public static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> type, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    private static void WriteStatus(Utf8JsonWriter json, ChatItem? item, string? status, bool isOwn)
    {
        var own = isOwn ? item?.Own : null;
        if (status is not null && (own is null || own.Find("status").IsAbsent))
            json.WriteString("status"u8, status);
        own?.WriteTo(json);
    }

    /// <summary>Writes a picture of the model, as OpenAI's image tool gives it.</summary>
    /// <param name="json">Takes it.</param>
    /// <param name="image">The picture.</param>
    /// <param name="id">The id of one from another dialect; null to write it as it was read.</param>
    public static void WriteImage(Utf8JsonWriter json, MediaPart image, string? id)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image_generation_call"u8);
        if (id is null && image.Item is { } item)
        {
            if (item.Id is not null)
                json.WriteString("id"u8, item.Id);
            item.Own?.WriteTo(json);
        }
        else
        {
            json.WriteString("id"u8, id ?? "");
            json.WriteString("status"u8, "completed"u8);
            json.WriteString("output_format"u8, image.MediaType switch { "image/jpeg" => "jpeg"u8, "image/webp" => "webp"u8, _ => "png"u8 });
        }
        json.WriteString("result"u8, image.Base64);
        json.WriteEndObject();
    }
}
