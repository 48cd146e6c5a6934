using System.Buffers;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes the typed events of a streamed response, as OpenAI's clients expect them: every item, content part and text begins, grows and is done; the last event holds the whole.</summary>
internal sealed class StreamEncoder(ChatRequest request) : ChatStreamEncoder
{
    private readonly EventWriter _events = new();
    private readonly ResponseShell _shell = new(request);
    private OutputIds? _ids;
    private ItemEncoder? _item;
    private MessageEncoder? _message;
    private FinishReason _finish;
    private string? _textSignature;

    /// <summary>The dialect the answer comes in.</summary>
    public Dialect? Source { get; private set; }

    /// <summary>The answer's ids.</summary>
    public OutputIds Ids => _ids!;

    /// <summary>Whether the answer comes in this dialect.</summary>
    public bool IsOwn => Source == Dialect.OpenAIResponses;

    public override void Write(in ChatEvent step, IBufferWriter<byte> output)
    {
        // Responses has one answer.
        if (step.Candidate != 0)
            return;
        switch (step.Kind)
        {
            case ChatEventKind.Start:
                Start(step, output);
                break;
            case ChatEventKind.PartStart:
                KeepTextSignature(step);
                Begin(step, output);
                break;
            case ChatEventKind.PartDelta:
                KeepTextSignature(step);
                _item?.Delta(step, output);
                break;
            case ChatEventKind.PartEnd:
                _item?.End(output);
                _item = null;
                CarryTextSignature(output);
                break;
            case ChatEventKind.Finish:
                _finish = step.Finish;
                break;
            case ChatEventKind.Usage:
                _shell.Usage = step.Usage;
                break;
            case ChatEventKind.End:
                End(output);
                break;
            case ChatEventKind.Error:
                Fail(step.Error, output);
                break;
            default:
                break;
        }
    }

    private void Start(in ChatEvent step, IBufferWriter<byte> output)
    {
        Source = step.Source;
        _ids = new OutputIds(step.Id is { Length: > 0 } given ? given : request.AnswerId ?? "");
        _shell.Id = IsOwn && step.Id is { Length: > 0 } id ? id : request.KeptId ?? _ids.Response;
        _shell.Model = step.Name ?? "";
        _shell.Created = step.Created ?? (IsOwn ? null : request.AnswerCreated);
        _shell.ServiceTier = step.ServiceTier;
        _shell.Own = IsOwn ? step.Data?.Own : null;
        WriteShell("response.created"u8, "in_progress", output);
        WriteShell("response.in_progress"u8, "in_progress", output);
    }

    private void WriteShell(ReadOnlySpan<byte> type, string status, IBufferWriter<byte> output)
    {
        using var json = _events.Begin(type, output);
        json.WritePropertyName("response"u8);
        _shell.Write(json, status, _finish, _events.Output);
        EventWriter.End(json, output);
    }

    private void KeepTextSignature(in ChatEvent step)
    {
        if (step is { PartKind: ChatPartKind.Text, Signature: { } signature })
            _textSignature += signature;
    }

    /// <summary>A signature over a text is an item of hidden thoughts behind it.</summary>
    private void CarryTextSignature(IBufferWriter<byte> output)
    {
        if (_textSignature is not { } signature || IsOwn || Source is not { } signer)
            return;
        _textSignature = null;
        var hidden = new ChatEvent(ChatEventKind.PartStart) { PartKind = ChatPartKind.Thinking, Data = TextSignatures.Hidden(signer, signature) };
        new ThinkingEncoder(_events, this, hidden, output).End(output);
    }

    private void Begin(in ChatEvent step, IBufferWriter<byte> output)
    {
        if (step.PartKind is ChatPartKind.Text or ChatPartKind.Refusal)
        {
            var wrap = IsOwn ? step.Data?.Item : null;
            if (_message is null || !ReferenceEquals(_message.Wrap, wrap))
            {
                CloseMessage("completed", output);
                _message = new MessageEncoder(_events, wrap, Ids, IsOwn);
            }
            _item = new TextEncoder(_events, _message, step.PartKind == ChatPartKind.Refusal, output);
            return;
        }
        if (step.PartKind is ChatPartKind.ToolCall or ChatPartKind.Media || step.Data is OpaquePart { Dialect: Dialect.OpenAIResponses })
            CloseMessage("completed", output);
        _item = step.PartKind switch
        {
            ChatPartKind.ToolCall => new CallEncoder(_events, step, Ids, Source, output),
            ChatPartKind.Thinking => new ThinkingEncoder(_events, this, step, output),
            ChatPartKind.Media when step.Data is MediaPart media => new MediaEncoder(_events, media, _ids!, IsOwn),
            ChatPartKind.Opaque when step.Data is OpaquePart { Dialect: Dialect.OpenAIResponses } opaque => new OpaqueEncoder(_events, opaque),
            _ => null,
        };
    }

    /// <summary>Ends the message that is open, if any.</summary>
    public void CloseMessage(string status, IBufferWriter<byte> output)
    {
        _message?.End(status, output);
        _message = null;
    }

    private void End(IBufferWriter<byte> output)
    {
        var status = FinishWords.Status(_finish);
        CloseMessage(status == "completed" ? status : "incomplete", output);
        WriteShell(status switch { "incomplete" => "response.incomplete"u8, "failed" => "response.failed"u8, _ => "response.completed"u8 }, status, output);
    }

    private void Fail(ProviderError? error, IBufferWriter<byte> output)
    {
        using var json = _events.Begin("error"u8, output);
        json.WriteString("code"u8, error?.Code ?? error?.Type ?? "server_error");
        json.WriteString("message"u8, error?.Message ?? "The provider failed while it answered.");
        if (error?.Param is { } param)
            json.WriteString("param"u8, param);
        else
            json.WriteNull("param"u8);
        EventWriter.End(json, output);
    }
}
