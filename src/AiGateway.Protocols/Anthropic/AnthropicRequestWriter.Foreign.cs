using System.Globalization;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Requests of other dialects.</summary>
internal sealed partial class AnthropicRequestWriter
{
    private void WriteForeign()
    {
        var model = AnthropicModel.Of(Model);
        var conversation = AnthropicForeignConversation.Of(_request, _target, model, _translation);
        var plan = AnthropicPlan.Of(_request, _target, _translation, model, conversation.IsInToolLoop);
        _writer.WriteNumber("max_tokens"u8, plan.MaxTokens);
        WriteSystem(conversation, plan);
        WriteTurns(conversation);
        WriteForeignTools(conversation, plan);
        if (plan.Thinks is { } thinks)
            WriteThinking(thinks, plan.Budget, thinks ? Display(_request.Reasoning?.Summary) : null);
        WriteOutputConfig(plan.Effort, plan.NativeSchema, default);
        WriteForeignSampling(model, plan.Thinks == true);
        WriteForeignStop();
        if (_request.User is { } user)
            WriteUser(user);
        WriteForeignTier();
        WriteStream();
        NameLosses();
    }

    private static string? Display(string? summary) => summary switch
    {
        "summarized" or "omitted" => summary,
        "auto" or "concise" or "detailed" => "summarized",
        _ => null,
    };

    private void WriteSystem(AnthropicForeignConversation conversation, AnthropicPlan plan)
    {
        if (conversation.Instructions.Count == 0 && plan.Instruction is null)
            return;
        if (plan.Instruction is not null)
            conversation.Instructions.Add(new TextPart(plan.Instruction));
        _writer.WritePropertyName("system"u8);
        WriteForeignContent(conversation.Instructions);
    }

    private void WriteTurns(AnthropicForeignConversation conversation)
    {
        _writer.WriteStartArray("messages"u8);
        foreach (var turn in conversation.Turns)
        {
            _writer.WriteStartObject();
            _writer.WriteString("role"u8, turn.IsAssistant ? "assistant"u8 : "user"u8);
            _writer.WritePropertyName("content"u8);
            WriteForeignContent(turn.Parts);
            _writer.WriteEndObject();
        }
        _writer.WriteEndArray();
    }

    private void WriteForeignContent(List<ChatPart> parts)
    {
        if (parts is [TextPart { CacheMark: null } text])
        {
            _writer.WriteStringValue(text.Text);
            return;
        }
        _writer.WriteStartArray();
        foreach (var part in parts)
        {
            if (part is TextPart { Citations.Count: > 0 } cited)
                AnthropicBlockWriter.Write(_writer, new TextPart(cited.Text) { CacheMark = cited.CacheMark }, own: false);
            else
                AnthropicBlockWriter.Write(_writer, part, own: false);
        }
        _writer.WriteEndArray();
    }

    private void WriteForeignTools(AnthropicForeignConversation conversation, AnthropicPlan plan)
    {
        var written = 0;
        var allowed = _request.ToolChoice?.Allowed;
        if (allowed is not null)
            _translation.Approximate("tool_choice", "only the tools that may be called are offered");
        for (var i = 0; i < _request.Tools.Count; i++)
        {
            var tool = _request.Tools[i];
            if (tool.Native.IsAbsent)
            {
                if (allowed is not null && !allowed.Contains(tool.Name))
                    continue;
                BeginTool(ref written);
                WriteFunction(tool, own: false);
                _translation.DropAll(tool.Extensions, string.Create(CultureInfo.InvariantCulture, $"tools[{i}]"));
            }
            else if (tool.IsWebSearch && _target.HasWebSearch)
            {
                BeginTool(ref written);
                WriteWebSearch(tool);
            }
            else
            {
                _translation.Drop(string.Create(CultureInfo.InvariantCulture, $"tools[{i}]"), $"the target has no tool '{tool.Name}'");
            }
        }
        var callers = written;
        if (!plan.ToolSchema.IsAbsent)
        {
            BeginTool(ref written);
            WriteFunction(new ChatTool { Name = AnthropicCodec.AnswerTool, Description = _request.Format!.Description ?? "Gives the answer. Call it once, with the whole answer as arguments.", Parameters = plan.ToolSchema }, own: false);
        }
        var isHistoryOnly = written == 0 && conversation.CalledTools.Count > 0;
        if (isHistoryOnly)
        {
            // Calls in the conversation are refused where no tool is defined.
            foreach (var name in conversation.CalledTools)
            {
                BeginTool(ref written);
                WriteFunction(new ChatTool { Name = name }, own: false);
            }
            _translation.Approximate("tools", "the tools of the conversation's calls are defined, and none may be called");
        }
        if (written == 0)
            return;
        _writer.WriteEndArray();
        WriteForeignChoice(plan, callers, isHistoryOnly);
    }

    private void BeginTool(ref int written)
    {
        if (written++ == 0)
            _writer.WriteStartArray("tools"u8);
    }

    private void WriteForeignChoice(AnthropicPlan plan, int callers, bool isHistoryOnly)
    {
        var parallel = _request.ParallelToolCalls == false ? false : (bool?)null;
        if (isHistoryOnly)
        {
            WriteToolChoice(new ChatToolChoice(ChatToolMode.None), null);
        }
        else if (!plan.ToolSchema.IsAbsent && _request.ToolChoice?.Mode != ChatToolMode.Named)
        {
            // With the caller's own tools on offer, the model has to call one of them or give the answer.
            if (callers > 0 && _request.ToolChoice?.Mode != ChatToolMode.None)
                WriteToolChoice(new ChatToolChoice(ChatToolMode.Required), parallel);
            else
                WriteToolChoice(new ChatToolChoice(ChatToolMode.Named, AnthropicCodec.AnswerTool), parallel: false);
        }
        else if (_request.ToolChoice is { } choice)
        {
            WriteToolChoice(choice is { Mode: ChatToolMode.Required, Allowed: [var only] } ? new ChatToolChoice(ChatToolMode.Named, only) : choice, parallel);
        }
        else if (parallel is not null)
        {
            WriteToolChoice(new ChatToolChoice(ChatToolMode.Auto), parallel);
        }
    }

    /// <summary>Web search of other dialects: where the user is and which sites to search are said alike.</summary>
    private void WriteWebSearch(ChatTool tool)
    {
        var options = WebSearchOptions.Of(tool.Native);
        _writer.WriteStartObject();
        _writer.WriteString("type"u8, "web_search_20250305"u8);
        _writer.WriteString("name"u8, "web_search"u8);
        if (!options.AllowedDomains.IsAbsent)
        {
            _writer.WritePropertyName("allowed_domains"u8);
            options.AllowedDomains.WriteTo(_writer);
        }
        else if (!options.BlockedDomains.IsAbsent)
        {
            // Anthropic takes one of the two.
            _writer.WritePropertyName("blocked_domains"u8);
            options.BlockedDomains.WriteTo(_writer);
        }
        if (options.ContextSize is not null)
            _translation.Drop("web_search_options.search_context_size", "Anthropic's search reads what it needs");
        options.WritePlace(_writer, isNested: false);
        AnthropicBlockWriter.WriteCacheMark(_writer, tool.CacheMark);
        _writer.WriteEndObject();
    }

    private void WriteForeignSampling(AnthropicModel model, bool thinks)
    {
        var temperature = _request.Temperature;
        var topP = _request.TopP;
        var topK = _request.TopK;
        if (temperature is > 1)
        {
            temperature = 1;
            _translation.Approximate("temperature", "Anthropic's ends at 1");
        }
        temperature = temperature is < 0 ? 0 : temperature;
        if (model.RefusesSampling || thinks)
        {
            var why = thinks ? "not with thinking" : "the model takes the default alone";
            if (temperature is not null and not 1)
                _translation.Drop("temperature", why);
            if (topP is not null && !(thinks && !model.RefusesSampling && topP >= 0.95))
            {
                if (topP is not 1)
                    _translation.Drop("top_p", why);
                topP = null;
            }
            if (topK is not null)
                _translation.Drop("top_k", why);
            temperature = null;
            topK = null;
        }
        else if (temperature is not null && topP is not null && model.RefusesBothSamplings)
        {
            if (topP is not 1)
                _translation.Drop("top_p", "the model takes temperature or top_p, not both");
            topP = null;
        }
        WriteSampling(temperature, topP is { } share ? Math.Clamp(share, 0, 1) : null, topK is > 0 ? topK : null);
    }

    private void WriteForeignStop()
    {
        var stops = new List<string>(_request.Stop.Count);
        foreach (var stop in _request.Stop)
        {
            if (string.IsNullOrWhiteSpace(stop))
                _translation.Drop("stop", "a stop text of white space is refused");
            else
                stops.Add(stop);
        }
        if (stops.Count > 0)
            WriteStop(stops);
    }

    private void WriteForeignTier()
    {
        switch (_request.ServiceTier)
        {
            case null:
                break;
            case "auto" or "standard_only":
                WriteServiceTier(_request.ServiceTier);
                break;
            case "default" or "standard":
                WriteServiceTier("standard_only");
                break;
            default:
                _translation.Drop("service_tier", $"Anthropic has no tier '{_request.ServiceTier}' to ask for");
                break;
        }
    }

    private void NameLosses()
    {
        DropIf(_request.FrequencyPenalty is not null and not 0, "frequency_penalty", "Anthropic has no penalties");
        DropIf(_request.PresencePenalty is not null and not 0, "presence_penalty", "Anthropic has no penalties");
        DropIf(_request.Seed is not null, "seed", "Anthropic's sampling cannot be repeated");
        DropIf(_request.Candidates is > 1, "n", "Anthropic gives one answer");
        DropIf(_request.Logprobs == true || _request.TopLogprobs is > 0, "logprobs", "Anthropic reports no log probabilities");
        DropIf(_request.Verbosity is not null, "verbosity", "Anthropic's answers are as long as the model likes");
        DropIf(_request.Modalities is { Count: > 0 } made && made.Exists(static one => one != "text"), "modalities", "Anthropic's models answer with text");
        DropIf(!_request.Metadata.IsAbsent, "metadata", "Anthropic keeps no words of the caller");
        DropIf(_request.Store == true, "store", "Anthropic stores no answers");
        DropIf(_request.PreviousResponseId is not null, "previous_response_id", "Anthropic stores no answers to go on from");
        _translation.DropAll(_request.Extensions);
    }

    private void DropIf(bool isLost, string path, string why)
    {
        if (isLost)
            _translation.Drop(path, why);
    }
}
