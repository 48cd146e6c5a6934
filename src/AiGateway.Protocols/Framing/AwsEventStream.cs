using System.Buffers;
using System.Buffers.Binary;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Framing;

/// <summary>Cuts <c>application/vnd.amazon.eventstream</c> into frames, reads and writes them, without copying.</summary>
/// <remarks>
/// A frame: total length, length of the headers, CRC-32 of these two (the prelude, 12 bytes); the headers; the payload; CRC-32
/// of all before it. Numbers are big-endian. A header: length of its name (1 byte), name, type (1 byte), value. Source:
/// https://smithy.io/2.0/aws/amazon-eventstream.html.
/// </remarks>
public static class AwsEventStream
{
    /// <summary>Longest frame: 16 MB, as the specification says. Bedrock's are far below.</summary>
    public const int LongestFrame = 16 * 1024 * 1024;

    /// <summary>Most bytes of headers in a frame: 128 KB, as the specification says.</summary>
    public const int LongestHeaders = 128 * 1024;

    private const int PreludeLength = 12;
    private const int LeastFrame = PreludeLength + 4;
    private const byte StringType = 7;

    /// <summary>Finds the end of the first frame.</summary>
    /// <param name="buffer">The stream from the start of a frame on, as far as it has been received.</param>
    /// <returns>The offset behind the frame, or -1 when it is not complete.</returns>
    /// <exception cref="ChatFormatException">No frame begins here: its lengths are out of bounds, or the prelude's checksum is wrong. The stream cannot be read on.</exception>
    public static int FindFrameEnd(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length < PreludeLength)
            return -1;
        var total = CheckPrelude(buffer);
        return total <= buffer.Length ? total : -1;
    }

    /// <summary>Reads one whole frame.</summary>
    /// <exception cref="ChatFormatException">It is no frame, or damaged.</exception>
    public static AwsEventFrame Parse(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < LeastFrame || CheckPrelude(frame) != frame.Length)
            throw new ChatFormatException("The event stream's frame has another length than it says.");
        var body = frame[..^4];
        if (Crc32.Compute(body) != BinaryPrimitives.ReadUInt32BigEndian(frame[^4..]))
            throw new ChatFormatException("The event stream's frame is damaged: its checksum is wrong.");

        var headersLength = BinaryPrimitives.ReadInt32BigEndian(frame[4..]);
        var headers = body.Slice(PreludeLength, headersLength);
        ReadOnlySpan<byte> messageType = default, eventType = default, exceptionType = default, contentType = default, errorCode = default, errorMessage = default;
        while (!headers.IsEmpty)
        {
            var value = ReadHeader(ref headers, out var name);
            if (name.SequenceEqual(":event-type"u8))
                eventType = value;
            else if (name.SequenceEqual(":message-type"u8))
                messageType = value;
            else if (name.SequenceEqual(":content-type"u8))
                contentType = value;
            else if (name.SequenceEqual(":exception-type"u8))
                exceptionType = value;
            else if (name.SequenceEqual(":error-code"u8))
                errorCode = value;
            else if (name.SequenceEqual(":error-message"u8))
                errorMessage = value;
        }
        return new AwsEventFrame
        {
            MessageType = messageType,
            EventType = eventType,
            ExceptionType = exceptionType,
            ContentType = contentType,
            ErrorCode = errorCode,
            ErrorMessage = errorMessage,
            Payload = body[(PreludeLength + headersLength)..],
        };
    }

    /// <summary>Writes an event with a JSON payload.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="eventType">Its type, at most 255 bytes of ASCII.</param>
    /// <param name="payload">The JSON.</param>
    public static void WriteEvent(IBufferWriter<byte> output, ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> payload) =>
        Write(output, ":event-type"u8, eventType, "event"u8, payload);

    /// <summary>Writes an exception with a JSON payload.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="exceptionType">Its type, at most 255 bytes of ASCII.</param>
    /// <param name="payload">The JSON.</param>
    public static void WriteException(IBufferWriter<byte> output, ReadOnlySpan<byte> exceptionType, ReadOnlySpan<byte> payload) =>
        Write(output, ":exception-type"u8, exceptionType, "exception"u8, payload);

    private static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> typeName, ReadOnlySpan<byte> type, ReadOnlySpan<byte> messageType, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (type.Length > byte.MaxValue)
            throw new ArgumentException("A name of a type is at most 255 bytes long.", nameof(type));
        var headersLength = HeaderLength(typeName, type) + HeaderLength(":content-type"u8, "application/json"u8) + HeaderLength(":message-type"u8, messageType);
        var total = PreludeLength + headersLength + payload.Length + 4;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(total, LongestFrame, nameof(payload));

        var frame = output.GetSpan(total)[..total];
        BinaryPrimitives.WriteInt32BigEndian(frame, total);
        BinaryPrimitives.WriteInt32BigEndian(frame[4..], headersLength);
        BinaryPrimitives.WriteUInt32BigEndian(frame[8..], Crc32.Compute(frame[..8]));
        var at = PreludeLength;
        at += WriteHeader(frame[at..], typeName, type);
        at += WriteHeader(frame[at..], ":content-type"u8, "application/json"u8);
        at += WriteHeader(frame[at..], ":message-type"u8, messageType);
        payload.CopyTo(frame[at..]);
        BinaryPrimitives.WriteUInt32BigEndian(frame[^4..], Crc32.Compute(frame[..^4]));
        output.Advance(total);
    }

    private static int CheckPrelude(ReadOnlySpan<byte> buffer)
    {
        var total = BinaryPrimitives.ReadUInt32BigEndian(buffer);
        var headers = BinaryPrimitives.ReadUInt32BigEndian(buffer[4..]);
        if (Crc32.Compute(buffer[..8]) != BinaryPrimitives.ReadUInt32BigEndian(buffer[8..]))
            throw new ChatFormatException("This is no AWS event stream, or it is damaged: the checksum of a frame's prelude is wrong.");
        if (total is < LeastFrame or > LongestFrame || headers > LongestHeaders || headers > total - LeastFrame)
            throw new ChatFormatException("A frame of the event stream is longer than is allowed, or its lengths contradict each other.");
        return (int)total;
    }

    private static ReadOnlySpan<byte> ReadHeader(scoped ref ReadOnlySpan<byte> headers, out ReadOnlySpan<byte> name)
    {
        name = Take(ref headers, Take(ref headers, 1)[0]);
        var type = Take(ref headers, 1)[0];
        return type switch
        {
            // true, false; byte; short; int; long and time; UUID.
            0 or 1 => default,
            2 => Take(ref headers, 1),
            3 => Take(ref headers, 2),
            4 => Take(ref headers, 4),
            5 or 8 => Take(ref headers, 8),
            9 => Take(ref headers, 16),
            6 or StringType => Take(ref headers, BinaryPrimitives.ReadUInt16BigEndian(Take(ref headers, 2))),
            _ => throw new ChatFormatException("A header of the event stream has a type that the format does not know."),
        };
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> headers, int count)
    {
        if (count > headers.Length)
            throw new ChatFormatException("The headers of an event stream's frame are cut off.");
        var taken = headers[..count];
        headers = headers[count..];
        return taken;
    }

    private static int HeaderLength(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => 1 + name.Length + 1 + 2 + value.Length;

    private static int WriteHeader(Span<byte> target, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        target[0] = (byte)name.Length;
        name.CopyTo(target[1..]);
        target[1 + name.Length] = StringType;
        BinaryPrimitives.WriteUInt16BigEndian(target[(2 + name.Length)..], (ushort)value.Length);
        value.CopyTo(target[(4 + name.Length)..]);
        return HeaderLength(name, value);
    }
}
