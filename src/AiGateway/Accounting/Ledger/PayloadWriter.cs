using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Ledger;

/// <summary>Writes values into one growing buffer. Not thread-safe; to be used again.</summary>
internal sealed class PayloadWriter
{
    private const int MostBytesPerChar = 3;

    // A number up to 63 is one byte: a length of 62 and one.
    private const int LongestShort = 62 / MostBytesPerChar;

    private byte[] _buffer = new byte[16 * 1024];

    /// <summary>How many bytes are written.</summary>
    public int Length { get; private set; }

    /// <summary>What is written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>What is written, for I/O.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    /// <summary>Written bytes, to be changed.</summary>
    public Span<byte> At(int start, int length) => _buffer.AsSpan(start, length);

    /// <summary>Forgets what was written from <paramref name="length"/> on.</summary>
    public void CutTo(int length) => Length = length;

    /// <summary>Leaves room for what is written later, through <see cref="At"/>.</summary>
    public void Skip(int count)
    {
        Reserve(count);
        Length += count;
    }

    /// <summary>One byte.</summary>
    public void Byte(byte value)
    {
        Reserve(1);
        _buffer[Length++] = value;
    }

    /// <summary>A whole number, short where it is small: 7 bits a byte, the sign in the lowest bit.</summary>
    public void Number(long value)
    {
        Reserve(10);
        var rest = (ulong)((value << 1) ^ (value >> 63));
        while (rest >= 0x80)
        {
            _buffer[Length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }
        _buffer[Length++] = (byte)rest;
    }

    /// <summary>A text or none: its length in bytes and one more, then UTF-8.</summary>
    public void Text(string? text)
    {
        if (text is null)
        {
            Number(0);
            return;
        }
        if (text.Length <= LongestShort)
        {
            // Its length is one byte whatever its characters are, so that it need not be known first.
            Reserve(1 + (MostBytesPerChar * LongestShort));
            var target = _buffer.AsSpan(Length + 1);
            if (Ascii.FromUtf16(text, target, out var written) != OperationStatus.Done)
            {
                written = Encoding.UTF8.GetBytes(text, target);
            }
            _buffer[Length] = (byte)((written + 1) << 1);
            Length += written + 1;
            return;
        }
        var count = Encoding.UTF8.GetByteCount(text);
        Number(count + 1);
        Reserve(count);
        Length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(Length));
    }

    /// <summary>An exact amount, or none.</summary>
    public void Amount(decimal? amount)
    {
        if (amount is not { } value)
        {
            Byte(0);
            return;
        }
        if (value == 0)
        {
            Byte(1);
            return;
        }
        Byte(2);
        Reserve(16);
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        foreach (var part in bits)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(Length), part);
            Length += sizeof(int);
        }
    }

    /// <summary>An amount as the text of its digits, or none: the same for 1.5 and 1.50.</summary>
    public void Digits(decimal? amount)
    {
        if (amount is not { } value)
        {
            Number(0);
            return;
        }
        // At most 32 digits: their number is one byte.
        Reserve(1 + UsdText.MaxLength);
        var count = UsdText.Write(value, _buffer.AsSpan(Length + 1));
        _buffer[Length] = (byte)((count + 1) << 1);
        Length += count + 1;
    }

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - Length < count)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, Length + count));
        }
    }
}
