using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Ollama;

/// <summary>Reads a request. Options without a place in the model are kept as <c>options.NAME</c>.</summary>
internal static class OllamaRequestReader
{
    public static ChatRequest Read(JsonElement root)
    {
        // A request that does not say otherwise is streamed.
        var request = new ChatRequest { Source = Dialect.Ollama, Stream = true };
        JsonMembers? extensions = null;
        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !ReadMember(request, member.Name, member.Value, ref extensions))
                JsonMembers.Add(ref extensions, member.Name, member.Value);
        }
        request.Extensions = extensions;
        if (JsonBody.Member(root, "messages"u8).ValueKind == JsonValueKind.Undefined)
            throw new ChatFormatException("'messages' is missing.", "messages");
        return request;
    }

    private static bool ReadMember(ChatRequest request, string name, JsonElement value, ref JsonMembers? extensions)
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
                    request.Messages.Add(ReadMessage(message, string.Create(CultureInfo.InvariantCulture, $"messages[{number++}]")));
                break;
            case "tools":
                foreach (var tool in JsonBody.WantList(value, name).EnumerateArray())
                    request.Tools.Add(ReadTool(tool));
                break;
            case "format":
                return ReadFormat(request, value);
            case "think":
                request.Reasoning = value.ValueKind == JsonValueKind.String
                    ? new ChatReasoning { Effort = value.GetString() }
                    : new ChatReasoning { Enabled = JsonBody.WantBool(value, name) };
                break;
            case "logprobs":
                request.Logprobs = JsonBody.WantBool(value, name);
                break;
            case "top_logprobs":
                request.TopLogprobs = JsonBody.WantInt(value, name);
                break;
            case "options":
                foreach (var option in JsonBody.WantObject(value, name).EnumerateObject())
                {
                    if (option.Value.ValueKind != JsonValueKind.Null && !ReadOption(request, option.Name, option.Value))
                        JsonMembers.Add(ref extensions, "options." + option.Name, option.Value);
                }
                break;
            default:
                return false;
        }
        return true;
    }

    private static bool ReadOption(ChatRequest request, string name, JsonElement value)
    {
        var path = "options." + name;
        switch (name)
        {
            case "temperature":
                request.Temperature = JsonBody.WantDouble(value, path);
                break;
            case "top_p":
                request.TopP = JsonBody.WantDouble(value, path);
                break;
            case "top_k":
                request.TopK = JsonBody.WantLong(value, path);
                break;
            case "frequency_penalty":
                request.FrequencyPenalty = JsonBody.WantDouble(value, path);
                break;
            case "presence_penalty":
                request.PresencePenalty = JsonBody.WantDouble(value, path);
                break;
            case "seed":
                request.Seed = JsonBody.WantLong(value, path);
                break;
            case "num_predict":
                // −1 and −2 mean: without a bound.
                if (JsonBody.WantLong(value, path) is var most and > 0)
                    request.MaxOutputTokens = most;
                else
                    return false;
                break;
            case "stop":
                JsonBody.WantTexts(value, path, request.Stop);
                break;
            default:
                return false;
        }
        return true;
    }

    private static bool ReadFormat(ChatRequest request, JsonElement format)
    {
        if (format.ValueKind == JsonValueKind.String)
        {
            var word = format.GetString();
            if (word == "json")
                request.Format = new ChatFormat(ChatFormatKind.Json);
            return word is "json" or "";
        }
        if (format.ValueKind != JsonValueKind.Object)
            return false;
        request.Format = new ChatFormat(ChatFormatKind.JsonSchema) { Schema = JsonValue.Of(format) };
        return true;
    }

    private static ChatTool ReadTool(JsonElement tool)
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
        };
    }

    private static ChatMessage ReadMessage(JsonElement message, string path)
    {
        JsonBody.WantObject(message, path);
        var role = JsonBody.WantText(JsonBody.Member(message, "role"u8), path + ".role").ToUpperInvariant() switch
        {
            "USER" => ChatRole.User,
            "ASSISTANT" => ChatRole.Assistant,
            "SYSTEM" => ChatRole.System,
            "TOOL" => ChatRole.Tool,
            _ => throw new ChatFormatException("A role must be 'system', 'user', 'assistant' or 'tool'.", path + ".role"),
        };
        var read = new ChatMessage { Role = role, IsPlainText = true };
        if (role == ChatRole.Tool)
        {
            var result = new ToolResultPart
            {
                CallId = JsonBody.TextOf(message, "tool_call_id"u8) ?? "",
                Name = JsonBody.TextOf(message, "tool_name"u8),
                IsPlainText = true,
            };
            result.Content.Add(new TextPart(JsonBody.TextOf(message, "content"u8) ?? ""));
            OllamaWords.ReadImages(message, result.Content);
            read.Parts.Add(result);
        }
        else
        {
            OllamaWords.ReadAssistant(message, read.Parts);
        }
        JsonMembers? extensions = null;
        foreach (var member in message.EnumerateObject())
        {
            var isKnown = member.Name is "role" or "content" or "images" or "thinking" or "tool_calls"
                || (role == ChatRole.Tool && member.Name is "tool_name" or "tool_call_id");
            if (member.Value.ValueKind != JsonValueKind.Null && !isKnown)
                JsonMembers.Add(ref extensions, member.Name, member.Value);
        }
        read.Extensions = extensions;
        return read;
    }
}
