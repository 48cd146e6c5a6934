using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;
using JsonText = AiGateway.Protocols.Chat.JsonText;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Writes a stream as Anthropic does: <c>message_start</c>, blocks one after another, <c>message_delta</c>, <c>message_stop</c>; or <c>error</c> at any place.</summary>
/// <remarks>
/// Of several candidates the first is told. Usage of a source that reports it at the end is 0 in <c>message_start</c> and whole
/// in <c>message_delta</c>, which clients take as the last word.
/// </remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The writer writes to memory and holds nothing else.")]
internal sealed class AnthropicStreamEncoder(StreamFraming framing, ChatRequest request) : ChatStreamEncoder
{
    private readonly ArrayBufferWriter<byte> _json = new();
    private Utf8JsonWriter? _writer;
    private ChatEvent _finish;
    private Usage? _usage;
    private JsonValue _messageDelta;
    private string? _serviceTier;
    private bool _own;
    private bool _hasCalls;
    private int _index = -1;
    private bool _isOpen;
    private readonly List<ChatCitation> _early = [];
    private ChatPart? _waiting;
    private InputPieces? _input;
    private Dialect? _signer;
    private ChatPartKind _kind;
    private Dialect? _partSigner;
    private string? _signature;
    private string? _encrypted;
    private string? _textSignature;

    public override void Write(in ChatEvent step, IBufferWriter<byte> output)
    {
        if (step.Candidate != 0)
            return;
        switch (step.Kind)
        {
            case ChatEventKind.Start:
                WriteStart(step, output);
                break;
            case ChatEventKind.PartStart:
                WriteBlockStart(step, output);
                break;
            case ChatEventKind.PartDelta:
                KeepSignature(step);
                if (_waiting is { } waiting && step.Text is { Length: > 0 })
                    OpenBlock(waiting, output);
                if (_isOpen)
                    WriteDelta(step, output);
                else if (_waiting is TextPart && step.Citation is { } early && AnthropicBlockWriter.CanCite(early, _own))
                    _early.Add(early);
                break;
            case ChatEventKind.PartEnd:
                KeepSignature(step);
                CloseBlock(output);
                CarryTextSignature(output);
                break;
            case ChatEventKind.Finish:
                _finish = step;
                break;
            case ChatEventKind.Usage:
                _usage = step.Usage ?? _usage;
                if (step.Data is OpaquePart { Dialect: Dialect.Anthropic } whole)
                    _messageDelta = whole.Value;
                break;
            case ChatEventKind.End:
                WriteEnd(output);
                break;
            case ChatEventKind.Error:
                WriteError(step.Error, output);
                break;
            default:
                break;
        }
    }

    private Utf8JsonWriter Begin(ReadOnlySpan<byte> type)
    {
        _json.ResetWrittenCount();
        if (_writer is null)
            _writer = new Utf8JsonWriter(_json, JsonText.WriterOptions);
        else
            _writer.Reset(_json);
        _writer.WriteStartObject();
        _writer.WriteString("type"u8, type);
        return _writer;
    }

    private void Send(ReadOnlySpan<byte> type, IBufferWriter<byte> output)
    {
        _writer!.WriteEndObject();
        SendRaw(type, output);
    }

    private void SendRaw(ReadOnlySpan<byte> type, IBufferWriter<byte> output)
    {
        _writer!.Flush();
        if (framing == StreamFraming.AwsEventStream)
        {
            InvokeStream.FromJson(_json.WrittenSpan, output);
            return;
        }
        output.Write("event: "u8);
        output.Write(type);
        output.Write("\ndata: "u8);
        output.Write(_json.WrittenSpan);
        output.Write("\n\n"u8);
    }

    private void WriteStart(in ChatEvent step, IBufferWriter<byte> output)
    {
        _own = step.Source == Dialect.Anthropic;
        _signer = step.Source;
        _serviceTier = step.ServiceTier;
        var writer = Begin("message_start"u8);
        if (step.Data is OpaquePart { Dialect: Dialect.Anthropic, Type: "message" } message)
        {
            writer.WritePropertyName("message"u8);
            message.Value.WriteTo(writer);
        }
        else
        {
            writer.WriteStartObject("message"u8);
            AnthropicResponseWriter.WriteHead(writer, step.Id, step.Name, request);
            writer.WriteStartArray("content"u8);
            writer.WriteEndArray();
            writer.WriteNull("stop_reason"u8);
            writer.WriteNull("stop_sequence"u8);
            writer.WritePropertyName("usage"u8);
            AnthropicUsage.Write(writer, null, default, step.ServiceTier);
            writer.WriteEndObject();
        }
        Send("message_start"u8, output);
    }

    private void WriteBlockStart(in ChatEvent step, IBufferWriter<byte> output)
    {
        CloseBlock(output);
        _kind = step.PartKind;
        KeepSignature(step);
        switch (step.PartKind)
        {
            case ChatPartKind.Text or ChatPartKind.Refusal:
                OpenOrWait(new TextPart(""), output);
                break;
            case ChatPartKind.Thinking:
                if (step.Data is ThinkingPart { Encrypted: not null } hidden && (hidden.SignedBy is { } signer ? signer == Dialect.Anthropic : _own))
                    OpenBlock(hidden, output);
                else
                    OpenOrWait(new ThinkingPart(), output);
                break;
            case ChatPartKind.ToolCall:
                _hasCalls = true;
                _input = _own ? null : new InputPieces(step.Data is ToolCallPart { IsCustom: true });
                OpenBlock(new ToolCallPart { Id = step.Id ?? "", Name = step.Name ?? "", Extensions = _own ? step.Data?.Extensions : null, Own = _own ? step.Data?.Own : null }, output);
                break;
            case ChatPartKind.Media when step.Data is MediaPart { Transcript: { Length: > 0 } said }:
                OpenBlock(new TextPart(""), output);
                WriteText("text_delta"u8, "text"u8, said, output);
                break;
            case ChatPartKind.Opaque when step.Data is OpaquePart { Dialect: Dialect.Anthropic } opaque:
                WriteOpaque(opaque, output);
                break;
            default:
                break;
        }
    }

    /// <summary>Blocks without a word must not reach the caller, who would send them back and be refused; Anthropic's own go on as they are.</summary>
    private void OpenOrWait(ChatPart empty, IBufferWriter<byte> output)
    {
        if (_own)
            OpenBlock(empty, output);
        else
            _waiting = empty;
    }

    private void OpenBlock(ChatPart empty, IBufferWriter<byte> output)
    {
        var writer = BeginBlock();
        if (!_own && empty is ToolCallPart call)
            AnthropicBlockWriter.WriteForeignCall(writer, call);
        else
            AnthropicBlockWriter.Write(writer, empty, _own);
        Send("content_block_start"u8, output);
    }

    private Utf8JsonWriter BeginBlock()
    {
        _waiting = null;
        _isOpen = true;
        _index++;
        var writer = Begin("content_block_start"u8);
        writer.WriteNumber("index"u8, _index);
        writer.WritePropertyName("content_block"u8);
        return writer;
    }

    /// <summary>A server tool's input goes in a delta, as clients expect; the rest of what is Anthropic's own is whole at its start.</summary>
    private void WriteOpaque(OpaquePart opaque, IBufferWriter<byte> output)
    {
        using var document = opaque.Value.Open();
        var root = document.RootElement;
        var input = root.Member("input"u8);
        var summary = opaque.Type == "compaction" ? root.Member("content"u8) : default;
        var writer = BeginBlock();
        writer.WriteStartObject();
        foreach (var member in root.EnumerateObject())
        {
            if (member.NameEquals("input"u8) && input.ValueKind == JsonValueKind.Object)
            {
                writer.WriteStartObject("input"u8);
                writer.WriteEndObject();
            }
            else if (member.NameEquals("content"u8) && summary.ValueKind == JsonValueKind.String)
            {
                writer.WriteNull("content"u8);
            }
            else
            {
                member.WriteTo(writer);
            }
        }
        writer.WriteEndObject();
        Send("content_block_start"u8, output);
        if (input.ValueKind == JsonValueKind.Object)
            WriteText("input_json_delta"u8, "partial_json"u8, input.GetRawText(), output);
        else if (summary.ValueKind == JsonValueKind.String)
            WriteText("compaction_delta"u8, "content"u8, summary.GetString()!, output);
    }

    /// <summary>Other dialects' signatures are kept until the part is whole: they go out in an envelope.</summary>
    private void KeepSignature(in ChatEvent step)
    {
        if (_own || _signer is null)
            return;
        if (step is { PartKind: ChatPartKind.Text, Signature: { } ofText })
            _textSignature += ofText;
        if (step.PartKind is not (ChatPartKind.Thinking or ChatPartKind.ToolCall))
            return;
        _partSigner = step.Data?.SignedBy ?? _partSigner;
        _signature += step.Signature;
        _encrypted = (step.Data as ThinkingPart)?.Encrypted ?? _encrypted;
    }

    /// <summary>A signature over a text is a block behind it.</summary>
    private void CarryTextSignature(IBufferWriter<byte> output)
    {
        if (_textSignature is not { } signature || _signer is not { } signer)
            return;
        _textSignature = null;
        var envelope = AnthropicSeal.Envelope(signer, signature: null, encrypted: signature);
        OpenBlock(new ThinkingPart { Encrypted = envelope, SignedBy = Dialect.Anthropic }, output);
        StopBlock(output);
    }

    private void WriteSignature(IBufferWriter<byte> output)
    {
        var (signature, encrypted, partSigner) = (_signature, _encrypted, _partSigner ?? _signer);
        _signature = _encrypted = null;
        _partSigner = null;
        if (_own || _kind != ChatPartKind.Thinking || partSigner is not { } signer)
            return;
        var envelope = AnthropicSeal.Envelope(signer, signature, encrypted);
        if (_waiting is null && _isOpen)
            WriteText("signature_delta"u8, "signature"u8, envelope ?? AnthropicSeal.Unsigned(signer), output);
        else if (_waiting is not null && envelope is not null)
            OpenBlock(new ThinkingPart { Encrypted = envelope, SignedBy = Dialect.Anthropic }, output);
    }

    private void WriteDelta(in ChatEvent step, IBufferWriter<byte> output)
    {
        switch (step.PartKind)
        {
            case ChatPartKind.Text or ChatPartKind.Refusal:
                WriteText("text_delta"u8, "text"u8, step.Text, output);

                // Some name their sources before they say a word (OpenRouter): those wait for the block to open.
                foreach (var early in _early)
                    WriteCitation(early, output);
                _early.Clear();
                if (step.Citation is { } citation && AnthropicBlockWriter.CanCite(citation, _own))
                    WriteCitation(citation, output);
                break;
            case ChatPartKind.Thinking:
                WriteText("thinking_delta"u8, "thinking"u8, step.Text, output);
                if (_own)
                    WriteText("signature_delta"u8, "signature"u8, step.Signature, output);
                break;
            case ChatPartKind.ToolCall:
                WriteText("input_json_delta"u8, "partial_json"u8, _input is null ? step.Text : _input.Next(step.Text), output);
                break;
            case ChatPartKind.Media when step.Data is MediaPart { Transcript: { Length: > 0 } said }:
                WriteText("text_delta"u8, "text"u8, said, output);
                break;
            default:
                break;
        }
    }

    private void WriteText(ReadOnlySpan<byte> type, ReadOnlySpan<byte> member, string? text, IBufferWriter<byte> output)
    {
        if (text is not { Length: > 0 })
            return;
        var writer = BeginDelta(type);
        writer.WriteString(member, text);
        writer.WriteEndObject();
        Send("content_block_delta"u8, output);
    }

    private void WriteCitation(ChatCitation citation, IBufferWriter<byte> output)
    {
        var writer = BeginDelta("citations_delta"u8);
        writer.WritePropertyName("citation"u8);
        AnthropicBlockWriter.WriteCitation(writer, citation, _own);
        writer.WriteEndObject();
        Send("content_block_delta"u8, output);
    }

    private Utf8JsonWriter BeginDelta(ReadOnlySpan<byte> type)
    {
        var writer = Begin("content_block_delta"u8);
        writer.WriteNumber("index"u8, _index);
        writer.WriteStartObject("delta"u8);
        writer.WriteString("type"u8, type);
        return writer;
    }

    private void CloseBlock(IBufferWriter<byte> output)
    {
        var (callSignature, callSigner) = (_kind == ChatPartKind.ToolCall ? _signature : null, _partSigner ?? _signer);
        WriteSignature(output);
        _early.Clear();
        _waiting = null;
        if (!_isOpen)
            return;
        WriteText("input_json_delta"u8, "partial_json"u8, _input?.End(), output);
        _input = null;
        StopBlock(output);
        if (callSignature is { Length: > 0 } && callSigner is { } signer)
        {
            OpenBlock(AnthropicSeal.BehindCall(signer, callSignature), output);
            StopBlock(output);
        }
    }

    private void StopBlock(IBufferWriter<byte> output)
    {
        _isOpen = false;
        Begin("content_block_stop"u8).WriteNumber("index"u8, _index);
        Send("content_block_stop"u8, output);
    }

    private void WriteEnd(IBufferWriter<byte> output)
    {
        CloseBlock(output);
        var writer = Begin("message_delta"u8);
        using var native = _own && !_messageDelta.IsAbsent ? _messageDelta.Open() : null;
        var root = native?.RootElement ?? default;
        writer.WriteStartObject("delta"u8);
        AnthropicResponseWriter.WriteFinish(writer, _finish.Finish, _finish.Text, _finish.Signature, _own, _hasCalls);
        if (native is not null)
            root.Member("delta"u8).WriteRest(writer, "stop_reason", "stop_sequence");
        writer.WriteEndObject();
        writer.WritePropertyName("usage"u8);
        if (native is not null && root.Member("usage"u8).ValueKind == JsonValueKind.Object)
            root.Member("usage"u8).WriteTo(writer);
        else
            AnthropicUsage.Write(writer, _usage, default, _serviceTier);
        if (native is not null)
            root.WriteRest(writer, "type", "delta", "usage");
        Send("message_delta"u8, output);
        Begin("message_stop"u8);
        Send("message_stop"u8, output);
    }

    /// <summary>SDKs raise an <c>error</c> event wherever it stands, also before the start of the message and inside a block.</summary>
    private void WriteError(ProviderError? error, IBufferWriter<byte> output)
    {
        _isOpen = false;
        Begin("error"u8);
        _json.ResetWrittenCount();
        _writer!.Reset(_json);
        AnthropicErrors.Write(0, error ?? new ProviderError("The answer broke off.", null, null, null, ProviderErrorKind.ServerError), null, _writer);
        SendRaw("error"u8, output);
    }
}
