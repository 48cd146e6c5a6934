using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Writes ConverseStream's frames.</summary>
/// <remarks>
/// Text and thoughts begin without a start event, as Bedrock's do; the stop comes before the metadata, which always comes:
/// clients wait for it. One answer only: other candidates have no place.
/// </remarks>
internal sealed class ConverseStreamEncoder : ChatStreamEncoder
{
    private readonly ArrayBufferWriter<byte> _payload = new(256);
    private readonly Utf8JsonWriter _json;
    private int _index = -1;
    private bool _isOpen;
    private bool _hasArguments;
    private bool _hasStarted;
    private bool _hasMetadata;
    private MediaPart? _media;
    private StringBuilder? _base64;
    private string? _tier;

    /// <summary>The dialect the answer comes in; null when it is not known, which is taken as Converse.</summary>
    private Dialect? _source;

    /// <summary>Thoughts of another dialect: their signature is sealed, which takes the whole of it.</summary>
    private ThinkingPart? _foreign;

    /// <summary>The block behind the open call.</summary>
    private ThinkingPart? _behindCall;

    public ConverseStreamEncoder() => _json = new Utf8JsonWriter(_payload, Chat.JsonText.WriterOptions);

    /// <inheritdoc/>
    public override void Write(in ChatEvent step, IBufferWriter<byte> output)
    {
        if (step.Candidate != 0)
            return;
        switch (step.Kind)
        {
            case ChatEventKind.Start:
                _tier = step.ServiceTier;
                _source = step.Source;
                WriteStart(output);
                break;
            case ChatEventKind.PartStart:
                StartPart(step, output);
                break;
            case ChatEventKind.PartDelta:
                WriteDelta(step, output);
                break;
            case ChatEventKind.PartEnd:
                EndPart(step, output);
                break;
            case ChatEventKind.Finish:
                Begin();
                _json.WriteString("stopReason"u8, ConverseFinish.Write(step.Finish, step.Text));
                End("messageStop"u8, output);
                break;
            case ChatEventKind.Usage:
                if (step.Data is OpaquePart { Dialect: Dialect.Converse, Type: "metadata" } metadata)
                    WriteOwnMetadata(metadata, output);
                else
                    WriteMetadata(step.Usage, output);
                break;
            case ChatEventKind.End when !_hasMetadata:
                WriteMetadata(null, output);
                break;
            case ChatEventKind.Error:
                WriteError(step.Error, output);
                break;
            default:
                break;
        }
    }

    private void WriteStart(IBufferWriter<byte> output)
    {
        if (_hasStarted)
            return;
        _hasStarted = true;
        Begin();
        _json.WriteString("role"u8, "assistant"u8);
        End("messageStart"u8, output);
    }

    private void StartPart(in ChatEvent step, IBufferWriter<byte> output)
    {
        _isOpen = false;
        _media = null;
        _base64 = null;
        switch (step.PartKind)
        {
            case ChatPartKind.ToolCall:
                OpenBlock();
                _hasArguments = false;
                BeginStart();
                _json.WriteStartObject("toolUse"u8);
                _json.WriteString("toolUseId"u8, step.Id ?? "");
                _json.WriteString("name"u8, step.Name ?? "");
                _json.WriteEndObject();
                EndStart(output);
                _behindCall = ConverseSeal.BehindCall((step.Data as ToolCallPart)?.SignedBy ?? _source ?? Dialect.Converse, step.Signature);
                break;
            case ChatPartKind.Thinking:
                StartThinking(step, output);
                break;
            case ChatPartKind.Media:
                _media = step.Data as MediaPart ?? new MediaPart(MediaKind.Document);
                _base64 = new StringBuilder(_media.Base64);
                break;
            case ChatPartKind.Opaque when step.Data is OpaquePart { Dialect: Dialect.Converse } opaque:
                WriteOpaque(opaque, output);
                break;
            default:
                break;
        }
    }

    private void StartThinking(in ChatEvent step, IBufferWriter<byte> output)
    {
        var given = step.Data as ThinkingPart;
        var signer = given?.SignedBy ?? _source ?? Dialect.Converse;
        if (signer != Dialect.Converse)
        {
            _foreign = new ThinkingPart { SignedBy = signer, Encrypted = given?.Encrypted, Signature = step.Signature };
            return;
        }
        if (given?.Encrypted is { } encrypted)
            WriteReasoning("redactedContent"u8, encrypted, output);
        if (step.Signature is { Length: > 0 } signature)
            WriteReasoning("signature"u8, signature, output);
    }

    private void WriteThinking(in ChatEvent step, IBufferWriter<byte> output)
    {
        if (step.Text is { Length: > 0 } thought)
            WriteReasoning("text"u8, thought, output);
        var given = step.Data as ThinkingPart;
        if (_foreign is { } foreign)
        {
            foreign.Signature += step.Signature;
            foreign.Encrypted = given?.Encrypted ?? foreign.Encrypted;
            foreign.SignedBy = given?.SignedBy ?? foreign.SignedBy;
            return;
        }
        if (step.Signature is { Length: > 0 } signature)
            WriteReasoning("signature"u8, signature, output);
        if (given?.Encrypted is { } encrypted)
            WriteReasoning("redactedContent"u8, encrypted, output);
    }

    private void EndThinking(IBufferWriter<byte> output)
    {
        if (_foreign is not { } foreign)
            return;
        _foreign = null;

        // With text before it, the envelope is the text's signature; alone it is content that nobody reads.
        if (_isOpen)
            foreign.Text = " ";
        if (ConverseSeal.Seal(foreign, Dialect.Converse) is not { } packed)
            return;
        if (packed.Encrypted is { } encrypted)
            WriteReasoning("redactedContent"u8, encrypted, output);
        else if (packed.Signature is { } signature)
            WriteReasoning("signature"u8, signature, output);
    }

    private void WriteDelta(in ChatEvent step, IBufferWriter<byte> output)
    {
        switch (step.PartKind)
        {
            case ChatPartKind.Text or ChatPartKind.Refusal:
                WriteText(step.Text, output);
                if (step.Citation is { } citation)
                    WriteCitation(citation, output);
                break;
            case ChatPartKind.Thinking:
                WriteThinking(step, output);
                break;
            case ChatPartKind.ToolCall when step.Text is { Length: > 0 } input:
                WriteArguments(input, output);
                break;
            case ChatPartKind.Media:
                _base64?.Append(step.Text);
                if (step.Data is MediaPart more && _media is { } media)
                    media.Transcript += more.Transcript;
                break;
            default:
                break;
        }
    }

    private void EndPart(in ChatEvent step, IBufferWriter<byte> output)
    {
        if (step.PartKind == ChatPartKind.ToolCall && _isOpen && !_hasArguments)
            WriteArguments("{}", output);
        if (_media is { } media)
            WriteMedia(media, output);
        EndThinking(output);
        if (_isOpen)
            CloseBlock(output);
        if (_behindCall?.Encrypted is { } behind)
        {
            _behindCall = null;
            WriteReasoning("redactedContent"u8, behind, output);
            CloseBlock(output);
        }
    }

    private void WriteText(string? text, IBufferWriter<byte> output)
    {
        if (text is not { Length: > 0 })
            return;
        BeginDelta();
        _json.WriteString("text"u8, text);
        EndDelta(output);
    }

    private void WriteCitation(ChatCitation citation, IBufferWriter<byte> output)
    {
        BeginDelta();
        _json.WritePropertyName("citation"u8);

        ConverseBlockWriter.WriteCitation(_json, citation, own: _source == Dialect.Converse);
        EndDelta(output);
    }

    private void WriteReasoning(ReadOnlySpan<byte> name, string value, IBufferWriter<byte> output)
    {
        BeginDelta();
        _json.WriteStartObject("reasoningContent"u8);
        _json.WriteString(name, value);
        _json.WriteEndObject();
        EndDelta(output);
    }

    private void WriteArguments(string input, IBufferWriter<byte> output)
    {
        _hasArguments = true;
        BeginDelta();
        _json.WriteStartObject("toolUse"u8);
        _json.WriteString("input"u8, input);
        _json.WriteEndObject();
        EndDelta(output);
    }

    private void WriteMedia(MediaPart media, IBufferWriter<byte> output)
    {
        _media = null;
        if (media.Transcript is { Length: > 0 } transcript)
        {
            WriteText(transcript, output);
            return;
        }
        if (media.Kind != MediaKind.Image || _base64 is not { Length: > 0 } base64 || ConverseMedia.FormatOf(media) is not { } format)
            return;
        OpenBlock();
        BeginStart();
        _json.WriteStartObject("image"u8);
        _json.WriteString("format"u8, format);
        _json.WriteEndObject();
        EndStart(output);
        BeginDelta();
        _json.WriteStartObject("image"u8);
        _json.WriteStartObject("source"u8);
        _json.WriteString("bytes"u8, base64.ToString());
        _json.WriteEndObject();
        _json.WriteEndObject();
        EndDelta(output);
    }

    private void WriteOpaque(OpaquePart opaque, IBufferWriter<byte> output)
    {
        using var document = opaque.Value.Open();
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty(opaque.Type, out var block) || block.ValueKind != JsonValueKind.Object)
            return;
        var whole = opaque.Type == "toolResult" ? "content" : "input";
        if (opaque.Type is not ("toolUse" or "toolResult"))
            return;
        OpenBlock();
        BeginStart();
        _json.WriteStartObject(opaque.Type);
        foreach (var member in block.EnumerateObject())
        {
            if (member.Name != whole)
                member.WriteTo(_json);
        }
        _json.WriteEndObject();
        EndStart(output);
        if (!block.TryGetProperty(whole, out var content))
            return;
        if (opaque.Type == "toolUse")
        {
            WriteArguments(content.GetRawText(), output);
            return;
        }
        BeginDelta();
        _json.WritePropertyName("toolResult"u8);
        content.WriteTo(_json);
        EndDelta(output);
    }

    private void WriteMetadata(Usage? usage, IBufferWriter<byte> output)
    {
        _hasMetadata = true;
        Begin();
        ConverseUsage.Write(_json, usage);
        _json.WriteStartObject("metrics"u8);
        _json.WriteNumber("latencyMs"u8, 0);
        _json.WriteEndObject();
        if (_tier is not null)
        {
            _json.WriteStartObject("serviceTier"u8);
            _json.WriteString("type"u8, _tier);
            _json.WriteEndObject();
        }
        End("metadata"u8, output);
    }

    /// <summary>Bedrock's own metadata, with trace and measurements.</summary>
    private void WriteOwnMetadata(OpaquePart metadata, IBufferWriter<byte> output)
    {
        _hasMetadata = true;
        AwsEventStream.WriteEvent(output, "metadata"u8, metadata.Value.Utf8);
    }

    private static void WriteError(ProviderError? error, IBufferWriter<byte> output) =>
        AwsEventStream.WriteException(output, BedrockErrors.ExceptionOf(error?.Kind ?? ProviderErrorKind.ServerError), BedrockErrors.MessageJson(error?.Message ?? "The answer failed."));

    private void OpenBlock()
    {
        if (_isOpen)
            return;
        _isOpen = true;
        _index++;
    }

    private void CloseBlock(IBufferWriter<byte> output)
    {
        _isOpen = false;
        Begin();
        _json.WriteNumber("contentBlockIndex"u8, _index);
        End("contentBlockStop"u8, output);
    }

    private void BeginStart()
    {
        Begin();
        _json.WriteNumber("contentBlockIndex"u8, _index);
        _json.WriteStartObject("start"u8);
    }

    private void EndStart(IBufferWriter<byte> output)
    {
        _json.WriteEndObject();
        End("contentBlockStart"u8, output);
    }

    private void BeginDelta()
    {
        OpenBlock();
        Begin();
        _json.WriteNumber("contentBlockIndex"u8, _index);
        _json.WriteStartObject("delta"u8);
    }

    private void EndDelta(IBufferWriter<byte> output)
    {
        _json.WriteEndObject();
        End("contentBlockDelta"u8, output);
    }

    private void Begin()
    {
        _payload.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
    }

    private void End(ReadOnlySpan<byte> eventType, IBufferWriter<byte> output)
    {
        _json.WriteEndObject();
        _json.Flush();
        AwsEventStream.WriteEvent(output, eventType, _payload.WrittenSpan);
    }
}
