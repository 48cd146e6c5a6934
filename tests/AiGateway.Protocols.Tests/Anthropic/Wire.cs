using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;
using NodeValue = System.Text.Json.Nodes.JsonValue;

namespace AiGateway.Protocols.Tests.Anthropic;

/// <summary>Runs the codec over texts and compares JSON by value.</summary>
internal static class Wire
{
    public static readonly AnthropicCodec Codec = AnthropicCodec.Instance;

    public static ChatRequest Request(string json) => Codec.ReadRequest(Encoding.UTF8.GetBytes(json));

    public static ChatResponse Response(string json) => Codec.ReadResponse(Encoding.UTF8.GetBytes(json));

    public static JsonNode Write(ChatRequest request, out Translation translation, AnthropicCodec? codec = null, string model = "", TargetTraits? traits = null)
    {
        translation = new Translation { Model = model, Traits = traits ?? TargetTraits.Default };
        var output = new ArrayBufferWriter<byte>();
        (codec ?? Codec).WriteRequest(request, translation, output);
        return JsonNode.Parse(output.WrittenSpan)!;
    }

    public static JsonNode Write(ChatResponse response, out Translation translation, ChatRequest? request = null)
    {
        translation = new Translation();
        var output = new ArrayBufferWriter<byte>();
        Codec.WriteResponse(response, request ?? new ChatRequest { Source = Dialect.Anthropic, Model = "asked" }, translation, output);
        return JsonNode.Parse(output.WrittenSpan)!;
    }

    /// <summary>Cuts a stream into events.</summary>
    public static List<byte[]> Cut(ReadOnlySpan<byte> stream)
    {
        var events = new List<byte[]>();
        while (!stream.IsEmpty)
        {
            var scanned = 0;
            var end = SseFraming.FindEventEnd(stream, ref scanned);
            if (end < 0)
                end = stream.Length;
            events.Add(stream[..end].ToArray());
            stream = stream[end..];
        }
        return events;
    }

    /// <summary>Decodes a stream, orders its steps, encodes them again.</summary>
    public static (ChatStream Stream, List<ChatEvent> Steps, byte[] Encoded, bool IsComplete) Through(ReadOnlySpan<byte> stream, Dialect source = Dialect.Anthropic)
    {
        var decoder = Codec.CreateDecoder();
        var chat = new ChatStream(source);
        var steps = new List<ChatEvent>();
        var decoded = new List<ChatEvent>();
        foreach (var one in Cut(stream))
        {
            decoded.Clear();
            decoder.Decode(one, decoded);
            foreach (var step in decoded)
                chat.Push(step, steps);
        }
        if (decoder.IsComplete)
            chat.Complete(steps);
        return (chat, steps, Encode(steps), decoder.IsComplete);
    }

    public static byte[] Encode(IEnumerable<ChatEvent> steps, AnthropicCodec? codec = null)
    {
        var encoder = (codec ?? Codec).CreateEncoder(new ChatRequest { Source = Dialect.Anthropic, Model = "asked" });
        var output = new ArrayBufferWriter<byte>();
        foreach (var step in steps)
            encoder.Write(step, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The data of each event, by <c>JSON.parse</c> as it were.</summary>
    public static List<JsonNode> Data(ReadOnlySpan<byte> stream)
    {
        var nodes = new List<JsonNode>();
        foreach (var one in Cut(stream))
        {
            var sse = SseFraming.Parse(one);
            if (!sse.Data.Exists)
                continue;
            var node = JsonNode.Parse(sse.Data.Of(one))!;
            Assert.Equal(Encoding.UTF8.GetString(sse.Name.Of(one)), node["type"]!.GetValue<string>());
            nodes.Add(node);
        }
        return nodes;
    }

    /// <summary>Gathers a message from a stream's events as the official SDKs do, and is as strict about their order.</summary>
    public static JsonNode Gather(List<JsonNode> events)
    {
        JsonObject? message = null;
        var open = -1;
        var arguments = new StringBuilder();
        foreach (var one in events)
        {
            switch (one["type"]!.GetValue<string>())
            {
                case "message_start":
                    Assert.Null(message);
                    message = one["message"]!.DeepClone().AsObject();
                    break;
                case "content_block_start":
                    Assert.Equal(-1, open);
                    open = one["index"]!.GetValue<int>();
                    Assert.Equal(message!["content"]!.AsArray().Count, open);
                    message["content"]!.AsArray().Add(one["content_block"]!.DeepClone());
                    arguments.Clear();
                    break;
                case "content_block_delta":
                    Assert.Equal(open, one["index"]!.GetValue<int>());
                    Apply(message!["content"]![open]!.AsObject(), one["delta"]!.AsObject(), arguments);
                    break;
                case "content_block_stop":
                    Assert.Equal(open, one["index"]!.GetValue<int>());
                    if (arguments.Length > 0)
                        message!["content"]![open]!["input"] = JsonNode.Parse(arguments.ToString());
                    open = -1;
                    break;
                case "message_delta":
                    Assert.Equal(-1, open);
                    foreach (var (name, value) in one["delta"]!.AsObject())
                        message![name] = value?.DeepClone();
                    foreach (var (name, value) in one["usage"]!.AsObject())
                        message!["usage"]![name] = value?.DeepClone();
                    if (one["context_management"] is { } management)
                        message!["context_management"] = management.DeepClone();
                    break;
                default:
                    break;
            }
        }
        return message!;
    }

    /// <summary>Where two values differ; null when nowhere. Null members count as absent.</summary>
    public static string? Difference(JsonNode? expected, JsonNode? actual, string path = "$")
    {
        switch (expected, actual)
        {
            case (null, null):
                return null;
            case (JsonObject one, JsonObject other):
                foreach (var (name, value) in one)
                {
                    if (Difference(value, other[name], $"{path}.{name}") is { } inside)
                        return inside;
                }
                foreach (var (name, value) in other)
                {
                    if (value is not null && one[name] is null)
                        return $"{path}.{name} was added";
                }
                return null;
            case (JsonArray one, JsonArray other):
                if (one.Count != other.Count)
                    return $"{path} has {other.Count} elements, not {one.Count}";
                for (var i = 0; i < one.Count; i++)
                {
                    if (Difference(one[i], other[i], $"{path}[{i}]") is { } inside)
                        return inside;
                }
                return null;
            case (NodeValue one, NodeValue other) when one.GetValueKind() == JsonValueKind.Number && other.GetValueKind() == JsonValueKind.Number:
                return decimal.Parse(one.ToJsonString(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture)
                    == decimal.Parse(other.ToJsonString(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture) ? null : $"{path}: {one} became {other}";
            default:
                return JsonNode.DeepEquals(expected, actual) ? null : $"{path}: {Short(expected)} became {Short(actual)}";
        }
    }

    private static void Apply(JsonObject block, JsonObject delta, StringBuilder arguments)
    {
        switch (delta["type"]!.GetValue<string>())
        {
            case "text_delta":
                block["text"] = block["text"]!.GetValue<string>() + delta["text"]!.GetValue<string>();
                break;
            case "thinking_delta":
                block["thinking"] = block["thinking"]!.GetValue<string>() + delta["thinking"]!.GetValue<string>();
                break;
            case "signature_delta":
                block["signature"] = delta["signature"]!.GetValue<string>();
                break;
            case "input_json_delta":
                arguments.Append(delta["partial_json"]!.GetValue<string>());
                break;
            case "citations_delta":
                if (block["citations"] is null)
                    block["citations"] = new JsonArray();
                block["citations"]!.AsArray().Add(delta["citation"]!.DeepClone());
                break;
            case "compaction_delta":
                block["content"] = delta["content"]!.GetValue<string>();
                break;
            default:
                Assert.Fail($"A delta that no SDK knows: {delta}");
                break;
        }
    }

    private static string Short(JsonNode? node)
    {
        var text = node?.ToJsonString() ?? "nothing";
        return text[..Math.Min(text.Length, 120)];
    }
}
