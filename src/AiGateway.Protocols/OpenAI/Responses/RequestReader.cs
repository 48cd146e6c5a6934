using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Reads a request for <c>POST /v1/responses</c>.</summary>
internal static class RequestReader
{
    public static ChatRequest Read(JsonElement root)
    {
        var request = new ChatRequest { Source = Dialect.OpenAIResponses };
        JsonMembers? own = null;
        JsonMembers? extensions = null;
        JsonElement input = default;
        JsonElement instructions = default;
        foreach (var member in root.EnumerateObject())
        {
            var (name, value) = (member.Name, member.Value);
            if (value.ValueKind == JsonValueKind.Null)
            {
                JsonMembers.Add(ref own, name, value);
                continue;
            }
            switch (name)
            {
                case "model":
                    request.Model = value.WantText(name);
                    break;
                case "input":
                    input = value;
                    break;
                case "instructions":
                    instructions = value;
                    break;
                case "stream":
                    request.Stream = value.WantBool(name);
                    if (!request.Stream)
                        JsonMembers.Add(ref own, name, value);
                    break;
                case "max_output_tokens":
                    request.MaxOutputTokens = value.WantLong(name);
                    break;
                case "temperature":
                    request.Temperature = value.WantDouble(name);
                    break;
                case "top_p":
                    request.TopP = value.WantDouble(name);
                    break;
                case "presence_penalty":
                    request.PresencePenalty = value.WantDouble(name);
                    break;
                case "frequency_penalty":
                    request.FrequencyPenalty = value.WantDouble(name);
                    break;
                case "top_logprobs":
                    request.TopLogprobs = (int)Math.Clamp(value.WantLong(name), 0, int.MaxValue);
                    break;
                case "parallel_tool_calls":
                    request.ParallelToolCalls = value.WantBool(name);
                    break;
                case "store":
                    request.Store = value.WantBool(name);
                    break;
                case "previous_response_id":
                    request.PreviousResponseId = value.WantText(name);
                    break;
                case "service_tier":
                    request.ServiceTier = value.WantText(name);
                    break;
                case "user":
                    request.User = value.WantText(name);
                    break;
                case "metadata":
                    request.Metadata = JsonValue.Of(value.WantObject(name));
                    break;
                case "tools":
                    ReadTools(value, request.Tools);
                    if (request.Tools.Count == 0)
                        JsonMembers.Add(ref own, name, value);
                    break;
                case "tool_choice":
                    request.ToolChoice = ToolChoice(value);
                    if (request.ToolChoice is null)
                        JsonMembers.Add(ref extensions, name, value);
                    break;
                case "reasoning":
                    request.Reasoning = Reasoning(value.WantObject(name), ref own, ref extensions);
                    break;
                case "text":
                    ReadText(value.WantObject(name), request, ref own, ref extensions);
                    break;
                case "include":
                    ReadInclude(value, request, ref own, ref extensions);
                    break;
                case "stream_options":
                case "truncation" when value.ValueEquals("disabled"u8):
                case "background" when value.ValueKind == JsonValueKind.False:
                    JsonMembers.Add(ref own, name, value);
                    break;
                default:
                    JsonMembers.Add(ref extensions, name, value);
                    break;
            }
        }
        ReadMessages(instructions, input, request);
        request.Own = own;
        request.Extensions = extensions;
        return request;
    }

    private static void ReadMessages(JsonElement instructions, JsonElement input, ChatRequest request)
    {
        if (instructions.ValueKind == JsonValueKind.String)
        {
            var message = new ChatMessage { Role = ChatRole.System, IsPlainText = true, Item = new ChatItem { Place = ChatItemPlace.Instructions, IsPlainText = true } };
            message.Parts.Add(new TextPart(instructions.GetString()!));
            request.Messages.Add(message);
        }
        else if (instructions.ValueKind != JsonValueKind.Undefined)
        {
            throw new ChatFormatException("'instructions' must be a string.", "instructions");
        }
        if (input.ValueKind != JsonValueKind.Undefined)
            new InputReader(request.Messages).Read(input);
    }

    private static void ReadTools(JsonElement list, List<ChatTool> tools)
    {
        var number = 0;
        foreach (var tool in list.WantList("tools").EnumerateArray())
        {
            var path = $"tools[{number++}]";
            var type = tool.WantObject(path).TextOf("type"u8) ?? throw new ChatFormatException($"'{path}.type' must be a string.", $"{path}.type");
            if (type != "function")
            {
                var name = type == "custom" ? tool.TextOf("name"u8) : null;
                tools.Add(new ChatTool
                {
                    Name = name ?? type,
                    Description = type == "custom" ? tool.TextOf("description"u8) : null,
                    Native = JsonValue.Of(tool),
                    IsWebSearch = type.StartsWith("web_search", StringComparison.Ordinal),
                });
                continue;
            }
            JsonMembers? extensions = null;
            JsonMembers? own = null;
            foreach (var member in tool.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.Null)
                    JsonMembers.Add(ref own, member.Name, member.Value);
                else if (member.Name is not ("type" or "name" or "description" or "parameters" or "strict"))
                    JsonMembers.Add(ref extensions, member.Name, member.Value);
            }
            var parameters = tool.Member("parameters"u8);
            var strict = tool.Member("strict"u8);
            tools.Add(new ChatTool
            {
                Name = tool.TextOf("name"u8) ?? throw new ChatFormatException($"'{path}.name' must be a string.", $"{path}.name"),
                Description = tool.TextOf("description"u8),
                Parameters = parameters.ValueKind == JsonValueKind.Undefined ? default : JsonValue.Of(parameters),
                Strict = strict.ValueKind == JsonValueKind.Undefined ? null : strict.WantBool($"{path}.strict"),
                Extensions = extensions,
                Own = own,
            });
        }
    }

    private static ChatToolChoice? ToolChoice(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString() switch
            {
                "none" => new ChatToolChoice(ChatToolMode.None),
                "auto" => new ChatToolChoice(ChatToolMode.Auto),
                "required" => new ChatToolChoice(ChatToolMode.Required),
                _ => throw new ChatFormatException("'tool_choice' must be none, auto, required or an object.", "tool_choice"),
            };
        }
        switch (value.WantObject("tool_choice").TextOf("type"u8))
        {
            case "function" or "custom" when value.TextOf("name"u8) is { } name:
                return new ChatToolChoice(ChatToolMode.Named, name);
            case "allowed_tools" when value.Member("tools"u8).ValueKind == JsonValueKind.Array:
                var allowed = new List<string>();
                foreach (var tool in value.Member("tools"u8).EnumerateArray())
                {
                    if (tool.TextOf("type"u8) != "function" || tool.TextOf("name"u8) is not { } allowedName)
                        return null;
                    allowed.Add(allowedName);
                }
                return new ChatToolChoice(value.TextOf("mode"u8) == "required" ? ChatToolMode.Required : ChatToolMode.Auto) { Allowed = allowed };
            default:
                return null;
        }
    }

    private static ChatReasoning Reasoning(JsonElement value, ref JsonMembers? own, ref JsonMembers? extensions)
    {
        foreach (var member in value.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                JsonMembers.Add(ref own, Nested.Reasoning + member.Name, member.Value);
            else if (member.Name is not ("effort" or "summary"))
                JsonMembers.Add(ref extensions, Nested.Reasoning + member.Name, member.Value);
        }
        return new ChatReasoning { Effort = value.TextOf("effort"u8), Summary = value.TextOf("summary"u8) };
    }

    private static void ReadText(JsonElement value, ChatRequest request, ref JsonMembers? own, ref JsonMembers? extensions)
    {
        foreach (var member in value.EnumerateObject())
        {
            switch (member.Name)
            {
                case "verbosity" when member.Value.ValueKind == JsonValueKind.String:
                    request.Verbosity = member.Value.GetString();
                    break;
                case "format" when member.Value.ValueKind == JsonValueKind.Object:
                    request.Format = Format(member.Value, ref own);
                    if (request.Format is null)
                        JsonMembers.Add(ref extensions, Nested.Text + member.Name, member.Value);
                    break;
                default:
                    if (member.Value.ValueKind == JsonValueKind.Null)
                        JsonMembers.Add(ref own, Nested.Text + member.Name, member.Value);
                    else
                        JsonMembers.Add(ref extensions, Nested.Text + member.Name, member.Value);
                    break;
            }
        }
    }

    private static ChatFormat? Format(JsonElement value, ref JsonMembers? own)
    {
        switch (value.TextOf("type"u8))
        {
            case "text":
                return new ChatFormat(ChatFormatKind.Text);
            case "json_object":
                return new ChatFormat(ChatFormatKind.Json);
            case "json_schema":
                foreach (var member in value.EnumerateObject())
                {
                    if (member.Value.ValueKind == JsonValueKind.Null)
                        JsonMembers.Add(ref own, Nested.Format + member.Name, member.Value);
                }
                var schema = value.Member("schema"u8);
                var strict = value.Member("strict"u8);
                return new ChatFormat(ChatFormatKind.JsonSchema)
                {
                    Name = value.TextOf("name"u8),
                    Description = value.TextOf("description"u8),
                    Schema = schema.ValueKind == JsonValueKind.Undefined ? default : JsonValue.Of(schema),
                    Strict = strict.ValueKind == JsonValueKind.Undefined ? null : strict.WantBool("text.format.strict"),
                };
            default:
                return null;
        }
    }

    private static void ReadInclude(JsonElement value, ChatRequest request, ref JsonMembers? own, ref JsonMembers? extensions)
    {
        var isKnown = true;
        foreach (var entry in value.WantList("include").EnumerateArray())
        {
            if (entry.ValueKind == JsonValueKind.String && entry.ValueEquals("message.output_text.logprobs"u8))
                request.Logprobs = true;
            else if (entry.ValueKind != JsonValueKind.String || !entry.ValueEquals("reasoning.encrypted_content"u8))
                isKnown = false;
        }
        if (isKnown)
            JsonMembers.Add(ref own, "include", value);
        else
            JsonMembers.Add(ref extensions, "include", value);
    }
}
