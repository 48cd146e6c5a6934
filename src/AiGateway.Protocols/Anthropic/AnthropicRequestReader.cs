using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Reads a request. Null members count as absent.</summary>
internal static class AnthropicRequestReader
{
    public static ChatRequest Read(JsonElement root)
    {
        var request = new ChatRequest { Source = Dialect.Anthropic };
        JsonMembers? extensions = null;
        ReadSystem(root.Member("system"u8), request);
        foreach (var member in root.EnumerateObject())
        {
            if (!member.Value.IsAbsent())
                ReadMember(member, request, ref extensions);
        }
        request.Extensions = extensions;
        return request;
    }

    private static void ReadMember(JsonProperty member, ChatRequest request, ref JsonMembers? extensions)
    {
        var value = member.Value;
        switch (member.Name)
        {
            case "model":
                request.Model = value.Text("model") ?? "";
                break;
            case "messages":
                ReadMessages(value, request);
                break;
            case "system":
            case "anthropic_version":
                break;
            case "max_tokens":
                request.MaxOutputTokens = value.Whole("max_tokens");
                break;
            case "stream":
                request.Stream = value.Flag("stream") ?? false;
                if (!request.Stream)
                    (request.Own ??= new JsonMembers()).Add("stream", JsonValue.Of(value));
                break;
            case "temperature":
                request.Temperature = value.Real("temperature");
                break;
            case "top_p":
                request.TopP = value.Real("top_p");
                break;
            case "top_k":
                request.TopK = value.Whole("top_k");
                break;
            case "stop_sequences":
                ReadStop(value, request);
                break;
            case "service_tier":
                request.ServiceTier = value.Text("service_tier");
                break;
            case "metadata":
                ReadMetadata(value, request, ref extensions);
                break;
            case "tools":
                ReadTools(value, request);
                break;
            case "tool_choice":
                ReadToolChoice(value, request);
                break;
            case "thinking":
                ReadThinking(value, request, ref extensions);
                break;
            case "output_config":
                ReadOutputConfig(value, request, ref extensions);
                break;
            case "output_format":
                ReadFormat(value, request, "output_format");
                break;
            default:
                JsonMembers.Add(ref extensions, member.Name, value);
                break;
        }
    }

    private static void ReadSystem(JsonElement system, ChatRequest request)
    {
        if (system.IsAbsent())
            return;
        var message = new ChatMessage { Role = ChatRole.System };
        ReadContent(system, message, "system");
        request.Messages.Add(message);
    }

    private static void ReadMessages(JsonElement messages, ChatRequest request)
    {
        messages.MustBe(JsonValueKind.Array, "messages");
        var number = 0;
        foreach (var element in messages.EnumerateArray())
        {
            try
            {
                request.Messages.Add(ReadMessage(element));
            }
            catch (ChatFormatException exception)
            {
                throw AnthropicJson.Inside(string.Create(CultureInfo.InvariantCulture, $"messages[{number}]"), exception);
            }
            number++;
        }
    }

    private static ChatMessage ReadMessage(JsonElement element)
    {
        element.MustBe(JsonValueKind.Object, "");
        var message = new ChatMessage
        {
            Role = element.Member("role"u8).RequiredText("role") switch
            {
                "user" => ChatRole.User,
                "assistant" => ChatRole.Assistant,
                "system" => ChatRole.System,
                var other => throw new ChatFormatException($"'{other}' is no role: use user or assistant.", "role"),
            },
        };
        JsonMembers? extensions = null;
        foreach (var member in element.EnumerateObject())
        {
            if (member.NameEquals("content"u8))
                ReadContent(member.Value, message, "content");
            else if (!member.NameEquals("role"u8) && !member.Value.IsAbsent())
                JsonMembers.Add(ref extensions, member.Name, member.Value);
        }
        message.Extensions = extensions;
        return message;
    }

    private static void ReadContent(JsonElement content, ChatMessage message, string path)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            message.IsPlainText = true;
            message.Parts.Add(new TextPart(content.GetString()!));
            return;
        }
        content.MustBe(JsonValueKind.Array, path);
        AnthropicBlockReader.ReadAll(content, message.Parts, path);
    }

    private static void ReadStop(JsonElement value, ChatRequest request)
    {
        value.MustBe(JsonValueKind.Array, "stop_sequences");
        foreach (var stop in value.EnumerateArray())
            request.Stop.Add(stop.RequiredText("stop_sequences"));
    }

    private static void ReadMetadata(JsonElement value, ChatRequest request, ref JsonMembers? extensions)
    {
        value.MustBe(JsonValueKind.Object, "metadata");
        var isKnown = true;
        foreach (var member in value.EnumerateObject())
        {
            if (member.NameEquals("user_id"u8))
                request.User = member.Value.Text("metadata.user_id");
            else
                isKnown = false;
        }
        if (!isKnown)
            JsonMembers.Add(ref extensions, "metadata", value);
    }

    private static void ReadTools(JsonElement tools, ChatRequest request)
    {
        tools.MustBe(JsonValueKind.Array, "tools");
        var number = 0;
        foreach (var tool in tools.EnumerateArray())
        {
            try
            {
                request.Tools.Add(ReadTool(tool));
            }
            catch (ChatFormatException exception)
            {
                throw AnthropicJson.Inside(string.Create(CultureInfo.InvariantCulture, $"tools[{number}]"), exception);
            }
            number++;
        }
    }

    private static ChatTool ReadTool(JsonElement tool)
    {
        tool.MustBe(JsonValueKind.Object, "");
        if (tool.Member("type"u8).Text("type") is { } type and not "custom")
        {
            return new ChatTool
            {
                Name = type,
                Native = JsonValue.Of(tool),
                IsWebSearch = type.StartsWith("web_search", StringComparison.Ordinal),
                CacheMark = AnthropicBlockReader.CacheMark(tool),
            };
        }
        JsonMembers? extensions = null;
        foreach (var member in tool.EnumerateObject())
        {
            if (member.Name is not ("name" or "type" or "description" or "input_schema" or "strict" or "cache_control") && !member.Value.IsAbsent())
                JsonMembers.Add(ref extensions, member.Name, member.Value);
        }
        var schema = tool.Member("input_schema"u8);
        return new ChatTool
        {
            Name = tool.Member("name"u8).RequiredText("name"),
            Description = tool.Member("description"u8).Text("description"),
            Parameters = schema.IsAbsent() ? default : JsonValue.Of(schema),
            Strict = tool.Member("strict"u8).Flag("strict"),
            CacheMark = AnthropicBlockReader.CacheMark(tool),
            Extensions = extensions,
        };
    }

    private static void ReadToolChoice(JsonElement value, ChatRequest request)
    {
        value.MustBe(JsonValueKind.Object, "tool_choice");
        request.ToolChoice = value.Member("type"u8).RequiredText("tool_choice.type") switch
        {
            "auto" => new ChatToolChoice(ChatToolMode.Auto),
            "any" => new ChatToolChoice(ChatToolMode.Required),
            "none" => new ChatToolChoice(ChatToolMode.None),
            "tool" => new ChatToolChoice(ChatToolMode.Named, value.Member("name"u8).RequiredText("tool_choice.name")),
            var other => throw new ChatFormatException($"'{other}' is no tool choice: use auto, any, tool or none.", "tool_choice.type"),
        };
        request.ParallelToolCalls = !value.Member("disable_parallel_tool_use"u8).Flag("tool_choice.disable_parallel_tool_use");
    }

    private static void ReadThinking(JsonElement value, ChatRequest request, ref JsonMembers? extensions)
    {
        value.MustBe(JsonValueKind.Object, "thinking");
        var reasoning = request.Reasoning ?? new ChatReasoning();
        switch (value.Member("type"u8).RequiredText("thinking.type"))
        {
            case "disabled":
                reasoning = reasoning with { Enabled = false };
                break;
            case "enabled":
            case "adaptive":
                reasoning = reasoning with { Enabled = true, BudgetTokens = value.Member("budget_tokens"u8).Whole("thinking.budget_tokens") };
                break;
            default:
                JsonMembers.Add(ref extensions, "thinking", value);
                return;
        }
        request.Reasoning = reasoning with { Summary = value.Member("display"u8).Text("thinking.display") };
    }

    private static void ReadOutputConfig(JsonElement value, ChatRequest request, ref JsonMembers? extensions)
    {
        value.MustBe(JsonValueKind.Object, "output_config");
        JsonMembers? rest = null;
        foreach (var member in value.EnumerateObject())
        {
            if (member.Value.IsAbsent())
                continue;
            if (member.NameEquals("effort"u8))
                request.Reasoning = (request.Reasoning ?? new ChatReasoning()) with { Effort = member.Value.Text("output_config.effort") };
            else if (member.NameEquals("format"u8))
                ReadFormat(member.Value, request, "output_config.format");
            else
                JsonMembers.Add(ref rest, member.Name, member.Value);
        }
        if (rest is not null)
            (extensions ??= new JsonMembers()).Add("output_config", rest.ToValue());
    }

    private static void ReadFormat(JsonElement value, ChatRequest request, string path)
    {
        value.MustBe(JsonValueKind.Object, path);
        if (value.Member("type"u8).Text(path) is not "json_schema")
            throw new ChatFormatException("Must be of type json_schema.", path + ".type");
        var schema = value.Member("schema"u8);
        schema.MustBe(JsonValueKind.Object, path + ".schema");
        request.Format = new ChatFormat(ChatFormatKind.JsonSchema) { Schema = JsonValue.Of(schema), Strict = true };
    }
}
