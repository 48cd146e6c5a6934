using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.Chat;

/// <summary>Cuts a dialect's stream into events, whatever its framing.</summary>
public static class EventFraming
{
    /// <summary>Finds the end of the first whole event.</summary>
    /// <param name="framing">The dialect's framing.</param>
    /// <param name="buffer">From the start of an event on.</param>
    /// <param name="scanned">How far the search has come; 0 for a new event.</param>
    /// <returns>The offset behind the event; -1 when it is not whole yet.</returns>
    /// <exception cref="InvalidDataException">It can never be an event.</exception>
    public static int FindEnd(StreamFraming framing, ReadOnlySpan<byte> buffer, ref int scanned)
    {
        switch (framing)
        {
            case StreamFraming.Lines:
                var end = buffer[scanned..].IndexOf((byte)'\n');
                if (end < 0)
                {
                    scanned = buffer.Length;
                    return -1;
                }
                return scanned + end + 1;
            case StreamFraming.AwsEventStream:
                try
                {
                    return AwsEventStream.FindFrameEnd(buffer);
                }
                catch (ChatFormatException e)
                {
                    throw new InvalidDataException(e.Message, e);
                }
            default:
                return SseFraming.FindEventEnd(buffer, ref scanned);
        }
    }
}
