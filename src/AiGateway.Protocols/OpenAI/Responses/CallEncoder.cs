using System.Buffers;
using System.Text;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Writes a call and its arguments.</summary>
internal sealed class CallEncoder : ItemEncoder
{
    private readonly EventWriter _events;
    private readonly ToolCallPart _call;
    private readonly string _id;
    private readonly string _callId;
    private readonly OutputIds _ids;
    private readonly Dialect? _source;
    private readonly bool _isOwn;
    private readonly Dialect? _signer;
    private string? _signature;
    private readonly StringBuilder _arguments = new();

    public CallEncoder(EventWriter events, in ChatEvent step, OutputIds ids, Dialect? source, IBufferWriter<byte> output)
    {
        var isOwn = source == Dialect.OpenAIResponses;
        _events = events;
        _ids = ids;
        _source = source;
        _isOwn = isOwn;
        _signature = step.Signature;
        _signer = step.Data?.SignedBy;
        var given = step.Data as ToolCallPart;
        var name = step.Name ?? given?.Name ?? "";
        var isCustom = given?.IsCustom ?? false;
        _call = new ToolCallPart { Name = name, IsCustom = isCustom, Item = given?.Item, Extensions = given?.Extensions };
        _id = isOwn && given?.ItemId is { } own ? own : ids.Item(isCustom ? "ctc_" : "fc_", events.OutputIndex);
        _callId = step.Id is { Length: > 0 } callId ? callId : ids.Item("call_", events.OutputIndex);
        events.Add(output, json =>
        {
            // The arguments are still to come: no empty object in their place.
            json.WriteStartObject();
            json.WriteString("type"u8, isCustom ? "custom_tool_call"u8 : "function_call"u8);
            json.WriteString("id"u8, _id);
            json.WriteString("call_id"u8, _callId);
            json.WriteString("name"u8, name);
            json.WriteString(isCustom ? "input"u8 : "arguments"u8, ""u8);
            json.WriteString("status"u8, "in_progress"u8);
            if (isOwn)
                _call.Extensions?.WriteTo(json);
            json.WriteEndObject();
        });
    }

    public override void Delta(in ChatEvent step, IBufferWriter<byte> output)
    {
        _signature = step.Signature is null ? _signature : _signature + step.Signature;
        if (step.Text is not { Length: > 0 } text)
            return;
        _arguments.Append(text);
        WriteDelta(text, output);
    }

    public override void End(IBufferWriter<byte> output)
    {
        if (_arguments.Length == 0 && !_isOwn && !_call.IsCustom)
        {
            // A call without arguments: clients parse them.
            _arguments.Append("{}");
            WriteDelta("{}", output);
        }
        _call.Arguments = _arguments.ToString();
        using (var json = _events.Begin(_call.IsCustom ? "response.custom_tool_call_input.done"u8 : "response.function_call_arguments.done"u8, output))
        {
            _events.WritePlace(json, _id);
            if (!_call.IsCustom)
                json.WriteString("name"u8, _call.Name);
            json.WriteString(_call.IsCustom ? "input"u8 : "arguments"u8, _call.Arguments);
            EventWriter.End(json, output);
        }
        _events.Finish(output, json => ItemWriter.WriteCall(json, _call, _id, _callId, "completed", _isOwn));
        if (_isOwn || _signature is null || (_signer ?? _source) is not { } owner)
            return;

        // Behind the call, where the reader looks for it.
        var id = _ids.Item("rs_", _events.OutputIndex);
        var packed = SignatureEnvelope.Pack(owner, SignatureEnvelope.Call, _signature);
        _events.Add(output, json => ItemWriter.WriteThinking(json, new ThinkingPart(), id, encrypted: null, isOwn: false));
        _events.Finish(output, json => ItemWriter.WriteThinking(json, new ThinkingPart(), id, packed, isOwn: false));
    }

    private void WriteDelta(string text, IBufferWriter<byte> output)
    {
        using var json = _events.Begin(_call.IsCustom ? "response.custom_tool_call_input.delta"u8 : "response.function_call_arguments.delta"u8, output);
        _events.WritePlace(json, _id);
        json.WriteString("delta"u8, text);
        EventWriter.End(json, output);
    }
}
