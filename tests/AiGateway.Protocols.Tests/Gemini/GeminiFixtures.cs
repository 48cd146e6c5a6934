using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.Gemini;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Shared steps of the dialect's tests.</summary>
internal static class GeminiFixtures
{
    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static ChatRequest Request(string json) => GeminiCodec.Instance.ReadRequest(Utf8(json));

    public static ChatResponse Response(string json) => GeminiCodec.Instance.ReadResponse(Utf8(json));

    public static JsonNode Write(ChatRequest request, Translation? translation = null)
    {
        var output = new ArrayBufferWriter<byte>();
        GeminiCodec.Instance.WriteRequest(request, translation ?? new Translation(), output);
        return JsonNode.Parse(output.WrittenSpan)!;
    }

    public static JsonNode Write(ChatResponse response, Translation? translation = null)
    {
        var output = new ArrayBufferWriter<byte>();
        GeminiCodec.Instance.WriteResponse(response, new ChatRequest { Source = Dialect.Gemini }, translation ?? new Translation(), output);
        return JsonNode.Parse(output.WrittenSpan)!;
    }

    /// <summary>Asserts equality as JSON: member order free, numbers by value.</summary>
    public static void AssertJson(string expected, JsonNode? actual)
    {
        var wanted = JsonNode.Parse(expected);
        Assert.True(JsonNode.DeepEquals(wanted, actual), $"Expected {wanted?.ToJsonString()}\nActual   {actual?.ToJsonString()}");
    }

    /// <summary>Runs a stream through the decoder, as the gateway would.</summary>
    public static (List<ChatEvent> Events, bool IsComplete) Decode(ReadOnlySpan<byte> stream)
    {
        var decoder = GeminiCodec.Instance.CreateDecoder();
        var events = new List<ChatEvent>();
        while (!stream.IsEmpty)
        {
            var scanned = 0;
            var end = SseFraming.FindEventEnd(stream, ref scanned);
            if (end < 0)
                end = stream.Length;
            decoder.Decode(stream[..end], events);
            stream = stream[end..];
        }
        return (events, decoder.IsComplete);
    }

    /// <summary>Brings decoded steps into order.</summary>
    public static (ChatResponse Response, List<ChatEvent> Steps) Gather(List<ChatEvent> events, Dialect source = Dialect.Gemini)
    {
        var stream = new ChatStream(source);
        var steps = new List<ChatEvent>();
        foreach (var step in events)
            stream.Push(step, steps);
        stream.Complete(steps);
        return (stream.Response, steps);
    }

    public static byte[] Encode(List<ChatEvent> steps, bool asArray = false)
    {
        var encoder = GeminiCodec.Instance.CreateEncoder(new ChatRequest { Source = Dialect.Gemini }, asArray);
        var output = new ArrayBufferWriter<byte>();
        foreach (var step in steps)
            encoder.Write(step, output);
        return output.WrittenSpan.ToArray();
    }

    public static string Sse(params string[] events) => string.Concat(events.Select(static data => "data: " + data + "\r\n\r\n"));

    /// <summary>The JSON in a stream's events.</summary>
    public static List<JsonNode> Chunks(byte[] stream) =>
        [.. Encoding.UTF8.GetString(stream).Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(static text => JsonNode.Parse(text["data: ".Length..])!)];

    public static ChatMessage Message(ChatRole role, params ChatPart[] parts)
    {
        var message = new ChatMessage { Role = role };
        message.Parts.AddRange(parts);
        return message;
    }

    public static ChatRequest Foreign(params ChatMessage[] messages)
    {
        var request = new ChatRequest { Source = Dialect.OpenAIChat };
        request.Messages.AddRange(messages);
        return request;
    }

    public static string[] Paths(Translation translation) => [.. translation.Losses.Select(static loss => loss.Path)];
}
