using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Tools and their choice.</summary>
internal sealed partial class ConverseRequestWriter
{
    private static readonly JsonValue EmptySchema = JsonValue.Parse("""{"type":"object","properties":{}}""");

    private void WriteToolConfig()
    {
        if (_own)
            WriteOwnTools();
        else
            WriteForeignTools();
    }

    private void WriteOwnTools()
    {
        var choice = Extension("toolConfig.toolChoice");
        var rest = Extension("toolConfig");
        if (_request.Tools.Count == 0 && _request.ToolChoice is null && choice.IsAbsent && rest.IsAbsent)
            return;
        _writer.WriteStartObject("toolConfig"u8);
        _writer.WriteStartArray("tools"u8);
        foreach (var tool in _request.Tools)
        {
            if (tool.Native.IsAbsent)
                WriteTool(tool, tool.Parameters);
            else
                tool.Native.WriteTo(_writer);
            if (tool.CacheMark is { } mark)
                _blocks.WriteCachePoint(mark);
        }
        _writer.WriteEndArray();
        if (!choice.IsAbsent)
        {
            _writer.WritePropertyName("toolChoice"u8);
            choice.WriteTo(_writer);
        }
        else if (_request.ToolChoice is { } neutral)
        {
            WriteChoice(neutral.Mode, neutral.Name);
        }
        ConverseJson.WriteMembers(_writer, rest);
        _writer.WriteEndObject();
    }

    private void WriteForeignTools()
    {
        var choice = _request.ToolChoice;
        var tools = KeptTools();
        var isNone = choice?.Mode == ChatToolMode.None;
        if (isNone && tools.Count > 0)
        {
            if (_turns.HasToolParts)
                _translation.Approximate("tool_choice", "Bedrock insists on the tools while the conversation holds calls, and cannot forbid to call them");
            else
                tools.Clear();
        }
        if (_format == FormatBy.Tool)
            tools.Add(new ChatTool { Name = StructuredAnswer.ToolName, Description = StructuredAnswer.Description, Parameters = _request.Format!.Schema });
        if (tools.Count == 0 && _turns.HasToolParts)
            AddCalledTools(tools);
        if (tools.Count == 0)
            return;

        _writer.WriteStartObject("toolConfig"u8);
        _writer.WriteStartArray("tools"u8);
        var index = 0;
        foreach (var tool in tools)
        {
            if (tool.IsWebSearch)
                WriteGrounding();
            else
                WriteTool(tool, FitSchema(tool, index));
            if (tool.CacheMark is { } mark)
                WriteToolMark(mark);
            index++;
        }
        _writer.WriteEndArray();
        WriteForeignChoice(choice, tools);
        _writer.WriteEndObject();
    }

    private List<ChatTool> KeptTools()
    {
        var kept = new List<ChatTool>();
        for (var i = 0; i < _request.Tools.Count; i++)
        {
            var tool = _request.Tools[i];
            var path = $"tools[{i}]";
            _translation.DropAll(tool.Extensions, path);
            if (tool.IsWebSearch && _model.IsNova2)
            {
                _translation.Approximate(path, "Nova's grounding searches the web");
                kept.Add(tool);
            }
            else if (!tool.Native.IsAbsent)
            {
                _translation.Drop(path, $"'{tool.Name}' is a tool that only its own provider runs");
            }
            else if (_request.ToolChoice?.Allowed is { } allowed && !allowed.Contains(tool.Name, StringComparer.Ordinal))
            {
                _translation.Approximate("tool_choice.allowed_tools", "the other tools are not offered");
            }
            else
            {
                kept.Add(tool);
            }
        }
        return kept;
    }

    private void AddCalledTools(List<ChatTool> tools)
    {
        _translation.Approximate("tools", "Bedrock insists on tools while the conversation holds calls: those that were called are offered without their schemas");
        foreach (var name in _turns.CalledTools())
            tools.Add(new ChatTool { Name = name });
        if (tools.Count == 0)
            tools.Add(new ChatTool { Name = "unavailable" });
    }

    private void WriteTool(ChatTool tool, JsonValue schema)
    {
        _writer.WriteStartObject();
        _writer.WriteStartObject("toolSpec"u8);
        _writer.WriteString("name"u8, tool.Name);
        if (tool.Description is { } description && (_own || !string.IsNullOrWhiteSpace(description)))
            _writer.WriteString("description"u8, description);
        if (!schema.IsAbsent)
        {
            _writer.WriteStartObject("inputSchema"u8);
            _writer.WritePropertyName("json"u8);
            schema.WriteTo(_writer);
            _writer.WriteEndObject();
        }
        if (tool.Strict is { } strict && (_own || (strict && _model.TakesStrictTools)))
            _writer.WriteBoolean("strict"u8, strict);
        if (_own)
            tool.Extensions?.WriteTo(_writer);
        _writer.WriteEndObject();
        _writer.WriteEndObject();
    }

    private void WriteGrounding()
    {
        _writer.WriteStartObject();
        _writer.WriteStartObject("systemTool"u8);
        _writer.WriteString("name"u8, "nova_grounding"u8);
        _writer.WriteEndObject();
        _writer.WriteEndObject();
    }

    /// <summary>A schema is required and of an object; a tool without arguments gets the empty one.</summary>
    private JsonValue FitSchema(ChatTool tool, int index)
    {
        if (tool.Strict == true && !_model.TakesStrictTools)
            _translation.Approximate($"tools[{index}].strict", "the model does not enforce schemas of tools");
        if (tool.Parameters.IsAbsent || !JsonBody.IsObject(tool.Parameters.Utf8))
            return EmptySchema;
        using var document = tool.Parameters.Open();
        if (document.RootElement.TryGetProperty("type", out _))
            return tool.Parameters;
        return ConverseJson.WithMember(document.RootElement, "type", JsonValue.OfString("object"));
    }

    private void WriteToolMark(string mark)
    {
        // Nova caches instructions and messages, not tools.
        if (_model.IsNova)
            _translation.Drop("tools.cache_control", "the model takes no cache point behind tools");
        else
            WriteMark(mark);
    }

    private void WriteForeignChoice(ChatToolChoice? choice, List<ChatTool> tools)
    {
        var mode = choice?.Mode ?? ChatToolMode.Auto;
        if (_format == FormatBy.Tool)
        {
            // With other tools on offer the model may call those first: any of them, but no bare text.
            if (tools.Count == 1 && _model.TakesNamedTool)
                WriteChoice(ChatToolMode.Named, StructuredAnswer.ToolName);
            else
                WriteChoice(ChatToolMode.Required, null);
            return;
        }
        if (choice is null || mode == ChatToolMode.None)
            return;
        if (!_model.TakesToolChoice || (_reasoning.Thinks && mode != ChatToolMode.Auto))
        {
            if (mode != ChatToolMode.Auto)
                _translation.Drop("tool_choice", _reasoning.Thinks ? "the model cannot be forced to a tool while it thinks" : "the model takes no choice of tools");
            return;
        }
        if (mode == ChatToolMode.Named && !_model.TakesNamedTool)
        {
            _translation.Approximate("tool_choice", "the model can be forced to some tool, not to a named one");
            mode = ChatToolMode.Required;
        }
        WriteChoice(mode, choice.Name);
    }

    private void WriteChoice(ChatToolMode mode, string? name)
    {
        _writer.WriteStartObject("toolChoice"u8);
        _writer.WriteStartObject(mode switch
        {
            ChatToolMode.Named => "tool"u8,
            ChatToolMode.Required => "any"u8,
            _ => "auto"u8,
        });
        if (mode == ChatToolMode.Named)
            _writer.WriteString("name"u8, name);
        _writer.WriteEndObject();
        _writer.WriteEndObject();
    }
}
