using System.Buffers;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.Chat;

/// <summary>All codecs, and what every test of all of them needs.</summary>
internal static class Codecs
{
    public static readonly Dialect[] All = Enum.GetValues<Dialect>();

    /// <summary>The dialects that callers speak.</summary>
    public static readonly Dialect[] Clients = [Dialect.OpenAIChat, Dialect.OpenAIResponses, Dialect.Anthropic, Dialect.Gemini];

    public static byte[] Write(Dialect dialect, ChatRequest request, Translation translation)
    {
        var output = new ArrayBufferWriter<byte>();
        ChatCodecs.Of(dialect).WriteRequest(request, translation, output);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Write(Dialect dialect, ChatResponse response, ChatRequest request, Translation translation)
    {
        var output = new ArrayBufferWriter<byte>();
        ChatCodecs.Of(dialect).WriteResponse(response, request, translation, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A whole answer as a stream of the dialect.</summary>
    public static byte[] Stream(Dialect dialect, ChatResponse response, ChatRequest request)
    {
        var steps = new List<ChatEvent>();
        ChatStream.Replay(response, steps);
        var encoder = ChatCodecs.Of(dialect).CreateEncoder(request);
        var output = new ArrayBufferWriter<byte>();
        foreach (var step in steps)
            encoder.Write(step, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Cuts a stream into events, decodes and gathers them.</summary>
    public static (ChatStream Stream, List<ChatEvent> Steps) Gather(Dialect dialect, ReadOnlySpan<byte> stream)
    {
        var codec = ChatCodecs.Of(dialect);
        var decoder = codec.CreateDecoder();
        var ordered = new ChatStream(dialect);
        var steps = new List<ChatEvent>();
        var decoded = new List<ChatEvent>();
        while (!stream.IsEmpty)
        {
            var scanned = 0;
            var end = EventFraming.FindEnd(codec.Framing, stream, ref scanned);
            if (end < 0)
                end = stream.Length;
            decoder.Decode(stream[..end], decoded);
            stream = stream[end..];
        }
        foreach (var step in decoded)
            ordered.Push(step, steps);
        if (decoder.IsComplete)
            ordered.Complete(steps);
        return (ordered, steps);
    }
}
