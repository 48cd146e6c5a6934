using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Ollama;

/// <summary>Writes a stream of lines. Calls are written whole when they end. Only the first candidate has a place in it.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The writer holds nothing: what it writes to is the caller's, and every event is flushed.")]
internal sealed class OllamaStreamEncoder(string model) : ChatStreamEncoder
{
    private readonly StringBuilder _gathered = new();
    private Utf8JsonWriter? _writer;
    private string _model = model;
    private string _created = OllamaWords.CreatedText(null);
    private string _id = "";
    private string _name = "";
    private ChatPartKind _open;
    private MediaPart? _image;
    private int _calls;
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
                _model = step.Name is { Length: > 0 } name ? name : _model;
                _created = OllamaWords.CreatedText(step.Created);
                break;
            case ChatEventKind.PartStart:
                _open = step.PartKind;
                _id = step.Id ?? "";
                _name = step.Name ?? "";
                _image = step.Data as MediaPart;
                _gathered.Clear();
                break;
            case ChatEventKind.PartDelta:
                WriteDelta(step, output);
                break;
            case ChatEventKind.PartEnd:
                WritePartEnd(output);
                break;
            case ChatEventKind.Finish:
                _finish = step.Finish;
                _word = step.Text is "stop" or "length" or "load" or "unload" ? step.Text : null;
                break;
            case ChatEventKind.Usage:
                _usage = step.Usage;
                break;
            case ChatEventKind.Error:
                var error = Begin(output);
                error.WriteString("error"u8, step.Error?.Message ?? "The provider reported an error without a message.");
                Finish(error, output);
                break;
            default:
                WriteEnd(output);
                break;
        }
    }

    private void WriteDelta(in ChatEvent step, IBufferWriter<byte> output)
    {
        switch (_open)
        {
            case ChatPartKind.ToolCall or ChatPartKind.Media:
                _gathered.Append(step.Text);
                break;
            case ChatPartKind.Text or ChatPartKind.Refusal or ChatPartKind.Thinking when step.Text is { Length: > 0 } text:
                var isThought = _open == ChatPartKind.Thinking;
                var writer = BeginMessage(isThought ? "" : text, output);
                if (isThought)
                    writer.WriteString("thinking"u8, text);
                writer.WriteEndObject();
                if (step.Logprobs is { Count: > 0 } logprobs)
                    OllamaWords.WriteLogprobs(writer, "logprobs"u8, logprobs);
                writer.WriteBoolean("done"u8, false);
                Finish(writer, output);
                break;
            default:
                break;
        }
    }

    private void WritePartEnd(IBufferWriter<byte> output)
    {
        var base64 = _gathered.Length > 0 ? _gathered.ToString() : _image?.Base64;
        if (_open == ChatPartKind.ToolCall)
        {
            var writer = BeginMessage("", output);
            writer.WriteStartArray("tool_calls"u8);
            OllamaWords.WriteCall(writer, _id, _name, _gathered.ToString(), _calls++);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteBoolean("done"u8, false);
            Finish(writer, output);
        }
        else if (_open == ChatPartKind.Media && _image is { Kind: MediaKind.Image } && base64 is not null)
        {
            var writer = BeginMessage("", output);
            writer.WriteStartArray("images"u8);
            writer.WriteStringValue(base64);
            writer.WriteEndArray();
            writer.WriteEndObject();
            writer.WriteBoolean("done"u8, false);
            Finish(writer, output);
        }
    }

    private void WriteEnd(IBufferWriter<byte> output)
    {
        var writer = BeginMessage("", output);
        writer.WriteEndObject();
        writer.WriteString("done_reason"u8, _word ?? OllamaWords.WordOf(_finish));
        writer.WriteBoolean("done"u8, true);
        OllamaWords.WriteUsage(writer, _usage);
        Finish(writer, output);
    }

    private Utf8JsonWriter BeginMessage(string text, IBufferWriter<byte> output)
    {
        var writer = Begin(output);
        writer.WriteString("model"u8, _model);
        writer.WriteString("created_at"u8, _created);
        writer.WriteStartObject("message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        writer.WriteString("content"u8, text);
        return writer;
    }

    private Utf8JsonWriter Begin(IBufferWriter<byte> output)
    {
        if (_writer is null)
            _writer = new Utf8JsonWriter(output, JsonText.WriterOptions);
        else
            _writer.Reset(output);
        _writer.WriteStartObject();
        return _writer;
    }

    private static void Finish(Utf8JsonWriter writer, IBufferWriter<byte> output)
    {
        writer.WriteEndObject();
        writer.Flush();
        output.Write("\n"u8);
    }
}
