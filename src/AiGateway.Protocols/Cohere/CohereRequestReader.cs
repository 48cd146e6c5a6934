using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Cohere;

/// <summary>Reads a request.</summary>
internal static class CohereRequestReader
{
    public static ChatRequest Read(JsonElement root)
    {
        var request = new ChatRequest { Source = Dialect.Cohere };
        var strict = JsonBody.BoolOf(root, "strict_tools"u8);
        request.Extensions = root.ReadMembers((name, value) => ReadMember(request, name, value, strict));
        if (JsonBody.Member(root, "messages"u8).ValueKind == JsonValueKind.Undefined)
            throw new ChatFormatException("'messages' is missing.", "messages");
        return request;
    }

    private static bool ReadMember(ChatRequest request, string name, JsonElement value, bool? strict)
    {
        switch (name)
        {
            case "model":
                request.Model = JsonBody.WantText(value, name);
                break;
            case "stream":
                request.Stream = JsonBody.WantBool(value, name);
                break;
            case "messages":
                var number = 0;
                foreach (var message in JsonBody.WantList(value, name).EnumerateArray())
                    request.Messages.Add(CohereMessages.Read(message, string.Create(CultureInfo.InvariantCulture, $"messages[{number++}]")));
                break;
            case "tools":
                foreach (var tool in JsonBody.WantList(value, name).EnumerateArray())
                    request.Tools.Add(ReadTool(tool, strict));
                break;
            case "strict_tools":
                return strict is not null;
            case "tool_choice":
                var choice = JsonBody.WantText(value, name).ToUpperInvariant();
                if (choice is not ("REQUIRED" or "NONE"))
                    return false;
                request.ToolChoice = new ChatToolChoice(choice == "NONE" ? ChatToolMode.None : ChatToolMode.Required);
                break;
            case "max_tokens":
                request.MaxOutputTokens = JsonBody.WantLong(value, name);
                break;
            case "temperature":
                request.Temperature = JsonBody.WantDouble(value, name);
                break;
            case "p":
                request.TopP = JsonBody.WantDouble(value, name);
                break;
            case "k":
                request.TopK = JsonBody.WantLong(value, name);
                break;
            case "frequency_penalty":
                request.FrequencyPenalty = JsonBody.WantDouble(value, name);
                break;
            case "presence_penalty":
                request.PresencePenalty = JsonBody.WantDouble(value, name);
                break;
            case "seed" when value.TryGetInt64(out var seed):
                request.Seed = seed;
                break;
            case "stop_sequences":
                JsonBody.WantTexts(value, name, request.Stop);
                break;
            case "logprobs":
                request.Logprobs = JsonBody.WantBool(value, name);
                break;
            case "response_format":
                return ReadFormat(request, value);
            case "thinking":
                return ReadThinking(request, value);
            default:
                return false;
        }
        return true;
    }

    private static ChatTool ReadTool(JsonElement tool, bool? strict)
    {
        var function = JsonBody.Member(tool, "function"u8);
        if (JsonBody.TextOf(function, "name"u8) is not { } name)
            return new ChatTool { Name = JsonBody.TextOf(tool, "type"u8) ?? "", Native = JsonValue.Of(tool) };
        var parameters = JsonBody.Member(function, "parameters"u8);
        return new ChatTool
        {
            Name = name,
            Description = JsonBody.TextOf(function, "description"u8),
            Parameters = parameters.ValueKind == JsonValueKind.Undefined ? default : JsonValue.Of(parameters),
            Strict = strict,
        };
    }

    private static bool ReadFormat(ChatRequest request, JsonElement format)
    {
        var schema = JsonBody.Member(format, "json_schema"u8);
        if (schema.ValueKind == JsonValueKind.Undefined)
            schema = JsonBody.Member(format, "schema"u8);
        request.Format = JsonBody.TextOf(format, "type"u8) switch
        {
            "json_object" when schema.ValueKind == JsonValueKind.Object => new ChatFormat(ChatFormatKind.JsonSchema) { Schema = JsonValue.Of(schema) },
            "json_object" => new ChatFormat(ChatFormatKind.Json),
            "text" => new ChatFormat(ChatFormatKind.Text),
            _ => null,
        };
        return request.Format is not null;
    }

    private static bool ReadThinking(ChatRequest request, JsonElement thinking)
    {
        bool? isEnabled = JsonBody.TextOf(thinking, "type"u8) switch
        {
            "enabled" => true,
            "disabled" => false,
            _ => null,
        };
        if (isEnabled is null)
            return false;
        request.Reasoning = new ChatReasoning { Enabled = isEnabled, BudgetTokens = JsonBody.LongOf(thinking, "token_budget"u8) };
        return true;
    }
}
