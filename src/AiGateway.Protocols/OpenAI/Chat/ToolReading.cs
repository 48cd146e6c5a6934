using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Reads tools, the choice among them, and the form of the answer.</summary>
internal static class ToolReading
{
    /// <summary>Name of the tool that <c>web_search_options</c> is in the neutral model.</summary>
    public const string WebSearchOptions = "web_search_options";

    public static ChatTool Tool(JsonElement tool, bool isFunction)
    {
        if (tool.ValueKind != JsonValueKind.Object)
            throw new ChatFormatException("A tool must be an object.", "tools");
        var type = tool.TextOf("type"u8);
        JsonElement function = default;
        if (!isFunction && (!tool.Has("function"u8, out function) || function.ValueKind != JsonValueKind.Object))
            return Native(tool, type);
        if (isFunction)
            function = tool;
        JsonMembers? extensions = null;
        string? mark = null;
        foreach (var member in function.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && member.Name is not ("name" or "description" or "parameters" or "strict"))
                JsonMembers.Add(ref extensions, isFunction ? member.Name : "function." + member.Name, member.Value);
        }
        if (!isFunction)
        {
            foreach (var member in tool.EnumerateObject())
            {
                if (member.Value.ValueKind == JsonValueKind.Null || member.Name is "type" or "function")
                    continue;
                if (member.Name == "cache_control" && member.Value.TextOf("type"u8) == "ephemeral")
                    mark = member.Value.TextOf("ttl"u8) ?? "5m";
                else
                    JsonMembers.Add(ref extensions, member.Name, member.Value);
            }
        }
        return new ChatTool
        {
            Name = function.TextOf("name"u8) ?? throw new ChatFormatException("A function needs a name.", isFunction ? "functions" : "tools"),
            Description = function.TextOf("description"u8),
            Parameters = function.Has("parameters"u8, out var parameters) ? JsonValue.Of(parameters) : default,
            Strict = function.Has("strict"u8, out var strict) ? strict.Bool() : null,
            CacheMark = mark,
            Extensions = extensions,
        };
    }

    /// <summary>A choice; null when its form is unknown.</summary>
    public static ChatToolChoice? Choice(JsonElement choice)
    {
        switch (choice.Text())
        {
            case "none":
                return new ChatToolChoice(ChatToolMode.None);
            case "auto":
                return new ChatToolChoice(ChatToolMode.Auto);
            case "required" or "any":
                return new ChatToolChoice(ChatToolMode.Required);
        }
        if (choice.ValueKind != JsonValueKind.Object)
            return null;
        if (choice.Has("allowed_tools"u8, out var allowed))
        {
            var names = new List<string>();
            if (allowed.Has("tools"u8, out var tools) && tools.ValueKind == JsonValueKind.Array)
            {
                foreach (var tool in tools.EnumerateArray())
                {
                    if (NameOf(tool) is { } name)
                        names.Add(name);
                }
            }
            return new ChatToolChoice(allowed.TextOf("mode"u8) == "required" ? ChatToolMode.Required : ChatToolMode.Auto) { Allowed = names };
        }
        return NameOf(choice) is { } named ? new ChatToolChoice(ChatToolMode.Named, named) : null;
    }

    /// <summary>A form; null when it is unknown.</summary>
    public static ChatFormat? Format(JsonElement format)
    {
        switch (format.TextOf("type"u8))
        {
            case "text":
                return new ChatFormat(ChatFormatKind.Text);
            case "json_object":
                return new ChatFormat(ChatFormatKind.Json);
            case "json_schema" when format.Has("json_schema"u8, out var schema) && schema.ValueKind == JsonValueKind.Object:
                return new ChatFormat(ChatFormatKind.JsonSchema)
                {
                    Name = schema.TextOf("name"u8),
                    Description = schema.TextOf("description"u8),
                    Schema = schema.Has("schema"u8, out var value) ? JsonValue.Of(value) : default,
                    Strict = schema.Has("strict"u8, out var strict) ? strict.Bool() : null,
                };
            default:
                return null;
        }
    }

    private static ChatTool Native(JsonElement tool, string? type)
    {
        var isCustom = tool.Has("custom"u8, out var custom);
        return new ChatTool
        {
            Name = (isCustom ? custom.TextOf("name"u8) : null) ?? type ?? throw new ChatFormatException("A tool needs a type.", "tools"),
            Description = isCustom ? custom.TextOf("description"u8) : null,
            Native = JsonValue.Of(tool),
            IsWebSearch = type is "web_search" or "web_search_preview" or "web_search_premium" or "openrouter:web_search" or "browser_search",
        };
    }

    private static string? NameOf(JsonElement choice)
    {
        if (choice.Has("function"u8, out var function) || choice.Has("custom"u8, out function))
            return function.TextOf("name"u8);
        return choice.TextOf("name"u8);
    }
}
