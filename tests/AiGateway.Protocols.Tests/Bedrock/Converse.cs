using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.Tests.Bedrock;

/// <summary>Short ways to run the codec.</summary>
internal static class Converse
{
    public static ChatRequest Request(string json) => ConverseCodec.Instance.ReadRequest(Encoding.UTF8.GetBytes(json));

    public static ChatResponse Response(string json) => ConverseCodec.Instance.ReadResponse(Encoding.UTF8.GetBytes(json));

    /// <summary>What goes out for a model, and what was lost.</summary>
    public static (JsonElement Json, Translation Translation) Write(ChatRequest request, string model = "anthropic.claude-sonnet-4-5-20250929-v1:0")
    {
        var output = new ArrayBufferWriter<byte>();
        var translation = new Translation { Model = model };
        ConverseCodec.Instance.WriteRequest(request, translation, output);
        return (Parse(output.WrittenSpan), translation);
    }

    public static (JsonElement Json, Translation Translation) Write(ChatResponse response)
    {
        var output = new ArrayBufferWriter<byte>();
        var translation = new Translation();
        ConverseCodec.Instance.WriteResponse(response, new ChatRequest { Source = Dialect.Converse }, translation, output);
        return (Parse(output.WrittenSpan), translation);
    }

    /// <summary>Runs a stream of frames through decoder and order.</summary>
    public static (List<ChatEvent> Steps, ChatStream Stream, bool IsComplete) Decode(ReadOnlySpan<byte> bytes)
    {
        var decoder = ConverseCodec.Instance.CreateDecoder();
        var stream = new ChatStream(Dialect.Converse);
        var steps = new List<ChatEvent>();
        while (!bytes.IsEmpty)
        {
            var end = AwsEventStream.FindFrameEnd(bytes);
            Assert.True(end > 0, "A frame is cut off.");
            var decoded = new List<ChatEvent>();
            decoder.Decode(bytes[..end], decoded);
            foreach (var step in decoded)
                stream.Push(step, steps);
            bytes = bytes[end..];
        }
        if (decoder.IsComplete)
            stream.Complete(steps);
        return (steps, stream, decoder.IsComplete);
    }

    public static byte[] Encode(IEnumerable<ChatEvent> steps)
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = ConverseCodec.Instance.CreateEncoder(new ChatRequest { Source = Dialect.OpenAIChat });
        foreach (var step in steps)
            encoder.Write(step, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A stream of events, each <c>type</c> and payload.</summary>
    public static byte[] Frames(params ReadOnlySpan<(string Type, string Json)> events)
    {
        var output = new ArrayBufferWriter<byte>();
        foreach (var (type, json) in events)
        {
            if (type.EndsWith("Exception", StringComparison.Ordinal))
                AwsEventStream.WriteException(output, Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(json));
            else
                AwsEventStream.WriteEvent(output, Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(json));
        }
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The frames as lines <c>type json</c>.</summary>
    public static List<string> Lines(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<string>();
        while (!bytes.IsEmpty)
        {
            var end = AwsEventStream.FindFrameEnd(bytes);
            var frame = AwsEventStream.Parse(bytes[..end]);
            lines.Add($"{Encoding.UTF8.GetString(frame.IsError ? frame.ExceptionType : frame.EventType)} {Encoding.UTF8.GetString(frame.Payload)}");
            bytes = bytes[end..];
        }
        return lines;
    }

    public static void AssertJson(string expected, JsonElement actual) =>
        Assert.True(JsonElement.DeepEquals(Parse(Encoding.UTF8.GetBytes(expected)), actual), $"Expected {expected}\nbut got  {actual.GetRawText()}");

    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        return JsonElement.ParseValue(ref reader);
    }

    public static string[] Paths(Translation translation) => [.. translation.Losses.Select(loss => loss.Path)];
}
