using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI.Chat;
using JsonValue = System.Text.Json.Nodes.JsonValue;

namespace AiGateway.Protocols.Tests.OpenAI.Chat;

/// <summary>Runs codecs over texts.</summary>
internal static class ChatTesting
{
    public static ChatRequest Request(string json, OpenAIChatCodec? codec = null) => (codec ?? OpenAIChatCodec.Instance).ReadRequest(Encoding.UTF8.GetBytes(json));

    public static ChatResponse Response(string json, OpenAIChatCodec? codec = null) => (codec ?? OpenAIChatCodec.Instance).ReadResponse(Encoding.UTF8.GetBytes(json));

    public static JsonNode Written(ChatRequest request, Translation? translation = null, OpenAIChatCodec? codec = null)
    {
        var output = new ArrayBufferWriter<byte>();
        (codec ?? OpenAIChatCodec.Instance).WriteRequest(request, translation ?? new Translation { Model = "target" }, output);
        return JsonNode.Parse(output.WrittenSpan)!;
    }

    public static JsonNode Written(ChatResponse response, ChatRequest? request = null, Translation? translation = null, OpenAIChatCodec? codec = null)
    {
        var output = new ArrayBufferWriter<byte>();
        (codec ?? OpenAIChatCodec.Instance).WriteResponse(response, request ?? new ChatRequest { Source = Dialect.OpenAIChat }, translation ?? new Translation(), output);
        return JsonNode.Parse(output.WrittenSpan)!;
    }

    /// <summary>Decodes a stream and brings it into order; null events for what follows an end.</summary>
    public static (List<ChatEvent> Events, ChatStream Stream, ChatStreamDecoder Decoder) Decode(string stream, OpenAIChatCodec? codec = null) =>
        Decode(Encoding.UTF8.GetBytes(stream), codec);

    public static (List<ChatEvent> Events, ChatStream Stream, ChatStreamDecoder Decoder) Decode(ReadOnlySpan<byte> stream, OpenAIChatCodec? codec = null)
    {
        codec ??= OpenAIChatCodec.Instance;
        var decoder = codec.CreateDecoder();
        var ordered = new ChatStream(codec.Dialect);
        var events = new List<ChatEvent>();
        var steps = new List<ChatEvent>();
        while (!stream.IsEmpty)
        {
            var scanned = 0;
            var end = SseFraming.FindEventEnd(stream, ref scanned);
            if (end < 0)
                end = stream.Length;
            steps.Clear();
            decoder.Decode(stream[..end], steps);
            foreach (var step in steps)
                ordered.Push(step, events);
            stream = stream[end..];
        }
        if (decoder.IsComplete)
            ordered.Complete(events);
        return (events, ordered, decoder);
    }

    /// <summary>Encodes steps.</summary>
    public static string Encode(IEnumerable<ChatEvent> events, ChatRequest? request = null, OpenAIChatCodec? codec = null)
    {
        var encoder = (codec ?? OpenAIChatCodec.Instance).CreateEncoder(request ?? new ChatRequest { Source = Dialect.OpenAIChat, IncludeUsage = true });
        var output = new ArrayBufferWriter<byte>();
        foreach (var step in events)
            encoder.Write(step, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The chunks of a stream.</summary>
    public static List<JsonNode> Chunks(string stream)
    {
        var chunks = new List<JsonNode>();
        foreach (var line in stream.Split('\n'))
        {
            if (line.StartsWith("data: {", StringComparison.Ordinal))
                chunks.Add(JsonNode.Parse(line[6..])!);
        }
        return chunks;
    }

    /// <summary>The place of the first difference; null when they are equal. Null, empty texts, lists and objects count as absent, numbers by value.</summary>
    public static string? Difference(JsonNode? expected, JsonNode? actual, string path = "")
    {
        if (IsEmpty(expected) && IsEmpty(actual))
            return null;
        switch (expected, actual)
        {
            case (JsonObject left, JsonObject right):
                foreach (var name in left.Select(static m => m.Key).Union(right.Select(static m => m.Key)))
                {
                    if (Difference(left[name], right[name], $"{path}.{name}") is { } difference)
                        return difference;
                }
                return null;
            case (JsonArray left, JsonArray right) when left.Count == right.Count:
                for (var i = 0; i < left.Count; i++)
                {
                    if (Difference(left[i], right[i], $"{path}[{i}]") is { } difference)
                        return difference;
                }
                return null;
            case (JsonValue left, JsonValue right) when left.GetValueKind() == JsonValueKind.Number && right.GetValueKind() == JsonValueKind.Number:
                return double.Parse(left.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) == double.Parse(right.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) ? null : path;
            default:
                return JsonNode.DeepEquals(expected, actual) ? null : $"{path}: {Short(expected)} became {Short(actual)}";
        }
    }

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null => true,
        JsonArray array => array.All(IsEmpty) && array.Count == 0,
        JsonObject members => members.All(static m => IsEmpty(m.Value)),
        JsonValue value => value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length == 0,
        _ => false,
    };

    private static string Short(JsonNode? node)
    {
        var text = node?.ToJsonString() ?? "nothing";
        return text.Length <= 100 ? text : text[..100];
    }
}
