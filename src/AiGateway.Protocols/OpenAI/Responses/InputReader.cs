using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Brings the items of an input into messages: what the model said, called and thought without a break between is one turn.</summary>
internal struct InputReader(List<ChatMessage> messages)
{
    private ChatMessage? _turn;

    /// <summary>Reads an input.</summary>
    public void Read(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.String)
        {
            var message = new ChatMessage { Role = ChatRole.User, IsPlainText = true, Item = new ChatItem { Place = ChatItemPlace.Input, IsPlainText = true } };
            message.Parts.Add(new TextPart(input.GetString()!));
            messages.Add(message);
            return;
        }
        if (input.ValueKind != JsonValueKind.Array)
            throw new ChatFormatException("'input' must be a string or a list of items.", "input");
        var number = 0;
        foreach (var item in input.EnumerateArray())
            ReadItem(item.WantObject($"input[{number}]"), $"input[{number++}]");
    }

    private void ReadItem(JsonElement item, string path)
    {
        var type = item.TextOf("type"u8);
        var role = item.TextOf("role"u8);
        if (type is null && role is null)
        {
            // The one item that may leave its type out: a reference to an earlier item.
            type = item.TextOf("id"u8) is null ? throw new ChatFormatException($"'{path}' must have a type or a role.", path) : "item_reference";
        }
        type ??= "message";
        switch (type)
        {
            case "message" when role != "assistant":
                ReadMessage(item, role, path);
                break;
            case "function_call_output" or "custom_tool_call_output":
                ReadResult(item, type, path);
                break;
            case not "message" when type.EndsWith("_output", StringComparison.Ordinal) || type.EndsWith("_response", StringComparison.Ordinal):
                Begin(ChatRole.Tool).Parts.Add(new OpaquePart(Dialect.OpenAIResponses, type, JsonValue.Of(item)));
                break;
            default:
                var turn = _turn ?? Begin(ChatRole.Assistant);
                _turn = turn;
                ItemReader.Read(item, type, turn.Parts, path);
                break;
        }
    }

    private ChatMessage Begin(ChatRole role)
    {
        _turn = null;
        var message = new ChatMessage { Role = role };
        messages.Add(message);
        return message;
    }

    private void ReadMessage(JsonElement item, string? role, string path)
    {
        var message = Begin(role switch
        {
            "user" => ChatRole.User,
            "system" => ChatRole.System,
            "developer" => ChatRole.Developer,
            _ => throw new ChatFormatException($"'{path}.role' must be one of user, assistant, system and developer.", $"{path}.role"),
        });
        message.Item = ItemReader.Item(item);
        var content = item.Member("content"u8);
        if (content.ValueKind == JsonValueKind.String)
        {
            message.IsPlainText = true;
            message.Parts.Add(new TextPart(content.GetString()!));
            return;
        }
        var number = 0;
        foreach (var part in content.WantList($"{path}.content").EnumerateArray())
            message.Parts.Add(ContentReader.Read(part, null, $"{path}.content[{number++}]"));
    }

    private void ReadResult(JsonElement item, string type, string path)
    {
        JsonMembers? own = null;
        foreach (var member in item.EnumerateObject())
        {
            if (member.Name is not ("type" or "call_id" or "output" or "id") || (member.Name == "id" && member.Value.ValueKind != JsonValueKind.String))
                JsonMembers.Add(ref own, member.Name, member.Value);
        }
        var result = new ToolResultPart
        {
            CallId = item.TextOf("call_id"u8) ?? "",
            Item = new ChatItem { Id = item.TextOf("id"u8), Type = type, Own = own },
        };
        var output = item.Member("output"u8);
        switch (output.ValueKind)
        {
            case JsonValueKind.String:
                result.IsPlainText = true;
                result.Content.Add(new TextPart(output.GetString()!));
                break;
            case JsonValueKind.Array:
                var number = 0;
                foreach (var part in output.EnumerateArray())
                    result.Content.Add(ContentReader.Read(part, null, $"{path}.output[{number++}]"));
                break;
            case JsonValueKind.Undefined:
                break;
            default:
                result.Json = JsonValue.Of(output);
                break;
        }
        Begin(ChatRole.Tool).Parts.Add(result);
    }
}
