using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Cohere;

/// <summary>Writes a stream of server-sent events. Only the first candidate has a place in it.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The writer holds nothing: what it writes to is the caller's, and every event is flushed.")]
internal sealed class CohereStreamEncoder : ChatStreamEncoder
{
    private Utf8JsonWriter? _writer;
    private ChatPartKind _open;
    private bool _isOpen;
    private bool _isPlan;
    private bool _started;
    private int _contents;
    private int _calls;
    private int _citations;
    private FinishReason _finish;
    private string? _word;
    private Usage? _usage;

    public override void Write(in ChatEvent step, IBufferWriter<byte> output)
    {
        if (step.Candidate != 0)
            return;
        switch (step.Kind)
        {
            case ChatEventKind.Start:
                WriteStart(step.Id, output);
                break;
            case ChatEventKind.PartStart:
                WritePartStart(step, output);
                break;
            case ChatEventKind.PartDelta:
                WriteDelta(step, output);
                break;
            case ChatEventKind.PartEnd:
                WritePartEnd(output);
                break;
            case ChatEventKind.Finish:
                _finish = step.Finish;
                _word = step.Text;
                break;
            case ChatEventKind.Usage:
                _usage = step.Usage;
                break;
            case ChatEventKind.Error:
                if (!_started)
                    WriteStart(null, output);
                WritePartEnd(output);
                WriteEnd(step.Error?.Message ?? "The provider reported an error without a message.", output);
                break;
            default:
                WriteEnd(null, output);
                break;
        }
    }

    private void WriteStart(string? id, IBufferWriter<byte> output)
    {
        _started = true;
        var writer = Begin("message-start"u8, output);
        writer.WriteString("id"u8, id ?? "");
        writer.WriteString("type"u8, "message-start"u8);
        writer.WritePropertyName("delta"u8);
        writer.WriteRawValue("""{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}"""u8, skipInputValidation: true);
        Finish(writer, output);
    }

    private void WritePartStart(in ChatEvent step, IBufferWriter<byte> output)
    {
        _open = step.PartKind == ChatPartKind.Refusal ? ChatPartKind.Text : step.PartKind;
        _isPlan = step.Data is ThinkingPart thinking && CohereWords.IsPlan(thinking);
        _isOpen = _open is ChatPartKind.Text or ChatPartKind.Thinking or ChatPartKind.ToolCall && !_isPlan;
        if (!_isOpen)
            return;
        if (_open == ChatPartKind.ToolCall)
        {
            var writer = Begin("tool-call-start"u8, output);
            Delta(writer, "tool-call-start"u8, _calls, "tool_calls"u8);
            writer.WriteString("id"u8, step.Id is { Length: > 0 } id ? id : string.Create(CultureInfo.InvariantCulture, $"call_{_calls + 1}"));
            writer.WriteString("type"u8, "function"u8);
            writer.WriteStartObject("function"u8);
            writer.WriteString("name"u8, step.Name ?? "");
            writer.WriteString("arguments"u8, ""u8);
            writer.WriteEndObject();
            EndDelta(writer, output);
        }
        else
        {
            var writer = Begin("content-start"u8, output);
            Delta(writer, "content-start"u8, _contents, "content"u8);
            var name = _open == ChatPartKind.Thinking ? "thinking"u8 : "text"u8;
            writer.WriteString("type"u8, name);
            writer.WriteString(name, ""u8);
            EndDelta(writer, output);
        }
    }

    private void WriteDelta(in ChatEvent step, IBufferWriter<byte> output)
    {
        if (_isPlan && step.Text is { Length: > 0 } plan)
        {
            var writer = Begin("tool-plan-delta"u8, output);
            writer.WriteString("type"u8, "tool-plan-delta"u8);
            writer.WriteStartObject("delta"u8);
            writer.WriteStartObject("message"u8);
            writer.WriteString("tool_plan"u8, plan);
            writer.WriteEndObject();
            writer.WriteEndObject();
            Finish(writer, output);
        }
        if (!_isOpen)
            return;
        if (step.Text is { Length: > 0 } text)
        {
            if (_open == ChatPartKind.ToolCall)
                WriteArguments(text, output);
            else
                WriteText(text, step.Logprobs, output);
        }
        if (step.Citation is { } citation && _open == ChatPartKind.Text)
            WriteCitation(citation, output);
    }

    private void WriteArguments(string text, IBufferWriter<byte> output)
    {
        var writer = Begin("tool-call-delta"u8, output);
        Delta(writer, "tool-call-delta"u8, _calls, "tool_calls"u8);
        writer.WriteStartObject("function"u8);
        writer.WriteString("arguments"u8, text);
        writer.WriteEndObject();
        EndDelta(writer, output);
    }

    private void WriteText(string text, IReadOnlyList<TokenLogprob>? logprobs, IBufferWriter<byte> output)
    {
        var writer = Begin("content-delta"u8, output);
        Delta(writer, "content-delta"u8, _contents, "content"u8);
        writer.WriteString(_open == ChatPartKind.Thinking ? "thinking"u8 : "text"u8, text);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        if (logprobs is { Count: > 0 })
        {
            writer.WritePropertyName("logprobs"u8);
            var sum = 0.0;
            foreach (var logprob in logprobs)
                sum += logprob.Logprob;
            CohereWords.WriteLogprob(writer, new TokenLogprob(text, sum));
        }
        Finish(writer, output);
    }

    private void WriteCitation(ChatCitation citation, IBufferWriter<byte> output)
    {
        var writer = Begin("citation-start"u8, output);
        writer.WriteString("type"u8, "citation-start"u8);
        writer.WriteNumber("index"u8, _citations);
        writer.WriteStartObject("delta"u8);
        writer.WriteStartObject("message"u8);
        writer.WritePropertyName("citations"u8);
        CohereWords.WriteCitation(writer, citation, _contents, IsCohere(citation));
        writer.WriteEndObject();
        writer.WriteEndObject();
        Finish(writer, output);
        WriteIndex("citation-end"u8, _citations++, output);
    }

    /// <summary>Steps do not say where they come from; only Cohere's citations have sources.</summary>
    private static bool IsCohere(ChatCitation citation) => citation.Native.Utf8.IndexOf("\"sources\""u8) >= 0;

    private void WritePartEnd(IBufferWriter<byte> output)
    {
        _isPlan = false;
        if (!_isOpen)
            return;
        _isOpen = false;
        if (_open == ChatPartKind.ToolCall)
            WriteIndex("tool-call-end"u8, _calls++, output);
        else
            WriteIndex("content-end"u8, _contents++, output);
    }

    private void WriteEnd(string? error, IBufferWriter<byte> output)
    {
        var writer = Begin("message-end"u8, output);
        writer.WriteString("type"u8, "message-end"u8);
        writer.WriteStartObject("delta"u8);
        if (error is not null)
            writer.WriteString("error"u8, error);
        var isOwnWord = CohereWords.FinishOf(_word) != FinishReason.Unknown;
        writer.WriteString("finish_reason"u8, error is not null ? "ERROR" : isOwnWord ? _word : CohereWords.WordOf(_finish));
        if (_usage is { } usage)
            CohereWords.WriteUsage(writer, usage, default, default);
        writer.WriteEndObject();
        Finish(writer, output);
        output.Write("data: [DONE]\n\n"u8);
    }

    private void WriteIndex(ReadOnlySpan<byte> type, int index, IBufferWriter<byte> output)
    {
        var writer = Begin(type, output);
        writer.WriteString("type"u8, type);
        writer.WriteNumber("index"u8, index);
        Finish(writer, output);
    }

    private Utf8JsonWriter Begin(ReadOnlySpan<byte> type, IBufferWriter<byte> output)
    {
        output.Write("event: "u8);
        output.Write(type);
        output.Write("\ndata: "u8);
        if (_writer is null)
            _writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        else
            _writer.Reset(output);
        _writer.WriteStartObject();
        return _writer;
    }

    private static void Delta(Utf8JsonWriter writer, ReadOnlySpan<byte> type, int index, ReadOnlySpan<byte> member)
    {
        writer.WriteString("type"u8, type);
        writer.WriteNumber("index"u8, index);
        writer.WriteStartObject("delta"u8);
        writer.WriteStartObject("message"u8);
        writer.WriteStartObject(member);
    }

    private static void EndDelta(Utf8JsonWriter writer, IBufferWriter<byte> output)
    {
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndObject();
        Finish(writer, output);
    }

    private static void Finish(Utf8JsonWriter writer, IBufferWriter<byte> output)
    {
        writer.WriteEndObject();
        writer.Flush();
        output.Write("\n\n"u8);
    }
}
