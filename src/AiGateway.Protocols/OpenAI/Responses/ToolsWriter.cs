using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes a request's tools and the choice among them.</summary>
internal readonly struct ToolsWriter(ChatRequest request, Translation translation, Utf8JsonWriter json)
{
    private bool IsOwn => request.Source == Dialect.OpenAIResponses;

    public void Write()
    {
        var written = 0;
        for (var i = 0; i < request.Tools.Count; i++)
        {
            var tool = request.Tools[i];
            if (!CanWrite(tool))
            {
                translation.Drop(FormattableString.Invariant($"tools[{i}]"), $"'{tool.Name}' is a tool of another provider");
                continue;
            }
            if (written++ == 0)
                json.WriteStartArray("tools"u8);
            WriteTool(tool, FormattableString.Invariant($"tools[{i}]"));
        }
        if (written > 0)
            json.WriteEndArray();
        if (request.ParallelToolCalls is { } parallel && (IsOwn || written > 0))
            json.WriteBoolean("parallel_tool_calls"u8, parallel);
        if (request.ToolChoice is not { } choice)
            return;
        if (written > 0 || IsOwn)
            WriteChoice(choice);
        else if (choice.Mode != ChatToolMode.None)
            translation.Drop("tool_choice", "there is no tool to choose");
    }

    /// <summary>Writes the tools, if only an empty list, and the choice where one was made: what a response repeats.</summary>
    public void WriteEcho()
    {
        json.WriteStartArray("tools"u8);
        foreach (var tool in request.Tools)
        {
            if (CanWrite(tool))
                WriteTool(tool, "tools");
        }
        json.WriteEndArray();
        if (request.ToolChoice is { } choice)
            WriteChoice(choice);
    }

    private bool CanWrite(ChatTool tool) => tool.Native.IsAbsent || IsOwn || tool.IsWebSearch || IsChatCustom(tool);

    /// <summary>Chat's custom tools are Responses' with one more object around them.</summary>
    private bool IsChatCustom(ChatTool tool)
    {
        if (request.Source != Dialect.OpenAIChat || tool.Native.IsAbsent)
            return false;
        using var document = tool.Native.Open();
        return document.RootElement.TextOf("type"u8) == "custom" && document.RootElement.Member("custom"u8).TextOf("name"u8) is not null;
    }

    /// <summary>Web search of other dialects: the place of the user, how much is read and which sites are searched are said alike.</summary>
    private void WriteWebSearch(ChatTool tool, string path)
    {
        var options = WebSearchOptions.Of(tool.Native);
        json.WriteStartObject();
        json.WriteString("type"u8, "web_search"u8);
        if (options.ContextSize is { } size)
            json.WriteString("search_context_size"u8, size);
        options.WritePlace(json, isNested: false);
        if (!options.AllowedDomains.IsAbsent)
        {
            json.WriteStartObject("filters"u8);
            json.WritePropertyName("allowed_domains"u8);
            options.AllowedDomains.WriteTo(json);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        if (options.MaxUses is not null)
            translation.Drop(path + ".max_uses", "OpenAI's web search has no bound");
        if (!options.BlockedDomains.IsAbsent)
            translation.Drop(path + ".blocked_domains", "OpenAI's web search leaves no sites out");
    }

    private void WriteTool(ChatTool tool, string path)
    {
        if (!tool.Native.IsAbsent)
        {
            if (IsOwn)
            {
                tool.Native.WriteTo(json);
                return;
            }
            if (!tool.IsWebSearch)
            {
                WriteChatCustom(tool.Native);
                return;
            }
            WriteWebSearch(tool, path);
            return;
        }
        json.WriteStartObject();
        json.WriteString("type"u8, "function"u8);
        FunctionJson.WriteMembers(json, tool, needsSchema: !IsOwn);

        // Responses takes a missing word for true, all other dialects for false.
        if (tool.Strict is not null || !IsOwn)
            json.WriteBoolean("strict"u8, tool.Strict ?? false);
        if (IsOwn)
        {
            tool.Extensions?.WriteTo(json);
            tool.Own?.WriteTo(json);
        }
        else
        {
            translation.DropAll(tool.Extensions, path);
        }
        json.WriteEndObject();
    }

    private void WriteChatCustom(JsonValue native)
    {
        using var document = native.Open();
        json.WriteStartObject();
        json.WriteString("type"u8, "custom"u8);
        foreach (var member in document.RootElement.Member("custom"u8).EnumerateObject())
        {
            var grammar = member.Value.Member("grammar"u8);
            if (member.Name != "format" || grammar.ValueKind != JsonValueKind.Object)
            {
                member.WriteTo(json);
                continue;
            }
            json.WriteStartObject("format"u8);
            json.WriteString("type"u8, "grammar"u8);
            foreach (var inner in grammar.EnumerateObject())
                inner.WriteTo(json);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private void WriteChoice(ChatToolChoice choice)
    {
        var word = choice.Mode switch { ChatToolMode.None => "none"u8, ChatToolMode.Required => "required"u8, _ => "auto"u8 };
        json.WritePropertyName("tool_choice"u8);
        if (choice.Mode == ChatToolMode.Named)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, IsCustom(choice.Name) ? "custom"u8 : "function"u8);
            json.WriteString("name"u8, choice.Name);
            json.WriteEndObject();
        }
        else if (choice.Allowed is { } allowed && choice.Mode != ChatToolMode.None)
        {
            json.WriteStartObject();
            json.WriteString("type"u8, "allowed_tools"u8);
            json.WriteString("mode"u8, word);
            json.WriteStartArray("tools"u8);
            foreach (var name in allowed)
            {
                json.WriteStartObject();
                json.WriteString("type"u8, IsCustom(name) ? "custom"u8 : "function"u8);
                json.WriteString("name"u8, name);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        else
        {
            json.WriteStringValue(word);
        }
    }

    private bool IsCustom(string? name)
    {
        foreach (var tool in request.Tools)
        {
            if (tool.Name == name)
                return !tool.Native.IsAbsent;
        }
        return false;
    }
}
