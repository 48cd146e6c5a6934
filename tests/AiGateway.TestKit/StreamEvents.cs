using System.Buffers.Binary;

namespace AiGateway.TestKit;

/// <summary>Cuts recorded streams into events: server-sent events, AWS event-stream frames, or lines. Joined they give the body again.</summary>
public static class StreamEvents
{
    /// <summary>The events of a body of that content type, each with its separator.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Of(byte[] body, string contentType)
    {
        var events = new List<ReadOnlyMemory<byte>>();
        var start = 0;
        while (start < body.Length)
        {
            var rest = body.AsSpan(start);
            var length =
                contentType.Contains("amazon.eventstream", StringComparison.Ordinal) ? FrameLength(rest)
                : contentType.Contains("event-stream", StringComparison.Ordinal) ? EventLength(rest)
                : LineLength(rest);
            events.Add(body.AsMemory(start, length));
            start += length;
        }
        return events;
    }

    private static int FrameLength(ReadOnlySpan<byte> rest)
    {
        var length = rest.Length < 16 ? 0 : BinaryPrimitives.ReadInt32BigEndian(rest);
        return length < 16 || length > rest.Length ? rest.Length : length;
    }

    private static int EventLength(ReadOnlySpan<byte> rest)
    {
        var withLf = rest.IndexOf("\n\n"u8);
        var withCrLf = rest.IndexOf("\r\n\r\n"u8);
        if (withCrLf >= 0 && (withLf < 0 || withCrLf < withLf))
            return withCrLf + 4;
        return withLf >= 0 ? withLf + 2 : rest.Length;
    }

    private static int LineLength(ReadOnlySpan<byte> rest)
    {
        var end = rest.IndexOf((byte)'\n');
        return end < 0 ? rest.Length : end + 1;
    }
}
