using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AiGateway.Protocols.Framing;

/// <summary>Strings, 64 bytes at a time.</summary>
internal ref partial struct JsonScanner
{
    private const int BlockLength = 64;

    /// <summary>The closing quote's index, or -1 after a defect.</summary>
    /// <remarks>
    /// A block's quotes, backslashes and control characters become the bits of one word, which is then walked: an escape
    /// costs a few instructions, not a new search. The idea is simdjson's (Langdale and Lemire, Parsing Gigabytes of JSON per
    /// Second, 2019), without its tracking of backslashes across blocks: an escape that crosses a block's end only moves the next.
    /// </remarks>
    private int FindStringEnd(int at)
    {
        var json = _json;
        while (at < json.Length)
        {
            var stops = json.Length - at >= BlockLength ? StopsOf(json.Slice(at, BlockLength)) : StopsOfTail(json[at..]);
            var next = at + BlockLength;
            while (stops != 0)
            {
                var index = BitOperations.TrailingZeroCount(stops);
                var stop = at + index;
                if (json[stop] == (byte)'"')
                    return stop;
                if (json[stop] != (byte)'\\')
                    return FailString(stop);

                var length = EscapeLength(json[stop..]);
                if (length <= 0)
                    return FailString(stop - length);
                ValueIsEscaped = true;
                var behind = index + length;
                if (behind >= BlockLength)
                {
                    next = at + behind;
                    break;
                }
                stops &= ulong.MaxValue << behind;
            }
            at = next;
        }
        return FailString(json.Length);
    }

    private int FailString(int at)
    {
        Fail(at);
        return -1;
    }

    /// <summary>How long the escape is that the text begins with; when it is none, the index of its first wrong byte, negated.</summary>
    private static int EscapeLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2)
            return -1;
        switch (text[1])
        {
            case (byte)'n' or (byte)'"' or (byte)'\\' or (byte)'t' or (byte)'r' or (byte)'/' or (byte)'b' or (byte)'f':
                return 2;
            case (byte)'u':
                // Clients that escape all but ASCII write little else.
                if (text.Length >= 6 && IsHex(BinaryPrimitives.ReadUInt32LittleEndian(text[2..])))
                    return 6;
                for (var i = 2; i < 6; i++)
                {
                    if (i >= text.Length || !char.IsAsciiHexDigit((char)text[i]))
                        return -i;
                }
                return 6;
            default:
                return -1;
        }
    }

    /// <summary>True when each of the four bytes is a hexadecimal digit.</summary>
    private static bool IsHex(uint digits)
    {
        var bytes = Vector128.CreateScalar(digits).AsByte();
        var isDigit = Vector128.LessThanOrEqual(bytes - Vector128.Create((byte)'0'), Vector128.Create((byte)9));
        var isLetter = Vector128.LessThanOrEqual((bytes | Vector128.Create((byte)0x20)) - Vector128.Create((byte)'a'), Vector128.Create((byte)5));
        return (isDigit | isLetter).AsUInt32().ToScalar() == uint.MaxValue;
    }

    /// <summary>One bit for each byte that a string does not simply go on over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong StopsOf(ReadOnlySpan<byte> block)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var bytes = Vector512.Create(block);
            return (Vector512.Equals(bytes, Vector512.Create((byte)'"'))
                | Vector512.Equals(bytes, Vector512.Create((byte)'\\'))
                | Vector512.LessThan(bytes, Vector512.Create((byte)' '))).ExtractMostSignificantBits();
        }
        if (Vector256.IsHardwareAccelerated)
            return StopsOf(Vector256.Create(block)) | ((ulong)StopsOf(Vector256.Create(block[32..])) << 32);
        return StopsOf(Vector128.Create(block))
            | ((ulong)StopsOf(Vector128.Create(block[16..])) << 16)
            | ((ulong)StopsOf(Vector128.Create(block[32..])) << 32)
            | ((ulong)StopsOf(Vector128.Create(block[48..])) << 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint StopsOf(Vector256<byte> bytes) =>
        (Vector256.Equals(bytes, Vector256.Create((byte)'"'))
            | Vector256.Equals(bytes, Vector256.Create((byte)'\\'))
            | Vector256.LessThan(bytes, Vector256.Create((byte)' '))).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint StopsOf(Vector128<byte> bytes) =>
        (Vector128.Equals(bytes, Vector128.Create((byte)'"'))
            | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
            | Vector128.LessThan(bytes, Vector128.Create((byte)' '))).ExtractMostSignificantBits();

    /// <summary>The same for the text's last bytes, fewer than a block.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong StopsOfTail(ReadOnlySpan<byte> tail)
    {
        Span<byte> block = stackalloc byte[BlockLength];
        block.Fill((byte)' ');
        tail.CopyTo(block);
        return StopsOf(block);
    }
}
