using System.Buffers;
using System.Text;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.Tests.Cohere;

/// <summary>Runs a codec as the gateway would.</summary>
internal static class CodecRun
{
    public static byte[] Request(ChatCodec codec, ChatRequest request, Translation? translation = null)
    {
        var output = new ArrayBufferWriter<byte>();
        codec.WriteRequest(request, translation ?? new Translation(), output);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Response(ChatCodec codec, ChatResponse response, Translation? translation = null)
    {
        var output = new ArrayBufferWriter<byte>();
        codec.WriteResponse(response, new ChatRequest { Source = codec.Dialect }, translation ?? new Translation(), output);
        return output.WrittenSpan.ToArray();
    }

    public static List<byte[]> Cut(ChatCodec codec, ReadOnlySpan<byte> stream)
    {
        var events = new List<byte[]>();
        while (!stream.IsEmpty)
        {
            var scanned = 0;
            var end = codec.Framing == StreamFraming.Lines ? stream.IndexOf((byte)'\n') + 1 : SseFraming.FindEventEnd(stream, ref scanned);
            if (end <= 0)
                end = stream.Length;
            events.Add(stream[..end].ToArray());
            stream = stream[end..];
        }
        return events;
    }

    /// <summary>Decodes a stream and brings it into order.</summary>
    public static (ChatStream Stream, List<ChatEvent> Steps, bool IsComplete) Decode(ChatCodec codec, ReadOnlySpan<byte> stream)
    {
        var decoder = codec.CreateDecoder();
        var ordered = new ChatStream(codec.Dialect);
        var given = new List<ChatEvent>();
        var steps = new List<ChatEvent>();
        foreach (var one in Cut(codec, stream))
        {
            given.Clear();
            decoder.Decode(one, given);
            foreach (var step in given)
                ordered.Push(step, steps);
        }
        if (decoder.IsComplete)
            ordered.Complete(steps);
        return (ordered, steps, decoder.IsComplete);
    }

    public static byte[] Encode(ChatCodec codec, IEnumerable<ChatEvent> steps)
    {
        var encoder = codec.CreateEncoder(new ChatRequest { Source = codec.Dialect, Model = "m" });
        var output = new ArrayBufferWriter<byte>();
        foreach (var step in steps)
            encoder.Write(step, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>What an answer says, for comparing.</summary>
    public static string Summary(ChatResponse response)
    {
        var text = new StringBuilder().Append(response.Id).Append('|').Append(response.Model).Append('|').Append(response.Usage).Append('\n');
        foreach (var candidate in response.Candidates)
        {
            foreach (var part in candidate.Parts)
            {
                text.Append(part switch
                {
                    TextPart said => $"text:{said.Text}:{string.Join(',', (said.Citations ?? []).Select(c => c.Start + "-" + c.End + c.Title))}",
                    ThinkingPart thinking => "thinking:" + thinking.Text,
                    ToolCallPart call => $"call:{call.Id}:{call.Name}:{call.Arguments}",
                    MediaPart media => "media:" + media.Base64,
                    _ => part.ToString(),
                }).Append('\n');
            }
            text.Append(candidate.Finish).Append('|').Append(candidate.NativeFinish).Append('\n');
        }
        return text.ToString();
    }
}
