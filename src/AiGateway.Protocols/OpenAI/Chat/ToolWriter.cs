using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Writes a request's tools and the choice among them.</summary>
internal sealed class ToolWriter(ChatRequest request, Translation translation, Dialect dialect, Utf8JsonWriter json)
{
    private readonly bool _isOwn = request.Source == dialect;
    private readonly bool _isLegacy = request.LegacyFunctions && request.Source == dialect;
    private int _written;

    public void Write()
    {
        for (var i = 0; i < request.Tools.Count; i++)
            Tool(request.Tools[i], $"tools[{i}]");
        if (_written > 0)
            json.WriteEndArray();
        foreach (var tool in request.Tools)
        {
            if (tool.IsWebSearch && (!_isOwn || tool.Name == ToolReading.WebSearchOptions) && dialect != Dialect.Mistral)
                WebSearch(tool);
        }
        if (request.ToolChoice is { } choice)
            Choice(choice);
        if (request.ParallelToolCalls is not { } parallel)
            return;
        if (_written > 0 || _isOwn)
            json.WriteBoolean("parallel_tool_calls"u8, parallel);
    }

    private void Tool(ChatTool tool, string path)
    {
        if (!tool.Native.IsAbsent)
        {
            if (_isOwn && tool.Name != ToolReading.WebSearchOptions)
            {
                Begin();
                tool.Native.WriteTo(json);
            }
            else if (!tool.IsWebSearch || dialect == Dialect.Mistral)
            {
                translation.Drop(path, "a tool of the source's provider");
            }
            return;
        }
        Begin();
        json.WriteStartObject();
        if (!_isLegacy)
        {
            json.WriteString("type"u8, "function"u8);
            json.WriteStartObject("function"u8);
        }
        FunctionJson.WriteMembers(json, tool, needsSchema: false);
        if (tool.Strict is { } strict)
            json.WriteBoolean("strict"u8, strict);
        Members(tool, isInside: !_isLegacy);
        if (_isLegacy)
        {
            json.WriteEndObject();
            return;
        }
        json.WriteEndObject();
        if (tool.CacheMark is { } mark)
        {
            if (_isOwn || translation.Traits.CacheMarks)
                PartWriting.CacheMark(json, mark);
            else
                translation.Drop(path + ".cache_control", "the target caches by itself");
        }
        Members(tool, isInside: false);
        if (!_isOwn)
            translation.DropAll(tool.Extensions, path);
        json.WriteEndObject();
    }

    private void Members(ChatTool tool, bool isInside)
    {
        if (!_isOwn)
            return;
        foreach (var (name, value) in tool.Extensions?.All ?? [])
        {
            var belongsInside = name.StartsWith("function.", StringComparison.Ordinal);
            if (belongsInside != isInside)
                continue;
            json.WritePropertyName(name.AsSpan(belongsInside ? "function.".Length : 0));
            value.WriteTo(json);
        }
    }

    private void Begin()
    {
        if (_written++ == 0)
            json.WriteStartArray(_isLegacy ? "functions"u8 : "tools"u8);
    }

    /// <summary>OpenAI's search models take options, not a tool; the place of the user and the size of the search are common to all.</summary>
    /// <remarks>Source: https://platform.openai.com/docs/guides/tools-web-search?api-mode=chat.</remarks>
    private void WebSearch(ChatTool tool)
    {
        json.WritePropertyName("web_search_options"u8);
        if (_isOwn)
        {
            tool.Native.WriteTo(json);
            return;
        }
        var options = WebSearchOptions.Of(tool.Native);
        json.WriteStartObject();
        if (options.ContextSize is { } size)
            json.WriteString("search_context_size"u8, size);
        options.WritePlace(json, isNested: true);
        json.WriteEndObject();
        DropIf(options.MaxUses is not null, "max_uses");
        DropIf(!options.AllowedDomains.IsAbsent, "allowed_domains");
        DropIf(!options.BlockedDomains.IsAbsent, "blocked_domains");

        void DropIf(bool isSaid, string name)
        {
            if (isSaid)
                translation.Drop("tools." + name, "web_search_options has none");
        }
    }

    private void Choice(ChatToolChoice choice)
    {
        if (_written == 0 && !_isOwn)
            return;
        var name = _isLegacy ? "function_call"u8 : "tool_choice"u8;
        switch (choice.Mode)
        {
            case ChatToolMode.Named when choice.Name is { } named:
                if (!_isOwn && !request.Tools.Exists(tool => tool.Name == named && tool.Native.IsAbsent))
                {
                    translation.Drop("tool_choice", "the tool it names is not on offer");
                    return;
                }
                Named(name, named);
                return;
            case ChatToolMode.None:
                json.WriteString(name, "none"u8);
                return;
        }
        var mode = choice.Mode == ChatToolMode.Required ? "required"u8 : "auto"u8;
        if (choice.Allowed is { } allowed && dialect != Dialect.Mistral)
        {
            json.WriteStartObject(name);
            json.WriteString("type"u8, "allowed_tools"u8);
            json.WriteStartObject("allowed_tools"u8);
            json.WriteString("mode"u8, mode);
            json.WriteStartArray("tools"u8);
            foreach (var tool in allowed)
            {
                json.WriteStartObject();
                NamedTool(tool);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            return;
        }
        if (choice.Allowed is not null)
            translation.Drop("tool_choice.allowed_tools", "Mistral has none");
        json.WriteString(name, dialect == Dialect.Mistral && choice.Mode == ChatToolMode.Required ? "any"u8 : mode);
    }

    private void Named(ReadOnlySpan<byte> member, string name)
    {
        json.WriteStartObject(member);
        if (_isLegacy)
            json.WriteString("name"u8, name);
        else
            NamedTool(name);
        json.WriteEndObject();
    }

    private void NamedTool(string name)
    {
        var isCustom = _isOwn && request.Tools.Exists(tool => tool.Name == name && !tool.Native.IsAbsent);
        json.WriteString("type"u8, isCustom ? "custom"u8 : "function"u8);
        json.WriteStartObject(isCustom ? "custom"u8 : "function"u8);
        json.WriteString("name"u8, name);
        json.WriteEndObject();
    }
}
