using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Reads a stream: Anthropic's server-sent events, or the same JSON inside Bedrock's chunks.</summary>
/// <remarks>
/// Blocks that only Anthropic knows are kept until they are whole. Pings, comments and events of unknown type mean nothing.
/// The whole <c>message</c> of <c>message_start</c> and the whole <c>message_delta</c> travel with the steps for callers of this dialect.
/// </remarks>
internal sealed class AnthropicStreamDecoder(StreamFraming framing) : ChatStreamDecoder
{
    private readonly AnthropicUsage _usage = new();
    private readonly List<Block> _blocks = [];
    private byte[] _joined = [];
    private bool _answered;
    private bool _called;
    private bool _isComplete;

    public override bool IsComplete => _isComplete;

    public override void Decode(ReadOnlySpan<byte> eventBytes, List<ChatEvent> events)
    {
        if (framing == StreamFraming.AwsEventStream)
            DecodeFrame(eventBytes, events);
        else
            DecodeJson(SseFraming.WholeData(SseFraming.Parse(eventBytes), eventBytes, ref _joined), events);
    }

    private void DecodeFrame(ReadOnlySpan<byte> frameBytes, List<ChatEvent> events)
    {
        var frame = AwsEventStream.Parse(frameBytes);
        if (frame.IsError)
            events.Add(new ChatEvent(ChatEventKind.Error) { Error = BedrockErrors.Read(frame) });
        else if (frame.EventType.SequenceEqual("chunk"u8))
            DecodeJson(InvokeStream.ReadChunk(frame.Payload), events);
    }

    private void DecodeJson(ReadOnlySpan<byte> json, List<ChatEvent> events)
    {
        json = json.Trim(" \t\r\n"u8);
        if (json.IsEmpty || json.SequenceEqual("[DONE]"u8))
            return;
        try
        {
            if (AnthropicDelta.TryRead(json, out var delta) && DecodeDelta(delta, events))
                return;
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.BytesConsumed != json.Length || document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ChatFormatException("An event's data must be one JSON object.");
            DecodeEvent(document.RootElement, json, events);
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            throw JsonBody.Broken("An event of the stream", exception);
        }
    }

    private void DecodeEvent(JsonElement root, ReadOnlySpan<byte> json, List<ChatEvent> events)
    {
        var type = root.Member("type"u8);
        if (type.ValueKind != JsonValueKind.String)
        {
            if (root.Member("error"u8).ValueKind == JsonValueKind.Object)
                events.Add(new ChatEvent(ChatEventKind.Error) { Error = AnthropicErrors.Read(0, json) });
            return;
        }
        if (type.ValueEquals("content_block_delta"u8))
        {
            var delta = root.Member("delta"u8);
            if (delta.ValueKind == JsonValueKind.Object)
                DecodeDelta(Index(root), delta, events);
        }
        else if (type.ValueEquals("content_block_start"u8))
        {
            DecodeBlockStart(Index(root), root.Member("content_block"u8), events);
        }
        else if (type.ValueEquals("content_block_stop"u8))
        {
            DecodeBlockStop(Index(root), events);
        }
        else if (type.ValueEquals("message_start"u8))
        {
            DecodeStart(root.Member("message"u8), events);
        }
        else if (type.ValueEquals("message_delta"u8))
        {
            DecodeMessageDelta(root, events);
        }
        else if (type.ValueEquals("message_stop"u8))
        {
            _isComplete = true;
            // Bedrock's own count stands beside the event; the model's, which tells caches apart, is better where there is one.
            if (_usage.ToUsage() is null && _usage.TakeBedrock(root.Member("amazon-bedrock-invocationMetrics"u8)))
                events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = _usage.ToUsage() });
        }
        else if (type.ValueEquals("error"u8))
        {
            events.Add(new ChatEvent(ChatEventKind.Error) { Error = AnthropicErrors.Read(0, json) });
        }
    }

    private static int Index(JsonElement root) => root.Member("index"u8) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var index) ? index : 0;

    private void DecodeStart(JsonElement message, List<ChatEvent> events)
    {
        message.MustBe(JsonValueKind.Object, "message");
        _usage.Take(message.Member("usage"u8));
        events.Add(new ChatEvent(ChatEventKind.Start)
        {
            Id = message.Member("id"u8).TextOrNull(),
            Name = message.Member("model"u8).TextOrNull(),
            ServiceTier = _usage.ServiceTier,
            Data = new OpaquePart(Dialect.Anthropic, "message", JsonValue.Of(message)),
        });
        if (_usage.ToUsage() is { } usage)
            events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = usage });
    }

    private void DecodeMessageDelta(JsonElement root, List<ChatEvent> events)
    {
        FlushOpaque(events);
        var delta = root.Member("delta"u8);
        if (delta.Member("stop_reason"u8).TextOrNull() is { } reason)
        {
            if (_answered && !_called && reason == "tool_use")
                reason = "end_turn";
            events.Add(new ChatEvent(ChatEventKind.Finish) { Finish = AnthropicFinish.Of(reason), Text = reason, Signature = delta.Member("stop_sequence"u8).TextOrNull() });
        }
        _usage.Take(root.Member("usage"u8));
        if (_usage.ToUsage() is { } usage)
            events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = usage, Data = new OpaquePart(Dialect.Anthropic, "message_delta", JsonValue.Of(root)) });
    }

    private void DecodeBlockStart(int index, JsonElement element, List<ChatEvent> events)
    {
        element.MustBe(JsonValueKind.Object, "content_block");
        var type = element.Member("type"u8).RequiredText("content_block.type");
        var part = new ChatEvent(ChatEventKind.PartStart) { Part = index };
        switch (type)
        {
            case "text":
                SetBlock(index, ChatPartKind.Text);
                events.Add(part with { PartKind = ChatPartKind.Text });
                AddText(index, ChatPartKind.Text, element.Member("text"u8).TextOrNull(), events);
                if (element.Member("citations"u8) is { ValueKind: JsonValueKind.Array } citations)
                {
                    foreach (var citation in citations.EnumerateArray())
                        events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = index, PartKind = ChatPartKind.Text, Citation = AnthropicBlockReader.ReadCitation(citation) });
                }
                break;
            case "thinking":
                SetBlock(index, ChatPartKind.Thinking);
                events.Add(part with { PartKind = ChatPartKind.Thinking });
                AddText(index, ChatPartKind.Thinking, element.Member("thinking"u8).TextOrNull(), events);
                AddSignature(index, element.Member("signature"u8).TextOrNull(), events);
                break;
            case "redacted_thinking":
                SetBlock(index, ChatPartKind.Thinking);
                events.Add(part with { PartKind = ChatPartKind.Thinking, Data = AnthropicBlockReader.Read(element) });
                break;
            case "tool_use":
                StartCall(index, element, events);
                break;
            default:
                SetBlock(index, ChatPartKind.Opaque).Start(type, JsonValue.Of(element));
                break;
        }
    }

    private void StartCall(int index, JsonElement element, List<ChatEvent> events)
    {
        var call = (ToolCallPart)AnthropicBlockReader.Read(element);
        var isAnswer = call.Name == AnthropicCodec.AnswerTool;
        _answered |= isAnswer;
        _called |= !isAnswer;
        var kind = isAnswer ? ChatPartKind.Text : ChatPartKind.ToolCall;
        SetBlock(index, kind);
        events.Add(isAnswer
            ? new ChatEvent(ChatEventKind.PartStart) { Part = index, PartKind = kind }
            : new ChatEvent(ChatEventKind.PartStart) { Part = index, PartKind = kind, Id = call.Id, Name = call.Name, Data = call.Extensions is null && call.Own is null ? null : call });

        // The input begins as an empty object and comes in pieces; who sends it whole sends no pieces.
        if (element.Member("input"u8) is { ValueKind: JsonValueKind.Object } input && input.EnumerateObject().MoveNext())
            AddText(index, kind, call.Arguments, events);
    }

    private bool DecodeDelta(in AnthropicDelta delta, List<ChatEvent> events)
    {
        var block = Find(delta.Index);
        if (block is { Kind: ChatPartKind.Opaque })
            return false;
        if (delta.What == AnthropicDelta.Kind.Signature)
            AddSignature(delta.Index, delta.Text, events);
        else if (delta.What == AnthropicDelta.Kind.Arguments)
            AddText(delta.Index, block?.Kind ?? ChatPartKind.ToolCall, delta.Text, events);
        else
            AddText(delta.Index, delta.What == AnthropicDelta.Kind.Text ? ChatPartKind.Text : ChatPartKind.Thinking, delta.Text, events);
        return true;
    }

    private void DecodeDelta(int index, JsonElement delta, List<ChatEvent> events)
    {
        var type = delta.Member("type"u8);
        if (type.ValueKind != JsonValueKind.String)
            throw new ChatFormatException("Is missing.", "delta.type");
        var block = Find(index);
        if (block is { Kind: ChatPartKind.Opaque })
            block.Take(delta);
        else if (type.ValueEquals("text_delta"u8))
            AddText(index, ChatPartKind.Text, delta.Member("text"u8).Text("delta.text"), events);
        else if (type.ValueEquals("input_json_delta"u8))
            AddText(index, block?.Kind ?? ChatPartKind.ToolCall, delta.Member("partial_json"u8).Text("delta.partial_json"), events);
        else if (type.ValueEquals("thinking_delta"u8))
            AddText(index, ChatPartKind.Thinking, delta.Member("thinking"u8).Text("delta.thinking"), events);
        else if (type.ValueEquals("signature_delta"u8))
            AddSignature(index, delta.Member("signature"u8).Text("delta.signature"), events);
        else if (type.ValueEquals("citations_delta"u8) && delta.Member("citation"u8) is { ValueKind: JsonValueKind.Object } citation)
            events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = index, PartKind = ChatPartKind.Text, Citation = AnthropicBlockReader.ReadCitation(citation) });
    }

    private static void AddText(int index, ChatPartKind kind, string? text, List<ChatEvent> events)
    {
        if (text is { Length: > 0 })
            events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = index, PartKind = kind, Text = text });
    }

    private static void AddSignature(int index, string? signature, List<ChatEvent> events)
    {
        if (signature is { Length: > 0 })
            events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = index, PartKind = ChatPartKind.Thinking, Signature = signature });
    }

    private void DecodeBlockStop(int index, List<ChatEvent> events)
    {
        if (Find(index) is not { } block)
            return;
        if (block.Kind == ChatPartKind.Opaque)
            block.Finish(index, events);
        else
            events.Add(new ChatEvent(ChatEventKind.PartEnd) { Part = index, PartKind = block.Kind });
    }

    private void FlushOpaque(List<ChatEvent> events)
    {
        for (var i = 0; i < _blocks.Count; i++)
        {
            if (_blocks[i].Kind == ChatPartKind.Opaque)
                _blocks[i].Finish(_blocks[i].Index, events);
        }
    }

    private Block? Find(int index)
    {
        for (var i = _blocks.Count - 1; i >= 0; i--)
        {
            if (_blocks[i].Index == index)
                return _blocks[i];
        }
        return null;
    }

    private Block SetBlock(int index, ChatPartKind kind)
    {
        var block = new Block(index, kind);
        if (Find(index) is { } old)
            _blocks.Remove(old);
        _blocks.Add(block);
        return block;
    }

    /// <summary>A block that is being read.</summary>
    private sealed class Block(int index, ChatPartKind kind)
    {
        private readonly StringBuilder _pieces = new();
        private string _type = "";
        private string _member = "input";
        private JsonValue _start;
        private bool _isDone;

        public int Index { get; } = index;

        public ChatPartKind Kind { get; } = kind;

        public void Start(string type, JsonValue start)
        {
            _type = type;
            _start = start;
        }

        public void Take(JsonElement delta)
        {
            if (delta.Member("partial_json"u8).TextOrNull() is { } piece)
            {
                _pieces.Append(piece);
            }
            else if (delta.Member("content"u8).TextOrNull() is { } content)
            {
                _member = "content";
                _pieces.Append(content);
            }
        }

        public void Finish(int index, List<ChatEvent> events)
        {
            if (_isDone)
                return;
            _isDone = true;
            var part = new OpaquePart(Dialect.Anthropic, _type, _pieces.Length == 0 ? _start : Whole());
            events.Add(new ChatEvent(ChatEventKind.PartStart) { Part = index, PartKind = ChatPartKind.Opaque, Data = part });
            events.Add(new ChatEvent(ChatEventKind.PartEnd) { Part = index, PartKind = ChatPartKind.Opaque });
        }

        /// <summary>The block with what came in pieces in its place.</summary>
        private JsonValue Whole()
        {
            var pieces = _pieces.ToString();
            var value = _member == "input" && JsonBody.IsObject(Encoding.UTF8.GetBytes(pieces)) ? JsonValue.Parse(pieces) : JsonValue.OfString(pieces);
            using var document = _start.Open();
            var members = new JsonMembers();
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (!member.NameEquals(_member))
                    members.Add(member.Name, JsonValue.Of(member.Value));
            }
            return members.Add(_member, value).ToValue();
        }
    }
}
