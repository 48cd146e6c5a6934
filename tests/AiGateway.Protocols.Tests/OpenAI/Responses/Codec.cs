using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI.Responses;

namespace AiGateway.Protocols.Tests.OpenAI.Responses;

/// <summary>Runs the codec on text.</summary>
internal static class Codec
{
    public static ChatRequest Request(string json) => ResponsesCodec.Instance.ReadRequest(Encoding.UTF8.GetBytes(json));

    public static ChatResponse Response(string json) => ResponsesCodec.Instance.ReadResponse(Encoding.UTF8.GetBytes(json));

    public static JsonElement Write(ChatRequest request, Translation? translation = null)
    {
        var output = new ArrayBufferWriter<byte>();
        ResponsesCodec.Instance.WriteRequest(request, translation ?? new Translation(), output);
        return JsonDocument.Parse(output.WrittenMemory).RootElement;
    }

    public static JsonElement Write(ChatResponse response, ChatRequest? request = null, Translation? translation = null)
    {
        var output = new ArrayBufferWriter<byte>();
        ResponsesCodec.Instance.WriteResponse(response, request ?? new ChatRequest { Source = Dialect.OpenAIResponses }, translation ?? new Translation(), output);
        return JsonDocument.Parse(output.WrittenMemory).RootElement;
    }

    /// <summary>Reads a whole stream; the second list is what an encoder sees.</summary>
    public static ChatResponse Decode(ReadOnlySpan<byte> stream, out List<ChatEvent> ordered, out bool isComplete)
    {
        var decoder = ResponsesCodec.Instance.CreateDecoder();
        var order = new ChatStream(Dialect.OpenAIResponses);
        ordered = [];
        var steps = new List<ChatEvent>();
        while (!stream.IsEmpty)
        {
            var scanned = 0;
            var end = SseFraming.FindEventEnd(stream, ref scanned);
            end = end < 0 ? stream.Length : end;
            decoder.Decode(stream[..end], steps);
            stream = stream[end..];
        }
        foreach (var step in steps)
            order.Push(step, ordered);
        order.Complete(ordered);
        isComplete = decoder.IsComplete;
        return order.Response;
    }

    public static byte[] Encode(IEnumerable<ChatEvent> steps, ChatRequest? request = null)
    {
        var encoder = ResponsesCodec.Instance.CreateEncoder(request ?? new ChatRequest { Source = Dialect.OpenAIResponses });
        var output = new ArrayBufferWriter<byte>();
        foreach (var step in steps)
            encoder.Write(step, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The events' data.</summary>
    public static List<JsonElement> Events(ReadOnlySpan<byte> stream)
    {
        var events = new List<JsonElement>();
        foreach (var line in Encoding.UTF8.GetString(stream).Split('\n'))
        {
            if (line.StartsWith("data:", StringComparison.Ordinal) && line[5..].Trim() is { Length: > 0 } data && data != "[DONE]")
                events.Add(JsonDocument.Parse(data).RootElement);
        }
        return events;
    }

    public static byte[] Sse(params string[] events) => Encoding.UTF8.GetBytes(string.Concat(events.Select(static data => $"data: {data}\n\n")));
}
