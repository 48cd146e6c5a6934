using System.Buffers;

namespace AiGateway.Protocols.Batches;

/// <summary>Cuts a text of JSON lines (<c>https://jsonlines.org</c>), given in pieces cut anywhere, into its lines. Memory is bounded by the longest line that is wanted.</summary>
/// <remarks>A byte order mark at the start, <c>\r</c> at the end of a line and blank lines are left out. Not thread-safe.</remarks>
public abstract class JsonLines : IDisposable
{
    private const int SmallestBuffer = 4096;

    private byte[]? _buffer;
    private int _length;
    private long _position;
    private bool _isTooLong;

    /// <param name="longest">Lines of more bytes are reported as too long and not kept.</param>
    protected JsonLines(int longest) => Longest = longest;

    /// <summary>Longest line that is wanted, in bytes.</summary>
    protected int Longest { get; }

    /// <summary>How many lines have begun, blank ones included; the number of the line that is being read.</summary>
    public int Number { get; private set; } = 1;

    /// <summary>Follows the next piece.</summary>
    public void Append(ReadOnlySpan<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            var end = piece.IndexOf((byte)'\n');
            if (end < 0)
            {
                Keep(piece);
                _position += piece.Length;
                return;
            }
            if (_length == 0 && !_isTooLong && end <= Longest)
            {
                Read(piece[..end], _position);
            }
            else
            {
                Keep(piece[..end]);
                EndKept(_position + end);
            }
            _position += end + 1;
            piece = piece[(end + 1)..];
            Number++;
        }
    }

    /// <summary>Reads what follows the last line end, which a file may lack.</summary>
    public void Finish()
    {
        if (_length > 0 || _isTooLong)
            EndKept(_position);
        Dispose();
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A line without its end and the white space around it; never blank.</summary>
    /// <param name="line">Its bytes, valid during the call.</param>
    /// <param name="start">Where in the text it begins.</param>
    protected abstract void OnLine(ReadOnlySpan<byte> line, long start);

    /// <summary>A line that is longer than wanted.</summary>
    protected abstract void OnLongLine();

    /// <summary>Gives the buffer back.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            _length = 0;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void EndKept(long end)
    {
        if (_isTooLong)
            OnLongLine();
        else
            Read(_buffer.AsSpan(0, _length), end - _length);
        _isTooLong = false;
        _length = 0;
    }

    private void Read(ReadOnlySpan<byte> line, long start)
    {
        if (start == 0 && line.StartsWith("\uFEFF"u8))
        {
            line = line[3..];
            start = 3;
        }
        var trimmed = line.TrimStart(" \t\r"u8);
        start += line.Length - trimmed.Length;
        trimmed = trimmed.TrimEnd(" \t\r"u8);
        if (!trimmed.IsEmpty)
            OnLine(trimmed, start);
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        if (_isTooLong || piece.IsEmpty)
            return;
        if (_length + piece.Length > Longest)
        {
            _isTooLong = true;
            _length = 0;
            return;
        }
        if (_buffer is null || _buffer.Length < _length + piece.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(SmallestBuffer, Math.Max(_length + piece.Length, (int)Math.Min(2L * _length, Longest))));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            if (_buffer is not null)
                ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        piece.CopyTo(_buffer.AsSpan(_length));
        _length += piece.Length;
    }
}
