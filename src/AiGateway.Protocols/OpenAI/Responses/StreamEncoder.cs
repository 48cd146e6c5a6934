using System.Buffers;
using System.Text.Json;
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
    private Dialect? _source;

    private bool IsOwn => _source == Dialect.OpenAIResponses;

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
                Begin(step, output);
                break;
            case ChatEventKind.PartDelta:
                _item?.Delta(step, output);
                break;
            case ChatEventKind.PartEnd:
                _item?.End(output);
                _item = null;
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
        _source = step.Source;
        _ids = new OutputIds(step.Id ?? "");
        _shell.Id = IsOwn && step.Id is { Length: > 0 } id ? id : _ids.Response;
        _shell.Model = step.Name ?? "";
        _shell.Created = step.Created;
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

    private void Begin(in ChatEvent step, IBufferWriter<byte> output)
    {
        if (step.PartKind is ChatPartKind.Text or ChatPartKind.Refusal)
        {
            var wrap = IsOwn ? step.Data?.Item : null;
            if (_message is null || !ReferenceEquals(_message.Wrap, wrap))
            {
                CloseMessage("completed", output);
                _message = new MessageEncoder(_events, wrap, _ids!, IsOwn);
            }
            _item = new TextEncoder(_events, _message, step.PartKind == ChatPartKind.Refusal, output);
            return;
        }
        if (step.PartKind is ChatPartKind.ToolCall or ChatPartKind.Media || step.Data is OpaquePart { Dialect: Dialect.OpenAIResponses })
            CloseMessage("completed", output);
        _item = step.PartKind switch
        {
            ChatPartKind.ToolCall => new CallEncoder(_events, step, _ids!, IsOwn, output),
            ChatPartKind.Thinking => new ThinkingEncoder(_events, this, step, output),
            ChatPartKind.Media when step.Data is MediaPart media => new MediaEncoder(_events, media, _ids!),
            ChatPartKind.Opaque when step.Data is OpaquePart { Dialect: Dialect.OpenAIResponses } opaque => new OpaqueEncoder(_events, opaque),
            _ => null,
        };
    }

    private void CloseMessage(string status, IBufferWriter<byte> output)
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

    /// <summary>Writes thoughts; they end the message before them as soon as there are any.</summary>
    private sealed class ThinkingEncoder : ItemEncoder
    {
        private readonly StreamEncoder _stream;
        private readonly EventWriter _events;
        private readonly ThinkingPart _thinking = new();
        private readonly List<string> _summaries = [];
        private readonly System.Text.StringBuilder _text = new();
        private string _id = "";
        private bool _isBegun;
        private bool _isPartOpen;
        private bool _isSummary;

        public ThinkingEncoder(EventWriter events, StreamEncoder stream, in ChatEvent step, IBufferWriter<byte> output)
        {
            _events = events;
            _stream = stream;
            _thinking.Signature = step.Signature;
            if (step.Data is ThinkingPart given)
            {
                _thinking.Id = given.Id;
                _thinking.Item = given.Item;
                _thinking.Encrypted = given.Encrypted;
                _thinking.SignedBy = given.SignedBy;
            }
            if (stream.IsOwn)
                Open(output);
        }

        public override void Delta(in ChatEvent step, IBufferWriter<byte> output)
        {
            _thinking.Signature = step.Signature is null ? _thinking.Signature : _thinking.Signature + step.Signature;
            var given = step.Data as ThinkingPart;
            if (given is not null)
            {
                _thinking.Encrypted = given.Encrypted ?? _thinking.Encrypted;
                _thinking.SignedBy = given.SignedBy ?? _thinking.SignedBy;
                _thinking.Item = given.Item ?? _thinking.Item;
            }
            if (step.Text is not { Length: > 0 } text)
                return;
            Open(output);
            if (given?.Summaries is not null && _isPartOpen)
            {
                ClosePart(output);
                return;
            }
            if (!_isPartOpen)
                OpenPart(isSummary: !_stream.IsOwn || given is not null, output);
            _text.Append(text);
            using var json = _events.Begin(_isSummary ? "response.reasoning_summary_text.delta"u8 : "response.reasoning_text.delta"u8, output);
            WritePlace(json);
            json.WriteString("delta"u8, text);
            EventWriter.End(json, output);
        }

        public override void End(IBufferWriter<byte> output)
        {
            var encrypted = ResponseWriter.Encrypted(_thinking, _stream._source ?? Dialect.OpenAIResponses);
            if (!_isBegun && encrypted is null)
                return;
            Open(output);
            if (_isPartOpen)
                ClosePart(output);
            if (_isSummary)
            {
                _thinking.Summaries = _summaries;
                _thinking.Text = ItemReader.Join(_summaries);
            }
            else if (_summaries.Count > 0)
            {
                _thinking.Text = string.Concat(_summaries);
            }
            _events.Finish(output, json => ItemWriter.WriteThinking(json, _thinking, _id, encrypted, _stream.IsOwn));
        }

        private void Open(IBufferWriter<byte> output)
        {
            if (_isBegun)
                return;
            _isBegun = true;
            _stream.CloseMessage("completed", output);
            _id = _stream.IsOwn && _thinking.Id is not null ? _thinking.Id : _stream._ids!.Item("rs_", _events.OutputIndex);
            _events.Add(output, json => ItemWriter.WriteThinking(json, new ThinkingPart(), _id, encrypted: null, isOwn: false));
        }

        private void OpenPart(bool isSummary, IBufferWriter<byte> output)
        {
            _isSummary = isSummary;
            _isPartOpen = true;
            WritePart(isSummary ? "response.reasoning_summary_part.added"u8 : "response.content_part.added"u8, "", output);
        }

        private void ClosePart(IBufferWriter<byte> output)
        {
            var text = _text.ToString();
            using (var json = _events.Begin(_isSummary ? "response.reasoning_summary_text.done"u8 : "response.reasoning_text.done"u8, output))
            {
                WritePlace(json);
                json.WriteString("text"u8, text);
                EventWriter.End(json, output);
            }
            WritePart(_isSummary ? "response.reasoning_summary_part.done"u8 : "response.content_part.done"u8, text, output);
            _summaries.Add(text);
            _text.Clear();
            _isPartOpen = false;
        }

        private void WritePart(ReadOnlySpan<byte> type, string text, IBufferWriter<byte> output)
        {
            using var json = _events.Begin(type, output);
            WritePlace(json);
            json.WritePropertyName("part"u8);
            ItemWriter.WriteText(json, _isSummary ? "summary_text"u8 : "reasoning_text"u8, text);
            EventWriter.End(json, output);
        }

        private void WritePlace(Utf8JsonWriter json)
        {
            _events.WritePlace(json, _id);
            json.WriteNumber(_isSummary ? "summary_index"u8 : "content_index"u8, _summaries.Count);
        }
    }
}
