using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Reads <c>tools</c> and <c>toolConfig</c> (https://ai.google.dev/api/caching#Tool).</summary>
internal static class GeminiToolsReader
{
    public static void ReadTools(JsonElement tools, ChatRequest request)
    {
        foreach (var tool in GeminiJson.Items(tools, "tools"))
        {
            foreach (var member in GeminiJson.Object(tool, "tools[]").EnumerateObject())
            {
                var name = GeminiNames.Of(member);
                if (name is "functionDeclarations")
                {
                    foreach (var declaration in GeminiJson.Items(member.Value, "tools[].functionDeclarations"))
                        request.Tools.Add(ReadFunction(declaration));
                }
                else
                {
                    request.Tools.Add(new ChatTool
                    {
                        Name = name,
                        Native = Alone(member),
                        IsWebSearch = name is "googleSearch" or "googleSearchRetrieval" or "enterpriseWebSearch",
                    });
                }
            }
        }
    }

    public static void ReadConfig(JsonElement config, ChatRequest request, ref JsonMembers? rest)
    {
        foreach (var member in config.EnumerateObject())
        {
            if (GeminiNames.Of(member) is not "functionCallingConfig")
            {
                JsonMembers.Add(ref rest, "toolConfig." + member.Name, member.Value);
                continue;
            }
            JsonElement mode = default;
            JsonElement allowed = default;
            foreach (var part in GeminiJson.Object(member.Value, "toolConfig.functionCallingConfig").EnumerateObject())
            {
                switch (GeminiNames.Of(part))
                {
                    case "mode":
                        mode = part.Value;
                        break;
                    case "allowedFunctionNames":
                        allowed = part.Value;
                        break;
                    default:
                        JsonMembers.Add(ref rest, "toolConfig.functionCallingConfig." + part.Name, part.Value);
                        break;
                }
            }
            request.ToolChoice = Choice(mode, allowed, ref rest);
        }
    }

    private static ChatToolChoice? Choice(JsonElement mode, JsonElement allowed, ref JsonMembers? rest)
    {
        List<string>? names = null;
        foreach (var name in GeminiJson.Items(allowed, "toolConfig.functionCallingConfig.allowedFunctionNames"))
            (names ??= []).Add(GeminiJson.Text(name, "toolConfig.functionCallingConfig.allowedFunctionNames[]"));
        switch (JsonBody.TextOrNull(mode)?.ToUpperInvariant())
        {
            case "NONE":
                return new ChatToolChoice(ChatToolMode.None) { Allowed = names };
            case "ANY":
                return names is [var only] ? new ChatToolChoice(ChatToolMode.Named, only) : new ChatToolChoice(ChatToolMode.Required) { Allowed = names };
            case "VALIDATED":
                JsonMembers.Add(ref rest, "toolConfig.functionCallingConfig.mode", mode);
                return new ChatToolChoice(ChatToolMode.Auto) { Allowed = names };
            case "AUTO":
                return new ChatToolChoice(ChatToolMode.Auto) { Allowed = names };
            default:
                return names is null ? null : new ChatToolChoice(ChatToolMode.Auto) { Allowed = names };
        }
    }

    private static ChatTool ReadFunction(JsonElement declaration)
    {
        var toolName = "";
        string? description = null;
        JsonValue parameters = default;
        JsonValue native = default;
        JsonMembers? rest = null;
        foreach (var member in GeminiJson.Object(declaration, "tools[].functionDeclarations[]").EnumerateObject())
        {
            switch (GeminiNames.Of(member))
            {
                case "name":
                    toolName = GeminiJson.Text(member.Value, "tools[].functionDeclarations[].name");
                    break;
                case "description" when member.Value.ValueKind == JsonValueKind.String:
                    description = member.Value.GetString();
                    break;
                case "parametersJsonSchema" when member.Value.ValueKind != JsonValueKind.Null:
                    parameters = JsonValue.Of(member.Value);
                    break;
                case "parameters" when member.Value.ValueKind == JsonValueKind.Object:
                    native = JsonValue.Of(member.Value);
                    break;
                case "parameters" or "parametersJsonSchema" or "description" when member.Value.ValueKind == JsonValueKind.Null:
                    break;
                default:
                    JsonMembers.Add(ref rest, member.Name, member.Value);
                    break;
            }
        }
        if (parameters.IsAbsent && !native.IsAbsent)
            parameters = GeminiSchemaReader.ToJsonSchema(native);
        return new ChatTool { Name = toolName, Description = description, Parameters = parameters, NativeParameters = native, Extensions = rest };
    }

    /// <summary>A tool entry that holds this member alone: what stands beside it becomes a tool of its own.</summary>
    private static JsonValue Alone(JsonProperty member)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WritePropertyName(member.Name);
            member.Value.WriteTo(writer);
            writer.WriteEndObject();
        }
        return JsonValue.Parse(System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
