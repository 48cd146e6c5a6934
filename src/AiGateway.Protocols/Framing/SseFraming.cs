namespace AiGateway.Protocols.Framing;

/// <summary>Cuts a <c>text/event-stream</c> into events and reads their lines, without copying.</summary>
/// <remarks>
/// Obeys "Interpreting an event stream" of the HTML standard: lines end with LF, CR or CRLF, mixed as they like; one blank
/// after the colon is not part of the value; a byte order mark may open the stream.
/// </remarks>
public static class SseFraming
{
    private const byte Cr = (byte)'\r';
    private const byte Lf = (byte)'\n';

    /// <summary>Finds the end of the first complete event.</summary>
    /// <param name="buffer">The stream from the start of an event on, as far as it has been received.</param>
    /// <param name="scanned">How far the search has come; 0 for a new event. Nothing before it is looked at again but one byte.</param>
    /// <returns>
    /// The offset after the blank line that ends the event, or -1 when it is not complete. A CR as the last byte may be half a
    /// CRLF: incomplete until more comes. A blank line at the very start is an event of nothing (<see cref="SseEvent.IsComment"/>).
    /// </returns>
    public static int FindEventEnd(ReadOnlySpan<byte> buffer, ref int scanned)
    {
        var at = scanned;
        while (true)
        {
            var offset = buffer[at..].IndexOfAny(Cr, Lf);
            if (offset < 0)
            {
                scanned = buffer.Length;
                return -1;
            }
            var end = at + offset;
            var next = end + 1;
            if (buffer[end] == Cr)
            {
                if (next == buffer.Length)
                {
                    scanned = end;
                    return -1;
                }
                if (buffer[next] == Lf)
                    next++;
            }
            if (end == 0 || buffer[end - 1] is Cr or Lf)
            {
                scanned = next;
                return next;
            }
            at = next;
        }
    }

    /// <summary>Reads the lines of one event; a last line without an end counts as well.</summary>
    public static SseEvent Parse(ReadOnlySpan<byte> eventBytes)
    {
        var name = ByteRange.None;
        var data = ByteRange.None;
        var several = false;
        var idOrRetry = false;
        var at = LineStart(eventBytes);
        while (at < eventBytes.Length)
        {
            var end = LineEnd(eventBytes, at);
            switch (eventBytes[at])
            {
                case (byte)'d' when IsField(eventBytes[at..end], "data"u8):
                    several |= data.Exists;
                    if (!data.Exists)
                        data = Value(eventBytes, at, end, 4);
                    break;
                case (byte)'e' when IsField(eventBytes[at..end], "event"u8):
                    name = Value(eventBytes, at, end, 5);
                    break;
                case (byte)'i' when IsField(eventBytes[at..end], "id"u8):
                case (byte)'r' when IsField(eventBytes[at..end], "retry"u8):
                    idOrRetry = true;
                    break;
                default:
                    break;
            }
            at = end + 1;
        }
        return new SseEvent { Name = name, Data = data, HasMultipleDataLines = several, HasIdOrRetry = idOrRetry };
    }

    /// <summary>Joins all data lines of an event with LF, as the standard says.</summary>
    /// <param name="eventBytes">The event.</param>
    /// <param name="destination">At least as long as the event.</param>
    /// <returns>How many bytes were written.</returns>
    public static int JoinData(ReadOnlySpan<byte> eventBytes, Span<byte> destination)
    {
        var written = 0;
        var isFirst = true;
        var at = LineStart(eventBytes);
        while (at < eventBytes.Length)
        {
            var end = LineEnd(eventBytes, at);
            if (IsField(eventBytes[at..end], "data"u8))
            {
                if (!isFirst)
                    destination[written++] = Lf;
                isFirst = false;
                var value = Value(eventBytes, at, end, 4).Of(eventBytes);
                value.CopyTo(destination[written..]);
                written += value.Length;
            }
            at = end + 1;
        }
        return written;
    }

    /// <summary>An event's whole data, empty when it has none: where it stands, or joined where it goes over several lines.</summary>
    /// <param name="parsed">The event's parts.</param>
    /// <param name="eventBytes">The event.</param>
    /// <param name="buffer">Takes what has to be joined; grows as needed.</param>
    public static ReadOnlySpan<byte> WholeData(in SseEvent parsed, ReadOnlySpan<byte> eventBytes, ref byte[] buffer)
    {
        if (!parsed.Data.Exists)
            return default;
        if (!parsed.HasMultipleDataLines)
            return parsed.Data.Of(eventBytes);
        if (buffer.Length < eventBytes.Length)
            buffer = new byte[eventBytes.Length];
        return buffer.AsSpan(0, JoinData(eventBytes, buffer));
    }

    /// <summary>Where a byte of <see cref="JoinData"/>'s result stands in the event; -1 when it has no place there.</summary>
    internal static int OffsetOfJoined(ReadOnlySpan<byte> eventBytes, int joined)
    {
        var at = LineStart(eventBytes);
        while (at < eventBytes.Length)
        {
            var end = LineEnd(eventBytes, at);
            if (IsField(eventBytes[at..end], "data"u8))
            {
                var value = Value(eventBytes, at, end, 4);
                if (joined <= value.Length)
                    return value.Start + joined;
                joined -= value.Length + 1;
            }
            at = end + 1;
        }
        return -1;
    }

    private static int LineStart(ReadOnlySpan<byte> eventBytes) => eventBytes.StartsWith("\uFEFF"u8) ? 3 : 0;

    private static int LineEnd(ReadOnlySpan<byte> eventBytes, int at)
    {
        var offset = eventBytes[at..].IndexOfAny(Cr, Lf);
        return offset < 0 ? eventBytes.Length : at + offset;
    }

    private static bool IsField(ReadOnlySpan<byte> line, ReadOnlySpan<byte> field) =>
        line.StartsWith(field) && (line.Length == field.Length || line[field.Length] == (byte)':');

    private static ByteRange Value(ReadOnlySpan<byte> eventBytes, int at, int end, int fieldLength)
    {
        var start = Math.Min(at + fieldLength + 1, end);
        if (start < end && eventBytes[start] == (byte)' ')
            start++;
        return new ByteRange(start, end - start);
    }
}
