using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.Recorded;

/// <summary>Runs a whole stream through an inspector, as the gateway would, and gives the kind of each event.</summary>
internal static class StreamReplay
{
    public static List<StreamEventKind> Run(StreamInspector inspector, ReadOnlySpan<byte> stream)
    {
        var kinds = new List<StreamEventKind>();
        while (!stream.IsEmpty)
        {
            var scanned = 0;
            var end = SseFraming.FindEventEnd(stream, ref scanned);
            if (end < 0)
                end = stream.Length;
            kinds.Add(inspector.Inspect(stream[..end]));
            stream = stream[end..];
        }
        return kinds;
    }
}
