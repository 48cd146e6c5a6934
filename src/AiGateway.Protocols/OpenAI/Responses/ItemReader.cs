using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Reads the items of the model's side: its messages, calls and thoughts, and what the provider's own tools did. The same in an input, an output and a stream.</summary>
internal static class ItemReader
{
    private const string Separator = "\n\n";

    /// <summary>Reads one item into parts.</summary>
    /// <param name="item">The item.</param>
    /// <param name="type">Its type; <c>message</c> where it is left out.</param>
    /// <param name="parts">Takes them.</param>
    /// <param name="path">Its path.</param>
    public static void Read(JsonElement item, string type, List<ChatPart> parts, string path)
    {
        switch (type)
        {
            case "message":
                ReadMessage(item, parts, path);
                break;
            case "function_call":
                parts.Add(Call(item, isCustom: false));
                break;
            case "custom_tool_call":
                parts.Add(Call(item, isCustom: true));
                break;
            case "reasoning" when parts.Count > 0 && parts[^1] is ToolCallPart signed && TrySign(signed, item.TextOf("encrypted_content"u8)):
                break;
            case "reasoning":
                parts.Add(Thinking(item));
                break;
            case "image_generation_call" when Image(item) is { } image:
                parts.Add(image);
                break;
            default:
                parts.Add(new OpaquePart(Dialect.OpenAIResponses, type, JsonValue.Of(item)));
                break;
        }
    }

    /// <summary>Reads a picture that the image tool made; null where there is none, because it failed or is only referred to.</summary>
    public static MediaPart? Image(JsonElement item)
    {
        if (item.TextOf("result"u8) is not { Length: > 0 } base64)
            return null;
        JsonMembers? own = null;
        foreach (var member in item.EnumerateObject())
        {
            if (member.Name is not ("type" or "result") && !(member.Name == "id" && member.Value.ValueKind == JsonValueKind.String))
                JsonMembers.Add(ref own, member.Name, member.Value);
        }
        return new MediaPart(MediaKind.Image)
        {
            Base64 = base64,
            MediaType = item.TextOf("output_format"u8) switch { "jpeg" => "image/jpeg", "webp" => "image/webp", _ => "image/png" },
            Item = new ChatItem { Id = item.TextOf("id"u8), Type = "image_generation_call", Own = own },
        };
    }

    /// <summary>What is said of an item beside its content.</summary>
    /// <param name="item">The item.</param>
    /// <param name="isRunning">True while it streams: its state is not its last.</param>
    public static ChatItem Item(JsonElement item, bool isRunning = false)
    {
        JsonMembers? own = null;
        foreach (var member in item.EnumerateObject())
        {
            if (member.Name is not ("type" or "id" or "role" or "content") && !(isRunning && member.Name == "status"))
                JsonMembers.Add(ref own, member.Name, member.Value);
        }
        return new ChatItem
        {
            Id = item.TextOf("id"u8),
            Type = item.TextOf("type"u8),
            IsPlainText = item.Member("content"u8).ValueKind == JsonValueKind.String,
            Own = own,
        };
    }

    /// <summary>Reads a call.</summary>
    /// <param name="item">The item.</param>
    /// <param name="isCustom">Whether it calls a custom tool.</param>
    /// <param name="isRunning">True while it streams: its state is not its last.</param>
    public static ToolCallPart Call(JsonElement item, bool isCustom, bool isRunning = false)
    {
        JsonMembers? own = null;
        JsonMembers? extensions = null;
        foreach (var member in item.EnumerateObject())
        {
            switch (member.Name)
            {
                case "type" or "call_id" or "name" or "arguments" or "input":
                case "id" when member.Value.ValueKind == JsonValueKind.String:
                case "status" when isRunning:
                    break;
                case "id" or "status" or "created_by":
                    JsonMembers.Add(ref own, member.Name, member.Value);
                    break;
                default:
                    JsonMembers.Add(ref extensions, member.Name, member.Value);
                    break;
            }
        }
        var arguments = item.Member(isCustom ? "input"u8 : "arguments"u8);
        return new ToolCallPart
        {
            Id = item.TextOf("call_id"u8) ?? item.TextOf("id"u8) ?? "",
            Name = item.TextOf("name"u8) ?? "",
            Arguments = arguments.ValueKind switch { JsonValueKind.String => arguments.GetString()!, JsonValueKind.Undefined => "", _ => arguments.GetRawText() },
            IsCustom = isCustom,
            ItemId = item.TextOf("id"u8),
            Item = new ChatItem { Id = item.TextOf("id"u8), Type = item.TextOf("type"u8), Own = own },
            Extensions = extensions,
        };
    }

    /// <summary>Reads thoughts. A summary is what a caller is shown; where there is none, the text itself.</summary>
    public static ThinkingPart Thinking(JsonElement item)
    {
        var summaries = Texts(item.Member("summary"u8));
        var content = Texts(item.Member("content"u8));
        var thinking = new ThinkingPart { Id = item.TextOf("id"u8) };
        if (summaries is { Count: > 0 })
        {
            thinking.Summaries = summaries;
            thinking.Text = Join(summaries);
        }
        else if (content is { Count: > 0 })
        {
            thinking.Text = string.Concat(content);
        }
        JsonMembers? own = null;
        foreach (var member in item.EnumerateObject())
        {
            var isDerived = member.Name switch
            {
                "type" or "summary" => true,
                "id" or "encrypted_content" => member.Value.ValueKind == JsonValueKind.String,
                "content" => thinking.Summaries is null && content is { Count: 1 },
                _ => false,
            };
            if (!isDerived)
                JsonMembers.Add(ref own, member.Name, member.Value);
        }
        thinking.Item = new ChatItem { Id = thinking.Id, Type = "reasoning", Own = own };
        SetEncrypted(thinking, item.TextOf("encrypted_content"u8));
        return thinking;
    }

    /// <summary>Several summaries as one text.</summary>
    public static string Join(List<string> summaries) => summaries.Count == 1 ? summaries[0] : string.Join(Separator, summaries);

    /// <summary>Puts encrypted content in its place: the provider's own, or what the gateway packed of another dialect's.</summary>
    public static void SetEncrypted(ThinkingPart thinking, string? encrypted)
    {
        if (encrypted is null)
            return;
        if (!SignatureEnvelope.TryUnpack(encrypted, out var dialect, out var kind, out var value))
        {
            thinking.Encrypted = encrypted;
            return;
        }
        thinking.SignedBy = dialect;
        if (kind == SignatureEnvelope.Encrypted)
            thinking.Encrypted = value;
        else
            thinking.Signature = value;
    }

    /// <summary>A signature over a call has no member of its own: the gateway sends it as empty thoughts behind the call.</summary>
    private static bool TrySign(ToolCallPart call, string? encrypted)
    {
        if (encrypted is null || !SignatureEnvelope.TryUnpack(encrypted, out var dialect, out var kind, out var value) || kind != SignatureEnvelope.Call)
            return false;
        call.SignedBy = dialect;
        call.Signature = value;
        return true;
    }

    private static void ReadMessage(JsonElement item, List<ChatPart> parts, string path)
    {
        var wrap = Item(item);
        var content = item.Member("content"u8);
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                parts.Add(new TextPart(content.GetString()!) { Item = wrap });
                break;
            case JsonValueKind.Array:
                var number = 0;
                foreach (var part in content.EnumerateArray())
                    parts.Add(ContentReader.Read(part, wrap, $"{path}.content[{number++}]"));
                if (number == 0)
                    parts.Add(new OpaquePart(Dialect.OpenAIResponses, "message", JsonValue.Of(item)));
                break;
            default:
                parts.Add(new OpaquePart(Dialect.OpenAIResponses, "message", JsonValue.Of(item)));
                break;
        }
    }

    private static List<string>? Texts(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
            return null;
        var texts = new List<string>();
        foreach (var entry in list.EnumerateArray())
            texts.Add(entry.TextOf("text"u8) ?? "");
        return texts;
    }
}
