using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Reads ConverseStream's frames.</summary>
/// <remarks>
/// Text and thoughts have no start event, empty pieces pad the stream, and usage follows the stop. What only comes whole (a
/// server tool's call and result, hidden thoughts, pictures) is gathered and handed over at the block's end. Source:
/// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html.
/// </remarks>
internal sealed class ConverseStreamDecoder : ChatStreamDecoder
{
    private readonly List<Block> _blocks = [];
    private bool _isComplete;
    private bool _hasStructuredAnswer;
    private bool _hasCalls;

    /// <inheritdoc/>
    public override bool IsComplete => _isComplete;

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<byte> eventBytes, List<ChatEvent> events)
    {
        var frame = AwsEventStream.Parse(eventBytes);
        if (frame.IsError)
        {
            events.Add(new ChatEvent(ChatEventKind.Error) { Error = BedrockErrors.Read(frame) });
            return;
        }
        try
        {
            if (frame.EventType.SequenceEqual("contentBlockDelta"u8) && ConverseDelta.TryRead(frame.Payload, out var delta))
            {
                Delta(delta, events);
                return;
            }
            var reader = new Utf8JsonReader(frame.Payload);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ChatFormatException("An event's payload is to be an object.");
            Decode(frame.EventType, document.RootElement, events);
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            throw JsonBody.Broken("An event of the stream", exception);
        }
    }

    private void Decode(ReadOnlySpan<byte> type, JsonElement payload, List<ChatEvent> events)
    {
        if (type.SequenceEqual("contentBlockDelta"u8))
            Delta(payload, events);
        else if (type.SequenceEqual("contentBlockStart"u8))
            Start(payload, events);
        else if (type.SequenceEqual("contentBlockStop"u8))
            Stop(payload, events);
        else if (type.SequenceEqual("messageStart"u8))
            events.Add(new ChatEvent(ChatEventKind.Start));
        else if (type.SequenceEqual("messageStop"u8))
            Finish(payload, events);
        else if (type.SequenceEqual("metadata"u8))
            Metadata(payload, events);
    }

    private void Start(JsonElement payload, List<ChatEvent> events)
    {
        var index = IndexOf(payload);
        if (!payload.TryGetProperty("start", out var start) || start.ValueKind != JsonValueKind.Object)
            return;
        if (start.TryGetProperty("toolUse", out var call) && call.ValueKind == JsonValueKind.Object)
        {
            var name = ConverseJson.String(call, "name", "start.toolUse") ?? "";
            if (ConverseJson.String(call, "type", "start.toolUse") == "server_tool_use")
            {
                Open(index, ChatPartKind.Opaque).Head = call.Clone();
            }
            else if (name == StructuredAnswer.ToolName)
            {
                _hasStructuredAnswer = true;
                Open(index, ChatPartKind.Text).IsAnswer = true;
            }
            else
            {
                _hasCalls = true;
                Open(index, ChatPartKind.ToolCall);
                events.Add(new ChatEvent(ChatEventKind.PartStart)
                {
                    Part = index,
                    PartKind = ChatPartKind.ToolCall,
                    Id = ConverseJson.String(call, "toolUseId", "start.toolUse") ?? "",
                    Name = name,
                });
            }
        }
        else if (start.TryGetProperty("toolResult", out var result) && result.ValueKind == JsonValueKind.Object)
        {
            var block = Open(index, ChatPartKind.Opaque);
            block.Head = result.Clone();
            block.IsResult = true;
        }
        else if (start.TryGetProperty("image", out var image) && image.ValueKind == JsonValueKind.Object)
        {
            Open(index, ChatPartKind.Media).Format = ConverseJson.String(image, "format", "start.image") ?? "png";
        }
    }

    private void Delta(JsonElement payload, List<ChatEvent> events)
    {
        var index = IndexOf(payload);
        if (!payload.TryGetProperty("delta", out var delta) || delta.ValueKind != JsonValueKind.Object)
            return;
        if (delta.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
        {
            Text(index, text.GetString()!, events);
        }
        else if (delta.TryGetProperty("toolUse", out var call) && call.ValueKind == JsonValueKind.Object)
        {
            Arguments(index, ConverseJson.String(call, "input", "delta.toolUse") ?? "", events);
        }
        else if (delta.TryGetProperty("reasoningContent", out var reasoning) && reasoning.ValueKind == JsonValueKind.Object)
        {
            Reasoning(index, reasoning, events);
        }
        else if (delta.TryGetProperty("citation", out var citation) && citation.ValueKind == JsonValueKind.Object)
        {
            Open(index, ChatPartKind.Text);
            events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = index, PartKind = ChatPartKind.Text, Citation = ConverseBlockReader.ReadCitation(citation, "delta.citation") });
        }
        else if (delta.TryGetProperty("toolResult", out var result) && result.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in result.EnumerateArray())
                Open(index, ChatPartKind.Opaque).Items.Add(item.Clone());
        }
        else if (delta.TryGetProperty("image", out var image) && image.ValueKind == JsonValueKind.Object
            && image.TryGetProperty("source", out var source) && source.ValueKind == JsonValueKind.Object)
        {
            Open(index, ChatPartKind.Media).Add(ConverseJson.String(source, "bytes", "delta.image.source"));
        }
    }

    private void Delta(in ConverseDelta delta, List<ChatEvent> events)
    {
        switch (delta.Kind)
        {
            case ChatPartKind.ToolCall:
                Arguments(delta.Index, delta.Text!, events);
                break;
            case ChatPartKind.Thinking:
                Open(delta.Index, ChatPartKind.Thinking);
                if (delta.Text!.Length > 0)
                    events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = delta.Index, PartKind = ChatPartKind.Thinking, Text = delta.Text });
                break;
            default:
                Text(delta.Index, delta.Text!, events);
                break;
        }
    }

    private void Text(int index, string text, List<ChatEvent> events)
    {
        // Empty blocks (gpt-oss) and the gaps that a guardrail leaves are no text.
        if (text.Length == 0)
            return;
        Open(index, ChatPartKind.Text);
        events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = index, PartKind = ChatPartKind.Text, Text = text });
    }

    private void Arguments(int index, string input, List<ChatEvent> events)
    {
        var block = Find(index);
        if (block is { Kind: ChatPartKind.Opaque })
            block.Text.Append(input);
        else if (block is { IsAnswer: true })
            Text(index, input, events);
        else if (input.Length > 0)
            events.Add(new ChatEvent(ChatEventKind.PartDelta) { Part = index, PartKind = ChatPartKind.ToolCall, Text = input });
    }

    private void Reasoning(int index, JsonElement reasoning, List<ChatEvent> events)
    {
        var block = Open(index, ChatPartKind.Thinking);
        var step = new ChatEvent(ChatEventKind.PartDelta) { Part = index, PartKind = ChatPartKind.Thinking };
        if (ConverseJson.String(reasoning, "text", "delta.reasoningContent") is { Length: > 0 } text)
            events.Add(step with { Text = text });
        if (ConverseJson.String(reasoning, "signature", "delta.reasoningContent") is { Length: > 0 } signature)
            events.Add(step with { Signature = signature });
        block.Add(ConverseJson.String(reasoning, "redactedContent", "delta.reasoningContent"));
    }

    private void Stop(JsonElement payload, List<ChatEvent> events)
    {
        var index = IndexOf(payload);
        if (Find(index) is not { } block)
            return;
        _blocks.Remove(block);
        var start = new ChatEvent(ChatEventKind.PartStart) { Part = index, PartKind = block.Kind };
        switch (block.Kind)
        {
            case ChatPartKind.Thinking when block.Base64 is { } redacted:
                events.Add(start with { Data = new ThinkingPart { Encrypted = redacted } });
                break;
            case ChatPartKind.Media:
                events.Add(start with { Data = new MediaPart(MediaKind.Image) { MediaType = ConverseMedia.MediaTypeOf(MediaKind.Image, block.Format), Base64 = block.Base64 ?? "" } });
                break;
            case ChatPartKind.Opaque:
                events.Add(start with { Data = block.ToOpaque() });
                break;
            default:
                break;
        }
        events.Add(new ChatEvent(ChatEventKind.PartEnd) { Part = index, PartKind = block.Kind });
    }

    private void Finish(JsonElement payload, List<ChatEvent> events)
    {
        _isComplete = true;
        var word = ConverseJson.String(payload, "stopReason", "messageStop");
        var finish = ConverseFinish.Read(word);
        if (_hasStructuredAnswer && !_hasCalls && finish == FinishReason.ToolCalls)
        {
            finish = FinishReason.Stop;
            word = "end_turn";
        }
        var stop = payload.TryGetProperty("additionalModelResponseFields", out var fields) ? ConverseResponseReader.StopSequenceOf(fields) : null;
        events.Add(new ChatEvent(ChatEventKind.Finish) { Finish = finish, Text = word, Signature = stop });
    }

    private static void Metadata(JsonElement payload, List<ChatEvent> events)
    {
        if (payload.TryGetProperty("serviceTier", out var tier) && tier.ValueKind == JsonValueKind.Object && ConverseJson.String(tier, "type", "serviceTier") is { } word)
            events.Add(new ChatEvent(ChatEventKind.Start) { ServiceTier = word });
        if (payload.TryGetProperty("usage", out var usage) && ConverseUsage.Read(usage) is { } read)
            events.Add(new ChatEvent(ChatEventKind.Usage) { Usage = read, Data = new OpaquePart(Dialect.Converse, "metadata", JsonValue.Of(payload)) });
    }

    private static int IndexOf(JsonElement payload) =>
        payload.TryGetProperty("contentBlockIndex", out var index) && index.ValueKind == JsonValueKind.Number && index.TryGetInt32(out var number) ? number : 0;

    private Block? Find(int index)
    {
        foreach (var block in _blocks)
        {
            if (block.Index == index)
                return block;
        }
        return null;
    }

    /// <summary>The block of that number; a new one when there is none, or when the number is used again for another kind.</summary>
    private Block Open(int index, ChatPartKind kind)
    {
        if (Find(index) is { } known)
        {
            if (known.Kind == kind)
                return known;
            _blocks.Remove(known);
        }
        var block = new Block(index, kind);
        _blocks.Add(block);
        return block;
    }

    /// <summary>A block that has begun and not ended.</summary>
    private sealed class Block(int index, ChatPartKind kind)
    {
        private byte[]? _bytes;
        private StringBuilder? _text;
        private List<JsonElement>? _items;

        public int Index { get; } = index;

        public ChatPartKind Kind { get; } = kind;

        /// <summary>True when the block is the call that stands for an answer of a schema.</summary>
        public bool IsAnswer { get; set; }

        /// <summary>True for a server tool's result, false for its call.</summary>
        public bool IsResult { get; set; }

        public string Format { get; set; } = "png";

        /// <summary>The start of a server tool's call or result.</summary>
        public JsonElement Head { get; set; }

        public StringBuilder Text => _text ??= new StringBuilder();

        public List<JsonElement> Items => _items ??= [];

        /// <summary>The bytes gathered; as they came when they came in one piece.</summary>
        public string? Base64 { get; private set; }

        /// <summary>Takes a piece: each is base64 of its own, so they are joined as bytes.</summary>
        public void Add(string? base64)
        {
            if (base64 is null)
                return;
            if (Base64 is null)
            {
                Base64 = base64;
                return;
            }
            _bytes ??= Convert.FromBase64String(Base64);
            _bytes = [.. _bytes, .. Convert.FromBase64String(base64)];
            Base64 = Convert.ToBase64String(_bytes);
        }

        /// <summary>The whole block, as an answer that is not streamed holds it.</summary>
        public OpaquePart ToOpaque()
        {
            var name = IsResult ? "toolResult" : "toolUse";
            var buffer = new System.Buffers.ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            {
                writer.WriteStartObject();
                writer.WriteStartObject(name);
                if (Head.ValueKind == JsonValueKind.Object)
                {
                    foreach (var member in Head.EnumerateObject())
                        member.WriteTo(writer);
                }
                if (IsResult)
                {
                    writer.WriteStartArray("content"u8);
                    foreach (var item in Items)
                        item.WriteTo(writer);
                    writer.WriteEndArray();
                }
                else
                {
                    writer.WritePropertyName("input"u8);
                    CallArguments.Write(writer, Text.ToString());
                }
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
            return new OpaquePart(Dialect.Converse, name, JsonValue.Parse(Encoding.UTF8.GetString(buffer.WrittenSpan)));
        }
    }
}
