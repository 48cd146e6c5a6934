using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes a text or a refusal. From other dialects it begins with its first character: empty ones are not worth a message.</summary>
internal sealed class TextEncoder : ItemEncoder
{
    private readonly EventWriter _events;
    private readonly MessageEncoder _message;
    private readonly bool _isRefusal;
    private readonly StringBuilder _text = new();
    private readonly TextPart _part = new("");
    private List<TokenLogprob>? _logprobs;
    private bool _isBegun;

    public TextEncoder(EventWriter events, MessageEncoder message, bool isRefusal, IBufferWriter<byte> output)
    {
        _events = events;
        _message = message;
        _isRefusal = isRefusal;
        if (message.IsOwn)
            Begin(output);
    }

    public override void Delta(in ChatEvent step, IBufferWriter<byte> output)
    {
        if (step.Logprobs is { Count: > 0 } logprobs)
            (_logprobs ??= []).AddRange(logprobs);
        if (step.Text is { Length: > 0 } || (step.Text is not null && step.Logprobs is { Count: > 0 }))
            Text(step, output);
        if (step.Citation is { } citation && !_isRefusal && ContentWriter.HasForm(citation, _message.IsOwn))
            Cite(citation, output);
    }

    public override void End(IBufferWriter<byte> output)
    {
        if (!_isBegun)
            return;
        var text = _text.ToString();
        using (var json = _events.Begin(_isRefusal ? "response.refusal.done"u8 : "response.output_text.done"u8, output))
        {
            WritePlace(json);
            json.WriteString(_isRefusal ? "refusal"u8 : "text"u8, text);
            if (!_isRefusal)
                ContentWriter.WriteLogprobs(json, _logprobs);
            EventWriter.End(json, output);
        }
        _part.Text = text;
        var whole = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(whole, Protocols.Chat.JsonText.WriterOptions))
            WritePart(json, _part, _logprobs);
        using (var json = _events.Begin("response.content_part.done"u8, output))
        {
            WritePlace(json);
            json.WritePropertyName("part"u8);
            json.WriteRawValue(whole.WrittenSpan, skipInputValidation: true);
            EventWriter.End(json, output);
        }
        _message.Add(whole.WrittenSpan);
    }

    private void Begin(IBufferWriter<byte> output)
    {
        if (_isBegun)
            return;
        _isBegun = true;
        _message.Begin(output);
        using var json = _events.Begin("response.content_part.added"u8, output);
        WritePlace(json);
        json.WritePropertyName("part"u8);
        WritePart(json, new TextPart(""), null);
        EventWriter.End(json, output);
    }

    private void Text(in ChatEvent step, IBufferWriter<byte> output)
    {
        Begin(output);
        _text.Append(step.Text);
        using var json = _events.Begin(_isRefusal ? "response.refusal.delta"u8 : "response.output_text.delta"u8, output);
        WritePlace(json);
        json.WriteString("delta"u8, step.Text);
        if (!_isRefusal)
            ContentWriter.WriteLogprobs(json, step.Logprobs);
        EventWriter.End(json, output);
    }

    private void Cite(ChatCitation citation, IBufferWriter<byte> output)
    {
        Begin(output);
        var number = (_part.Citations ??= []).Count;
        _part.Citations.Add(citation);
        using var json = _events.Begin("response.output_text.annotation.added"u8, output);
        WritePlace(json);
        json.WriteNumber("annotation_index"u8, number);
        json.WritePropertyName("annotation"u8);
        ContentWriter.WriteCitation(json, citation, _text.Length, _message.IsOwn);
        EventWriter.End(json, output);
    }

    private void WritePlace(Utf8JsonWriter json)
    {
        _events.WritePlace(json, _message.Id);
        json.WriteNumber("content_index"u8, _message.ContentIndex);
    }

    private void WritePart(Utf8JsonWriter json, TextPart part, List<TokenLogprob>? logprobs)
    {
        if (_isRefusal)
            ContentWriter.WriteRefusal(json, new RefusalPart(part.Text), isOwn: false);
        else
            ContentWriter.WriteOutputText(json, part, _message.IsOwn, isAnswer: true, logprobs ?? []);
    }
}
