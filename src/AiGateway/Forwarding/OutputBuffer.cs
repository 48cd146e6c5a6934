using System.Buffers;

namespace AiGateway.Forwarding;

/// <summary>Bytes that are ready for the caller, in a pooled array that is held only while there are any.</summary>
internal struct OutputBuffer
{
    private const int Smallest = 4096;
    private byte[]? _array;
    private int _start;
    private int _end;

    /// <summary>True when nothing is ready.</summary>
    public readonly bool IsEmpty => _start == _end;

    /// <summary>How many bytes are ready.</summary>
    public readonly int Length => _end - _start;

    /// <summary>The bytes that are ready.</summary>
    public readonly ReadOnlySpan<byte> Ready => _array.AsSpan(_start, _end - _start);

    /// <summary>The bytes that are ready, for asynchronous writes.</summary>
    public readonly ReadOnlyMemory<byte> ReadyMemory => _array.AsMemory(_start, _end - _start);

    /// <summary>Whether both hold the same array.</summary>
    public readonly bool IsSame(in OutputBuffer other) => ReferenceEquals(_array, other._array);

    /// <summary>Adds bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length).Span);
        Advance(bytes.Length);
    }

    /// <summary>Room for at least <paramref name="length"/> more bytes, to be written to and then claimed by <see cref="Advance"/>.</summary>
    public Memory<byte> Reserve(int length)
    {
        if (_array is null)
        {
            _array = ArrayPool<byte>.Shared.Rent(Math.Max(Smallest, length));
            _start = _end = 0;
        }
        else if (_end + length > _array.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_end - _start + length, _array.Length * 2));
            _array.AsSpan(_start, _end - _start).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_array);
            (_array, _end, _start) = (larger, _end - _start, 0);
        }
        return _array.AsMemory(_end);
    }

    /// <summary>Claims <paramref name="length"/> bytes that were written to reserved room.</summary>
    public void Advance(int length) => _end += length;

    /// <summary>Takes the last bytes back, so that <paramref name="length"/> are left.</summary>
    public void Truncate(int length) => _end = _start + length;

    /// <summary>Leaves the first <paramref name="length"/> bytes out; gives the array back with the last.</summary>
    public void Skip(int length)
    {
        _start += length;
        if (IsEmpty)
        {
            Release();
        }
    }

    /// <summary>Moves bytes to <paramref name="destination"/>; gives the array back with the last.</summary>
    public int Take(Span<byte> destination)
    {
        var length = Math.Min(destination.Length, _end - _start);
        _array.AsSpan(_start, length).CopyTo(destination);
        _start += length;
        if (IsEmpty)
        {
            Release();
        }
        return length;
    }

    /// <summary>Gives the array back.</summary>
    public void Release()
    {
        if (_array is { } array)
        {
            _array = null;
            _start = _end = 0;
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
