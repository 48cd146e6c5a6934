using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Writes one request. What was read from this dialect goes out as it came, but for what the target does not take.</summary>
internal sealed partial class AnthropicRequestWriter
{
    private readonly AnthropicTarget _target;
    private readonly ChatRequest _request;
    private readonly Translation _translation;
    private readonly Utf8JsonWriter _writer;

    public AnthropicRequestWriter(AnthropicTarget target, ChatRequest request, Translation translation, Utf8JsonWriter writer)
    {
        _target = target;
        _request = request;
        _translation = translation;
        _writer = writer;
    }

    public void Write()
    {
        _writer.WriteStartObject();
        if (_target.Version is { } version)
            _writer.WriteString("anthropic_version"u8, version);
        if (_target.HasModel)
            _writer.WriteString("model"u8, Model);
        if (_request.Source == Dialect.Anthropic)
            WriteOwn();
        else
            WriteForeign();
        _writer.WriteEndObject();
    }

    private string Model => _translation.Model.Length > 0 ? _translation.Model : _request.Model;

    private void WriteOwn()
    {
        if (_request.MaxOutputTokens is { } most)
            _writer.WriteNumber("max_tokens"u8, most);
        WriteOwnMessages();
        WriteOwnTools();
        if (_request.ToolChoice is { } choice)
            WriteToolChoice(choice, _request.ParallelToolCalls);
        if (_request.Reasoning is { Enabled: { } thinks } reasoning)
        {
            if (thinks && reasoning.BudgetTokens is not null && GoesOnWithoutItsThoughts())
                _translation.Drop("thinking", "the turn to go on with does not begin with Anthropic's own thoughts");
            else
                WriteThinking(thinks, reasoning.BudgetTokens, reasoning.Summary);
        }
        WriteOutputConfig(_request.Reasoning?.Effort, _request.Format is { Kind: ChatFormatKind.JsonSchema } format ? format.Schema : default, Extension("output_config"));
        WriteSampling(_request.Temperature, _request.TopP, _request.TopK);
        if (_request.Stop.Count > 0)
            WriteStop(_request.Stop);
        WriteOwnMetadata();
        WriteServiceTier(_request.ServiceTier);
        WriteStream();
        foreach (var (name, value) in _request.Extensions?.All ?? [])
        {
            if (name == "anthropic_beta" && _target.Version is null)
                _translation.Drop(name, "Anthropic takes it as a header");
            else if (name is not ("metadata" or "output_config"))
                WriteMember(name, value);
        }
    }

    private JsonValue Extension(string name) => _request.Extensions?.Find(name) ?? default;

    private void WriteMember(string name, JsonValue value)
    {
        _writer.WritePropertyName(name);
        value.WriteTo(_writer);
    }

    private void WriteOwnMessages()
    {
        var messages = _request.Messages;
        var first = 0;
        if (messages.Count > 0 && messages[0].Role is ChatRole.System or ChatRole.Developer)
        {
            first = 1;
            _writer.WritePropertyName("system"u8);
            WriteOwnContent(messages[0], 0);
        }
        _writer.WriteStartArray("messages"u8);
        for (var i = first; i < messages.Count; i++)
        {
            _writer.WriteStartObject();
            _writer.WriteString("role"u8, messages[i].Role switch
            {
                ChatRole.Assistant => "assistant"u8,
                ChatRole.System or ChatRole.Developer => "system"u8,
                _ => "user"u8,
            });
            _writer.WritePropertyName("content"u8);
            WriteOwnContent(messages[i], i);
            messages[i].Extensions?.WriteTo(_writer);
            _writer.WriteEndObject();
        }
        _writer.WriteEndArray();
    }

    private void WriteOwnContent(ChatMessage message, int number)
    {
        if (message is { IsPlainText: true, Parts: [TextPart text] })
        {
            _writer.WriteStringValue(text.Text);
            return;
        }
        _writer.WriteStartArray();
        for (var i = 0; i < message.Parts.Count; i++)
        {
            if (WhyNot(message.Parts[i]) is { } why)
                _translation.Drop(string.Create(CultureInfo.InvariantCulture, $"messages[{number}].content[{i}]"), why);
            else
                AnthropicBlockWriter.Write(_writer, AnthropicIds.Clean(message.Parts[i]), own: true);
        }
        _writer.WriteEndArray();
    }

    /// <summary>True when the results that end the conversation are of calls whose turn has lost the thoughts it began with: Anthropic refuses to think on.</summary>
    private bool GoesOnWithoutItsThoughts()
    {
        var last = _request.Messages.FindLastIndex(static message => message.Role == ChatRole.Assistant);
        if (last < 0 || !_request.Messages[last].Parts.Exists(static part => part is ToolCallPart))
            return false;
        var parts = _request.Messages[last].Parts;
        return parts.Exists(part => part is ThinkingPart && WhyNot(part) is not null)
            && parts.Find(part => WhyNot(part) is null) is not ThinkingPart;
    }

    /// <summary>Why a part cannot be sent; null when it can.</summary>
    private string? WhyNot(ChatPart part) => part switch
    {
        ThinkingPart { Encrypted: null } thinking when string.IsNullOrEmpty(thinking.Signature) => "thoughts without Anthropic's signature are refused",
        ThinkingPart { SignedBy: not null and not Dialect.Anthropic } => "signed by another provider",
        OpaquePart { Dialect: not Dialect.Anthropic } => "belongs to another dialect",
        MediaPart { Url: not null } when !_target.HasUrlSources => "the target takes no addresses: send the content",
        MediaPart { FileId: not null } when !_target.HasFiles => "the target stores no files",
        _ => null,
    };

    private void WriteOwnTools()
    {
        if (_request.Tools.Count == 0)
            return;
        _writer.WriteStartArray("tools"u8);
        for (var i = 0; i < _request.Tools.Count; i++)
        {
            var tool = _request.Tools[i];
            if (tool.Native.IsAbsent)
                WriteFunction(tool, own: true);
            else if (tool.IsWebSearch && !_target.HasWebSearch)
                _translation.Drop(string.Create(CultureInfo.InvariantCulture, $"tools[{i}]"), "the target searches no web");
            else
                tool.Native.WriteTo(_writer);
        }
        _writer.WriteEndArray();
    }

    private void WriteFunction(ChatTool tool, bool own)
    {
        _writer.WriteStartObject();
        _writer.WriteString("name"u8, tool.Name);
        if (tool.Description is not null)
            _writer.WriteString("description"u8, tool.Description);
        if (!own && (tool.Parameters.IsAbsent || tool.Parameters.Utf8 is [(byte)'{', (byte)'}']))
        {
            // Others take a function without parameters in several spellings.
            _writer.WriteStartObject("input_schema"u8);
            _writer.WriteString("type"u8, "object"u8);
            _writer.WriteStartObject("properties"u8);
            _writer.WriteEndObject();
            _writer.WriteEndObject();
        }
        else if (!tool.Parameters.IsAbsent)
        {
            WriteMember("input_schema", tool.Parameters);
        }
        if (tool.Strict is { } strict && (own || strict))
            _writer.WriteBoolean("strict"u8, strict);
        AnthropicBlockWriter.WriteCacheMark(_writer, tool.CacheMark);
        if (own)
            tool.Extensions?.WriteTo(_writer);
        _writer.WriteEndObject();
    }

    private void WriteToolChoice(ChatToolChoice choice, bool? parallel)
    {
        _writer.WriteStartObject("tool_choice"u8);
        _writer.WriteString("type"u8, choice.Mode switch
        {
            ChatToolMode.None => "none"u8,
            ChatToolMode.Required => "any"u8,
            ChatToolMode.Named => "tool"u8,
            _ => "auto"u8,
        });
        if (choice.Mode == ChatToolMode.Named)
            _writer.WriteString("name"u8, choice.Name ?? "");
        if (parallel is { } many && choice.Mode != ChatToolMode.None)
            _writer.WriteBoolean("disable_parallel_tool_use"u8, !many);
        _writer.WriteEndObject();
    }

    private void WriteThinking(bool thinks, long? budget, string? display)
    {
        _writer.WriteStartObject("thinking"u8);
        _writer.WriteString("type"u8, !thinks ? "disabled"u8 : budget is null ? "adaptive"u8 : "enabled"u8);
        if (thinks && budget is { } tokens)
            _writer.WriteNumber("budget_tokens"u8, tokens);
        if (display is not null)
            _writer.WriteString("display"u8, display);
        _writer.WriteEndObject();
    }

    private void WriteOutputConfig(string? effort, JsonValue schema, JsonValue rest)
    {
        if (effort is null && schema.IsAbsent && rest.IsAbsent)
            return;
        _writer.WriteStartObject("output_config"u8);
        if (effort is not null)
            _writer.WriteString("effort"u8, effort);
        if (!schema.IsAbsent)
        {
            _writer.WriteStartObject("format"u8);
            _writer.WriteString("type"u8, "json_schema"u8);
            WriteMember("schema", schema);
            _writer.WriteEndObject();
        }
        if (!rest.IsAbsent)
        {
            using var document = rest.Open();
            foreach (var member in document.RootElement.EnumerateObject())
                member.WriteTo(_writer);
        }
        _writer.WriteEndObject();
    }

    private void WriteSampling(double? temperature, double? topP, long? topK)
    {
        if (temperature is { } degree)
            _writer.WriteNumber("temperature"u8, degree);
        if (topP is { } share)
            _writer.WriteNumber("top_p"u8, share);
        if (topK is { } most)
            _writer.WriteNumber("top_k"u8, most);
    }

    private void WriteStop(List<string> stops)
    {
        _writer.WriteStartArray("stop_sequences"u8);
        foreach (var stop in stops)
            _writer.WriteStringValue(stop);
        _writer.WriteEndArray();
    }

    private void WriteOwnMetadata()
    {
        if (Extension("metadata") is { IsAbsent: false } metadata)
            WriteMember("metadata", metadata);
        else if (_request.User is { } user)
            WriteUser(user);
    }

    private void WriteUser(string user)
    {
        _writer.WriteStartObject("metadata"u8);
        _writer.WriteString("user_id"u8, user);
        _writer.WriteEndObject();
    }

    private void WriteServiceTier(string? tier)
    {
        if (tier is null)
            return;
        if (_target.HasServiceTier)
            _writer.WriteString("service_tier"u8, tier);
        else
            _translation.Drop("service_tier", "the target has no tiers");
    }

    private void WriteStream()
    {
        if (!_target.HasStream)
            return;
        if (_request.Stream)
            _writer.WriteBoolean("stream"u8, true);
        else if (_request.Source == Dialect.Anthropic && _request.Own?.Find("stream") is { IsAbsent: false })
            _writer.WriteBoolean("stream"u8, false);
    }
}
