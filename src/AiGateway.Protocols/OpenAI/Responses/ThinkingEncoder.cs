using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes thoughts; they end the message before them as soon as there are any.</summary>
internal sealed class ThinkingEncoder : ItemEncoder
{
    private readonly StreamEncoder _stream;
    private readonly EventWriter _events;
    private readonly ThinkingPart _thinking = new();
    private readonly List<string> _summaries = [];
    private readonly StringBuilder _text = new();
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
        var encrypted = ResponseWriter.Encrypted(_thinking, _stream.Source ?? Dialect.OpenAIResponses);
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
        _id = (_stream.IsOwn && _thinking.Id is not null) || ResponseWriter.IsNamed(_thinking) ? _thinking.Id! : _stream.Ids.Item("rs_", _events.OutputIndex);
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
