using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Reads requests.</summary>
/// <remarks>Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html.</remarks>
internal static class ConverseRequestReader
{
    public static ChatRequest Read(JsonElement root)
    {
        var request = new ChatRequest { Source = Dialect.Converse };
        JsonMembers? extensions = null;
        if (root.TryGetProperty("system", out var system) && system.ValueKind == JsonValueKind.Array && system.GetArrayLength() > 0)
        {
            var message = new ChatMessage { Role = ChatRole.System };
            var index = 0;
            foreach (var block in system.EnumerateArray())
                ConverseJson.Object(block, $"system[{index++}]", "");
            ConverseBlockReader.Read(system, message.Parts, fromAssistant: false, "system");
            request.Messages.Add(message);
        }
        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            switch (member.Name)
            {
                case "system":
                    ConverseJson.Array(member.Value, "system", "");
                    break;
                case "modelId":
                    request.Model = ConverseJson.String(root, "modelId", "") ?? "";
                    break;
                case "messages":
                    ReadMessages(ConverseJson.Array(member.Value, "messages", ""), request);
                    break;
                case "inferenceConfig":
                    ReadInference(ConverseJson.Object(member.Value, "inferenceConfig", ""), request, ref extensions);
                    break;
                case "toolConfig":
                    ReadTools(ConverseJson.Object(member.Value, "toolConfig", ""), request, ref extensions);
                    break;
                case "outputConfig":
                    ReadOutput(ConverseJson.Object(member.Value, "outputConfig", ""), request, ref extensions);
                    break;
                case "serviceTier" when member.Value.ValueKind == JsonValueKind.Object:
                    request.ServiceTier = ConverseJson.String(member.Value, "type", "serviceTier");
                    break;
                case "requestMetadata":
                    request.Metadata = JsonValue.Of(member.Value);
                    break;
                case "additionalModelRequestFields":
                    ReadAdditional(member.Value, request);
                    JsonMembers.Add(ref extensions, member.Name, member.Value);
                    break;
                default:
                    JsonMembers.Add(ref extensions, member.Name, member.Value);
                    break;
            }
        }
        request.Extensions = extensions;
        return request;
    }

    private static void ReadMessages(JsonElement messages, ChatRequest request)
    {
        var index = 0;
        foreach (var message in messages.EnumerateArray())
        {
            var path = $"messages[{index++}]";
            ConverseJson.Object(message, path, "");
            var role = ConverseJson.String(message, "role", path) switch
            {
                "user" => ChatRole.User,
                "assistant" => ChatRole.Assistant,
                "system" => ChatRole.System,
                _ => throw ConverseJson.Wrong("role", path, "'user', 'assistant' or 'system'"),
            };
            var read = new ChatMessage { Role = role };
            if (!message.TryGetProperty("content", out var content))
                throw ConverseJson.Wrong("content", path, "an array");
            ConverseBlockReader.Read(content, read.Parts, role == ChatRole.Assistant, path);
            JsonMembers? extensions = null;
            foreach (var member in message.EnumerateObject())
            {
                if (member.Name is not ("role" or "content") && member.Value.ValueKind != JsonValueKind.Null)
                    JsonMembers.Add(ref extensions, member.Name, member.Value);
            }
            read.Extensions = extensions;
            request.Messages.Add(read);
        }
    }

    private static void ReadInference(JsonElement config, ChatRequest request, ref JsonMembers? extensions)
    {
        foreach (var member in config.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            switch (member.Name)
            {
                case "maxTokens":
                    request.MaxOutputTokens = ConverseJson.Long(member.Value, member.Name, "inferenceConfig");
                    break;
                case "temperature":
                    request.Temperature = ConverseJson.Double(member.Value, member.Name, "inferenceConfig");
                    break;
                case "topP":
                    request.TopP = ConverseJson.Double(member.Value, member.Name, "inferenceConfig");
                    break;
                case "stopSequences":
                    foreach (var stop in ConverseJson.Array(member.Value, member.Name, "inferenceConfig").EnumerateArray())
                        request.Stop.Add(stop.ValueKind == JsonValueKind.String ? stop.GetString()! : throw ConverseJson.Wrong(member.Name, "inferenceConfig", "an array of strings"));
                    break;
                default:
                    break;
            }
        }
        AddRest(ref extensions, "inferenceConfig", ConverseJson.Rest(config, "maxTokens", "temperature", "topP", "stopSequences"));
    }

    private static void ReadTools(JsonElement config, ChatRequest request, ref JsonMembers? extensions)
    {
        if (config.TryGetProperty("tools", out var tools) && tools.ValueKind != JsonValueKind.Null)
        {
            var list = ConverseJson.Array(tools, "tools", "toolConfig");
            var count = list.GetArrayLength();
            for (var i = 0; i < count; i++)
            {
                var path = $"toolConfig.tools[{i}]";
                var tool = ConverseJson.Object(list[i], path, "");
                var mark = i + 1 < count && list[i + 1].ValueKind == JsonValueKind.Object ? ConverseBlockReader.CacheMarkOf(list[i + 1]) : null;
                request.Tools.Add(ReadTool(tool, mark, path));
                if (mark is not null)
                    i++;
            }
        }
        if (config.TryGetProperty("toolChoice", out var choice) && choice.ValueKind == JsonValueKind.Object)
            ReadChoice(choice, request, ref extensions);
        AddRest(ref extensions, "toolConfig", ConverseJson.Rest(config, "tools", "toolChoice"));
    }

    private static ChatTool ReadTool(JsonElement tool, string? mark, string path)
    {
        if (tool.TryGetProperty("toolSpec", out var spec) && spec.ValueKind == JsonValueKind.Object)
        {
            JsonValue parameters = default;
            if (spec.TryGetProperty("inputSchema", out var schema) && schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("json", out var json))
                parameters = JsonValue.Of(json);
            JsonMembers? extensions = null;
            foreach (var member in spec.EnumerateObject())
            {
                if (member.Name is not ("name" or "description" or "inputSchema" or "strict") && member.Value.ValueKind != JsonValueKind.Null)
                    JsonMembers.Add(ref extensions, member.Name, member.Value);
            }
            return new ChatTool
            {
                Name = ConverseJson.String(spec, "name", path) ?? throw ConverseJson.Wrong("name", path, "the tool's name"),
                Description = ConverseJson.String(spec, "description", path),
                Parameters = parameters,
                Strict = spec.TryGetProperty("strict", out var strict) && strict.ValueKind is JsonValueKind.True or JsonValueKind.False ? strict.GetBoolean() : null,
                CacheMark = mark,
                Extensions = extensions,
            };
        }
        var name = tool.TryGetProperty("systemTool", out var own) && own.ValueKind == JsonValueKind.Object ? ConverseJson.String(own, "name", path) ?? "" : "";
        foreach (var member in tool.EnumerateObject())
            name = name.Length == 0 ? member.Name : name;
        return new ChatTool { Name = name, Native = JsonValue.Of(tool), IsWebSearch = name == "nova_grounding", CacheMark = mark };
    }

    private static void ReadChoice(JsonElement choice, ChatRequest request, ref JsonMembers? extensions)
    {
        if (choice.TryGetProperty("auto", out _))
            request.ToolChoice = new ChatToolChoice(ChatToolMode.Auto);
        else if (choice.TryGetProperty("any", out _))
            request.ToolChoice = new ChatToolChoice(ChatToolMode.Required);
        else if (choice.TryGetProperty("tool", out var tool) && tool.ValueKind == JsonValueKind.Object)
            request.ToolChoice = new ChatToolChoice(ChatToolMode.Named, ConverseJson.String(tool, "name", "toolConfig.toolChoice.tool"));
        else
            JsonMembers.Add(ref extensions, "toolConfig.toolChoice", choice);
    }

    private static void ReadOutput(JsonElement config, ChatRequest request, ref JsonMembers? extensions)
    {
        var isKnown = false;
        if (config.TryGetProperty("textFormat", out var format) && format.ValueKind == JsonValueKind.Object
            && ConverseJson.String(format, "type", "outputConfig.textFormat") == "json_schema"
            && format.TryGetProperty("structure", out var structure) && structure.ValueKind == JsonValueKind.Object
            && structure.TryGetProperty("jsonSchema", out var definition) && definition.ValueKind == JsonValueKind.Object)
        {
            isKnown = true;
            var schema = ConverseJson.String(definition, "schema", "outputConfig.textFormat.structure.jsonSchema")
                ?? throw ConverseJson.Wrong("schema", "outputConfig.textFormat.structure.jsonSchema", "JSON in a string");
            request.Format = new ChatFormat(ChatFormatKind.JsonSchema)
            {
                Name = ConverseJson.String(definition, "name", "outputConfig.textFormat.structure.jsonSchema"),
                Description = ConverseJson.String(definition, "description", "outputConfig.textFormat.structure.jsonSchema"),
                Schema = JsonValue.Parse(schema),
            };
        }
        if (ConverseJson.String(config, "effort", "outputConfig") is { } effort)
            request.Reasoning = (request.Reasoning ?? new ChatReasoning()) with { Effort = effort };
        AddRest(ref extensions, "outputConfig", isKnown ? ConverseJson.Rest(config, "textFormat") : ConverseJson.Rest(config));
    }

    private static void ReadAdditional(JsonElement fields, ChatRequest request)
    {
        if (fields.ValueKind != JsonValueKind.Object)
            return;
        if (ConverseReasoning.Read(fields) is { } reasoning)
            request.Reasoning = reasoning with { Effort = request.Reasoning?.Effort ?? reasoning.Effort };
        if (fields.TryGetProperty("inferenceConfig", out var nova) && nova.ValueKind == JsonValueKind.Object && ConverseJson.Count(nova, "topK") is > 0 and var topK)
            request.TopK = topK;
        foreach (var name in (ReadOnlySpan<string>)["top_k", "topK", "k"])
        {
            if (ConverseJson.Count(fields, name) is > 0 and var count)
                request.TopK ??= count;
        }
    }

    private static void AddRest(ref JsonMembers? extensions, string name, JsonValue rest)
    {
        if (!rest.IsAbsent)
            (extensions ??= new JsonMembers()).Add(name, rest);
    }
}
