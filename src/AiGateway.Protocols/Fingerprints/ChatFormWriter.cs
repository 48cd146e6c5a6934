using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Fingerprints;

/// <summary>Writes a conversation in the neutral model into a <see cref="CanonicalForm"/>: every property in a fixed order, absent ones as such.</summary>
/// <param name="form">The form.</param>
/// <param name="source">The dialect it was read from.</param>
internal ref struct ChatFormWriter(CanonicalForm form, Dialect source)
{
    private const byte Absent = 0;
    private const byte Present = 1;

    private readonly CanonicalForm _form = form;
    private readonly Dialect _source = source;

    /// <summary>False once JSON was met that takes too long to put into order.</summary>
    public bool IsOrdered { get; private set; } = true;

    /// <summary>Writes a request.</summary>
    public void Write(ChatRequest request)
    {
        _form.WriteInt32(request.Messages.Count);
        foreach (var message in request.Messages)
            Write(message);
        _form.WriteInt32(request.Tools.Count);
        foreach (var tool in request.Tools)
            Write(tool);
        Write(request.ToolChoice);
        Write(request.ParallelToolCalls);
        Write(request.MaxOutputTokens);
        Write(request.Temperature);
        Write(request.TopP);
        Write(request.TopK);
        Write(request.FrequencyPenalty);
        Write(request.PresencePenalty);
        Write(request.Seed);
        Write(request.Stop);
        Write((long?)request.Candidates);
        Write(request.Logprobs);
        Write((long?)request.TopLogprobs);
        Write(request.Format);
        Write(request.Reasoning);
        Write(request.Verbosity);
        Write(request.Modalities);
        // Responses are stored unless said otherwise.
        Write((bool?)(request.Store ?? _source == Dialect.OpenAIResponses));
        Write((bool?)request.LegacyFunctions);
        Write(request.ContinuedId);
        Write(request.PreviousResponseId);
        WriteExtensions(request.Extensions, OmittedMembers.For(_source switch
        {
            Dialect.OpenAIChat => Operation.ChatCompletions,
            Dialect.OpenAIResponses => Operation.Responses,
            Dialect.Anthropic => Operation.Messages,
            _ => Operation.GenerateContent,
        }));
    }

    private void Write(ChatMessage message)
    {
        _form.WriteInt32((int)message.Role);
        Write(message.Name);
        Write(message.Id);
        Write(message.Parts);
        WriteExtensions(message.Extensions, []);
    }

    private void Write(List<ChatPart> parts)
    {
        _form.WriteInt32(parts.Count);
        foreach (var part in parts)
        {
            Write(part);
            Write(part.Signature);
            Write((long?)(part.Signature is null ? part.SignedBy : part.SignedBy ?? _source));
            WriteExtensions(part.Extensions, []);
        }
    }

    private void Write(ChatPart part)
    {
        switch (part)
        {
            case TextPart text:
                _form.WriteByte((byte)'t');
                Write(text.Text);
                Write(text.Citations);
                break;
            case RefusalPart refusal:
                _form.WriteByte((byte)'r');
                Write(refusal.Text);
                break;
            case ThinkingPart thinking:
                _form.WriteByte((byte)'h');
                Write(thinking.Text);
                Write(thinking.Summaries);
                Write(thinking.Encrypted);
                Write(thinking.Id);
                WriteNative(thinking.Native);
                break;
            case MediaPart media:
                _form.WriteByte((byte)'m');
                Write(media);
                break;
            case ToolCallPart call:
                _form.WriteByte((byte)'c');
                Write(call.Id);
                Write(call.Name);
                Write(call.Arguments);
                Write((bool?)call.IsCustom);
                break;
            case ToolResultPart result:
                _form.WriteByte((byte)'u');
                Write(result.CallId);
                Write(result.Name);
                Write(result.Content);
                Write(result.Json);
                Write(result.IsError);
                break;
            case OpaquePart opaque:
                _form.WriteByte((byte)'o');
                _form.WriteInt32((int)opaque.Dialect);
                Write(opaque.Type);
                Write(opaque.Value);
                break;
            default:
                throw new ArgumentException($"Not a part that is known here: {part.GetType()}.", nameof(part));
        }
    }

    private readonly void Write(MediaPart media)
    {
        _form.WriteInt32((int)media.Kind);
        Write(media.Base64);
        Write(media.Url);
        Write(media.FileId);
        Write(media.Text);
        Write(media.MediaType);
        Write(media.Name);
        Write(media.Detail);
        Write(media.Id);
        Write(media.Transcript);
    }

    private void Write(List<ChatCitation>? citations)
    {
        if (!WritePresence(citations is not null))
            return;
        _form.WriteInt32(citations!.Count);
        foreach (var citation in citations)
        {
            Write(citation.Url);
            Write(citation.Title);
            Write(citation.Text);
            Write((long?)citation.Start);
            Write((long?)citation.End);
            WriteNative(citation.Native);
        }
    }

    private void Write(ChatTool tool)
    {
        Write(tool.Name);
        Write(tool.Description);
        Write(tool.Parameters);
        WriteNative(tool.NativeParameters);
        Write(tool.Strict);
        WriteNative(tool.Native);
        Write((bool?)tool.IsWebSearch);
        WriteExtensions(tool.Extensions, []);
    }

    private readonly void Write(ChatToolChoice? choice)
    {
        if (!WritePresence(choice is not null))
            return;
        _form.WriteInt32((int)choice!.Mode);
        Write(choice.Name);
        Write(choice.Allowed);
    }

    private void Write(ChatFormat? format)
    {
        if (!WritePresence(format is not null))
            return;
        _form.WriteInt32((int)format!.Kind);
        Write(format.Name);
        Write(format.Description);
        Write(format.Schema);
        Write(format.Strict);
        WriteNative(format.NativeSchema);
    }

    private void Write(ChatReasoning? reasoning)
    {
        if (!WritePresence(reasoning is not null))
            return;
        Write(reasoning!.Enabled);
        Write(reasoning.Effort);
        Write(reasoning.BudgetTokens);
        Write(reasoning.Summary);
        WriteExtensions(reasoning.Native, []);
    }

    /// <summary>Members that only the source dialect knows: with their names, and with the dialect.</summary>
    private void WriteExtensions(JsonMembers? members, ReadOnlySpan<byte[]> omitted)
    {
        foreach (var (name, value) in members?.All ?? [])
        {
            if (!omitted.IsEmpty && OmittedMembers.Contains(omitted, System.Text.Encoding.UTF8.GetBytes(name)))
                continue;
            WritePresence(true);
            _form.WriteString(name);
            WriteNative(value);
        }
        WritePresence(false);
    }

    private void WriteNative(JsonValue value)
    {
        if (!value.IsAbsent)
            _form.WriteInt32((int)_source);
        Write(value);
    }

    private void Write(JsonValue value)
    {
        if (WritePresence(!value.IsAbsent))
            IsOrdered &= _form.TryWriteJson(value.Utf8);
    }

    private readonly void Write(IReadOnlyList<string>? texts)
    {
        if (!WritePresence(texts is not null))
            return;
        _form.WriteInt32(texts!.Count);
        for (var i = 0; i < texts.Count; i++)
            _form.WriteString(texts[i]);
    }

    private readonly void Write(string? text)
    {
        if (WritePresence(text is not null))
            _form.WriteString(text!);
    }

    private readonly void Write(bool? value)
    {
        if (WritePresence(value is not null))
            _form.WriteByte(value!.Value ? Present : Absent);
    }

    private readonly void Write(long? value)
    {
        if (!WritePresence(value is not null))
            return;
        _form.WriteInt32((int)value!.Value);
        _form.WriteInt32((int)(value.Value >> 32));
    }

    // Adding zero makes the negative zero the positive one.
    private readonly void Write(double? value) => Write(value is null ? null : BitConverter.DoubleToInt64Bits(value.Value + 0.0));

    private readonly bool WritePresence(bool isThere)
    {
        _form.WriteByte(isThere ? Present : Absent);
        return isThere;
    }
}
