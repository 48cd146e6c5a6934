using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Cohere;

/// <summary>Reads messages of requests, and the one of an answer.</summary>
internal static class CohereMessages
{
    public static ChatMessage Read(JsonElement message, string path)
    {
        JsonBody.WantObject(message, path);
        var role = JsonBody.WantText(JsonBody.Member(message, "role"u8), path + ".role") switch
        {
            "user" => ChatRole.User,
            "assistant" => ChatRole.Assistant,
            "system" or "developer" => ChatRole.System,
            "tool" => ChatRole.Tool,
            _ => throw new ChatFormatException("A role must be 'system', 'user', 'assistant' or 'tool'.", path + ".role"),
        };
        var content = JsonBody.Member(message, "content"u8);
        var read = new ChatMessage { Role = role, IsPlainText = content.ValueKind == JsonValueKind.String && role != ChatRole.Tool };
        JsonMembers? extensions = null;
        if (role == ChatRole.Tool)
        {
            read.Parts.Add(ReadResult(message, content, path));
            Rest(message, ref extensions, "tool_call_id");
        }
        else if (role == ChatRole.Assistant)
        {
            ReadAssistant(message, read.Parts, ref extensions, path);
        }
        else
        {
            ReadContent(content, read.Parts, path + ".content");
            Rest(message, ref extensions, null);
        }
        read.Extensions = extensions;
        return read;
    }

    /// <summary>Reads the plan, content, citations and calls of the model, in this order.</summary>
    public static void ReadAssistant(JsonElement message, List<ChatPart> parts, ref JsonMembers? extensions, string path)
    {
        if (JsonBody.TextOf(message, "tool_plan"u8) is { Length: > 0 } plan)
            parts.Add(new ThinkingPart { Text = plan, Extensions = CohereWords.MarkOfPlan() });
        var first = parts.Count;
        ReadContent(JsonBody.Member(message, "content"u8), parts, path + ".content");
        ReadCitations(JsonBody.Member(message, "citations"u8), parts, first, ref extensions);
        var calls = JsonBody.Member(message, "tool_calls"u8);
        if (calls.ValueKind == JsonValueKind.Object)
        {
            parts.Add(FunctionJson.ReadCall(calls, withoutArguments: ""));
        }
        else
        {
            foreach (var call in JsonBody.Items(calls))
                parts.Add(FunctionJson.ReadCall(call, withoutArguments: ""));
        }
        foreach (var member in message.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && member.Name is not ("role" or "tool_plan" or "content" or "citations" or "tool_calls"))
                JsonMembers.Add(ref extensions, member.Name, member.Value);
        }
    }

    private static void ReadContent(JsonElement content, List<ChatPart> parts, string path)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            parts.Add(new TextPart(content.GetString()!));
            return;
        }
        if (content.ValueKind == JsonValueKind.Undefined)
            return;
        var number = 0;
        foreach (var item in JsonBody.WantList(content, path).EnumerateArray())
            parts.Add(ReadItem(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{number++}]")));
    }

    private static ChatPart ReadItem(JsonElement item, string path)
    {
        if (item.ValueKind == JsonValueKind.String)
            return new TextPart(item.GetString()!);
        JsonBody.WantObject(item, path);
        var type = JsonBody.TextOf(item, "type"u8) ?? "";
        switch (type)
        {
            case "text":
                return new TextPart(JsonBody.WantText(JsonBody.Member(item, "text"u8), path + ".text"));
            case "thinking":
                return new ThinkingPart { Text = JsonBody.WantText(JsonBody.Member(item, "thinking"u8), path + ".thinking") };
            case "image_url":
                var image = JsonBody.Member(item, "image_url"u8);
                var media = MediaText.Image(image.ValueKind == JsonValueKind.String ? image.GetString()! : JsonBody.WantText(JsonBody.Member(image, "url"u8), path + ".image_url.url"));
                media.Detail = JsonBody.TextOf(image, "detail"u8);
                return media;
            case "document":
                var document = JsonBody.Member(item, "document"u8);
                var data = JsonBody.Member(document, "data"u8);
                return new TextPart(data.ValueKind == JsonValueKind.Undefined ? "" : data.GetRawText()) { Extensions = new JsonMembers().Add("document", JsonValue.Of(item)) };
            default:
                return new OpaquePart(Dialect.Cohere, type, JsonValue.Of(item));
        }
    }

    private static ToolResultPart ReadResult(JsonElement message, JsonElement content, string path)
    {
        var result = new ToolResultPart { CallId = JsonBody.TextOf(message, "tool_call_id"u8) ?? "", IsPlainText = content.ValueKind == JsonValueKind.String };
        ReadContent(content, result.Content, path + ".content");
        return result;
    }

    /// <summary>A citation belongs to the text at its index of content; one of a thought or the plan to no text of ours.</summary>
    private static void ReadCitations(JsonElement citations, List<ChatPart> parts, int first, ref JsonMembers? extensions)
    {
        foreach (var citation in JsonBody.Items(citations))
        {
            var at = JsonBody.CountOf(citation, "content_index"u8);
            var isText = JsonBody.TextOf(citation, "type"u8) is null or "TEXT_CONTENT";
            var text = !isText ? null : at is { } index
                ? index < parts.Count - first ? parts[first + (int)index] as TextPart : null
                : parts.Find(static part => part is TextPart) as TextPart;
            if (text is not null)
                (text.Citations ??= []).Add(CohereWords.ReadCitation(citation));
            else
                JsonMembers.Add(ref extensions, "citations[]", citation);
        }
    }

    private static void Rest(JsonElement message, ref JsonMembers? extensions, string? known)
    {
        foreach (var member in message.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && member.Name is not ("role" or "content") && !string.Equals(member.Name, known, StringComparison.Ordinal))
                JsonMembers.Add(ref extensions, member.Name, member.Value);
        }
    }
}
