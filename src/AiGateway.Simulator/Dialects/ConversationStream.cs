using System.Buffers;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Gemini;

namespace AiGateway.Simulator.Dialects;

/// <summary>A whole answer as the events of a dialect's stream.</summary>
internal static class ConversationStream
{
    private static readonly ReadOnlyMemory<byte> Ping = "event: ping\ndata: {\"type\": \"ping\"}\n\n"u8.ToArray();

    /// <summary>The content type of the stream.</summary>
    /// <param name="codec">The dialect.</param>
    /// <param name="asArray">Gemini without <c>alt=sse</c>: one JSON array.</param>
    public static string ContentType(ChatCodec codec, bool asArray) => codec.Framing switch
    {
        _ when asArray => "application/json; charset=UTF-8",
        StreamFraming.AwsEventStream => "application/vnd.amazon.eventstream",
        _ => "text/event-stream; charset=utf-8",
    };

    /// <summary>The events, one item each; an array's elements likewise.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Of(ChatCodec codec, ChatRequest chat, ChatResponse response, bool asArray)
    {
        var encoder = codec is GeminiCodec gemini ? gemini.CreateEncoder(chat, asArray) : codec.CreateEncoder(chat);
        var output = new ArrayBufferWriter<byte>();
        foreach (var step in StepPieces.Of(response))
        {
            output.ResetWrittenCount();
            encoder.Write(step.Kind == ChatEventKind.Start && codec.Dialect == Dialect.Anthropic ? AnthropicStart.With(step, chat, response, codec) : step, output);
            for (var at = 0; at < output.WrittenCount;)
            {
                var end = asArray ? output.WrittenCount : EndOf(codec.Framing, output, at);
                yield return output.WrittenMemory[at..end];
                at = end;
            }
            // Where Anthropic has it, too.
            if (step.Kind == ChatEventKind.Start && codec is AnthropicCodec { Framing: StreamFraming.Sse })
                yield return Ping;
        }
    }

    private static int EndOf(StreamFraming framing, ArrayBufferWriter<byte> output, int at)
    {
        var scanned = 0;
        var end = EventFraming.FindEnd(framing, output.WrittenSpan[at..], ref scanned);
        return end < 0 ? output.WrittenCount : at + end;
    }
}
