using System.Buffers.Text;

namespace AiGateway.LoadTest.Http;

/// <summary>Reads HTTP/1.1 responses from pieces split anywhere: content-length and chunked framing.</summary>
/// <remarks>Strict where a proxy could be wrong (a bad chunk size or a missing length is <see cref="Failed"/>), and without allocation per response.</remarks>
internal sealed class ResponseReader(IBodySink? sink)
{
    private const int MaxHead = 16 * 1024;

    private readonly byte[] _head = new byte[MaxHead];
    private int _headLength;
    private State _state;
    private long _remaining;
    private int _lineLength;
    private long _chunkSize;
    private bool _chunkSizeEnded;

    private enum State { Head, Fixed, ChunkSize, ChunkData, ChunkEnd, Trailer, Complete, Failed }

    /// <summary>Status of the response whose head was read last.</summary>
    public int Status { get; private set; }

    /// <summary>Bytes of its body so far.</summary>
    public long BodyLength { get; private set; }

    /// <summary>True when the server will close the connection after this response.</summary>
    public bool ClosesConnection { get; private set; }

    /// <summary>True when the response has ended as its framing says.</summary>
    public bool IsComplete => _state == State.Complete;

    /// <summary>True when the bytes are not an HTTP response this reader accepts.</summary>
    public bool Failed => _state == State.Failed;

    /// <summary>True when nothing of the next response has arrived.</summary>
    public bool IsFresh => _state == State.Head && _headLength == 0;

    /// <summary>The status line and header lines of the last response.</summary>
    public ReadOnlySpan<byte> Head => _head.AsSpan(0, _headLength);

    /// <summary>Prepares for the next response.</summary>
    public void Reset()
    {
        _headLength = 0;
        _state = State.Head;
        BodyLength = 0;
        Status = 0;
        ClosesConnection = false;
    }

    /// <summary>Takes received bytes; the count consumed, less than all only when the response is complete or has failed.</summary>
    public int Feed(ReadOnlySpan<byte> received)
    {
        var consumed = 0;
        while (consumed < received.Length && _state is not (State.Complete or State.Failed))
        {
            var rest = received[consumed..];
            consumed += _state switch
            {
                State.Head => ReadHead(rest),
                State.Fixed => ReadBody(rest, State.Complete),
                State.ChunkSize => ReadChunkSize(rest),
                State.ChunkData => ReadBody(rest, State.ChunkEnd),
                State.ChunkEnd => ReadChunkEnd(rest),
                _ => ReadTrailer(rest),
            };
        }
        return consumed;
    }

    private int ReadHead(ReadOnlySpan<byte> rest)
    {
        var before = _headLength;
        var take = Math.Min(rest.Length, MaxHead - before);
        if (take == 0)
        {
            _state = State.Failed;
            return 0;
        }
        rest[..take].CopyTo(_head.AsSpan(before));
        _headLength += take;

        // The blank line may have begun in an earlier piece.
        var from = Math.Max(0, before - 3);
        var end = _head.AsSpan(from, _headLength - from).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return take;
        }
        _headLength = from + end + 4;
        ParseHead();
        return _headLength - before;
    }

    private void ParseHead()
    {
        var head = Head;
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head.Slice(9, 3), out int status, out var digits) || digits != 3)
        {
            _state = State.Failed;
            return;
        }
        Status = status;
        long length = -1;
        var chunked = false;
        var lines = head[(head.IndexOf("\r\n"u8) + 2)..];
        while (lines.Length > 2)
        {
            var end = lines.IndexOf("\r\n"u8);
            var line = lines[..end];
            lines = lines[(end + 2)..];
            // Only three names matter; their first letter and their colon's place sort out almost all lines.
            if (Value(line, "content-length:"u8, out var value))
            {
                if (!Utf8Parser.TryParse(value, out length, out var used) || used != value.Length)
                {
                    _state = State.Failed;
                    return;
                }
            }
            else if (Value(line, "transfer-encoding:"u8, out value))
            {
                chunked = value.SequenceEqual("chunked"u8);
            }
            else if (Value(line, "connection:"u8, out value))
            {
                ClosesConnection = value.SequenceEqual("close"u8);
            }
        }
        if (chunked)
        {
            BeginChunkSize();
        }
        else
        {
            _remaining = length;
            _state = length < 0 ? State.Failed : length == 0 ? State.Complete : State.Fixed;
        }
    }

    private static bool Value(ReadOnlySpan<byte> line, ReadOnlySpan<byte> lowerName, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (line.Length < lowerName.Length || line[lowerName.Length - 1] != (byte)':' || (line[0] | 0x20) != lowerName[0])
        {
            return false;
        }
        for (var i = 1; i < lowerName.Length - 1; i++)
        {
            if ((line[i] | 0x20) != (lowerName[i] | 0x20))
            {
                return false;
            }
        }
        value = line[lowerName.Length..].Trim((byte)' ');
        return true;
    }

    private int ReadBody(ReadOnlySpan<byte> rest, State next)
    {
        var take = (int)Math.Min(rest.Length, _remaining);
        sink?.Append(rest[..take]);
        BodyLength += take;
        _remaining -= take;
        if (_remaining == 0)
        {
            _state = next;
            _lineLength = 0;
        }
        return take;
    }

    private void BeginChunkSize()
    {
        _state = State.ChunkSize;
        _chunkSize = 0;
        _lineLength = 0;
        _chunkSizeEnded = false;
    }

    private int ReadChunkSize(ReadOnlySpan<byte> rest)
    {
        for (var i = 0; i < rest.Length; i++)
        {
            var b = rest[i];
            if (b == (byte)'\n' && _chunkSizeEnded && _lineLength > 0)
            {
                _remaining = _chunkSize;
                _state = _chunkSize == 0 ? State.Trailer : State.ChunkData;
                _lineLength = 0;
                return i + 1;
            }
            var digit = HexDigit(b);
            if (b == (byte)'\r' && !_chunkSizeEnded)
            {
                _chunkSizeEnded = true;
            }
            else if (digit < 0 || _chunkSizeEnded || ++_lineLength > 8)
            {
                _state = State.Failed;
                return i;
            }
            else
            {
                _chunkSize = (_chunkSize << 4) | (uint)digit;
            }
        }
        return rest.Length;
    }

    private static int HexDigit(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };

    private int ReadChunkEnd(ReadOnlySpan<byte> rest)
    {
        if (rest[0] != (_lineLength == 0 ? (byte)'\r' : (byte)'\n'))
        {
            _state = State.Failed;
            return 0;
        }
        if (_lineLength++ == 1)
        {
            BeginChunkSize();
        }
        return 1;
    }

    private int ReadTrailer(ReadOnlySpan<byte> rest)
    {
        // Trailer lines are skipped; the empty line ends the response.
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] == (byte)'\n')
            {
                if (_lineLength == 0)
                {
                    _state = State.Complete;
                    return i + 1;
                }
                _lineLength = 0;
            }
            else if (rest[i] != (byte)'\r')
            {
                _lineLength++;
            }
        }
        return rest.Length;
    }
}
