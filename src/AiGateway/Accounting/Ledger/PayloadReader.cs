using System.Buffers.Binary;
using System.Text;

namespace AiGateway.Accounting.Ledger;

/// <summary>Reads what <see cref="PayloadWriter"/> wrote.</summary>
/// <exception cref="InvalidDataException">From each method: it was not.</exception>
internal ref struct PayloadReader(ReadOnlySpan<byte> payload, TextPool texts)
{
    private ReadOnlySpan<byte> _rest = payload;

    /// <summary>Whether everything is read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>One byte.</summary>
    public byte Byte() => Take(1)[0];

    /// <summary>A whole number.</summary>
    public long Number()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Byte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }
        throw new InvalidDataException("A number of more than ten bytes.");
    }

    /// <summary>A number that fits 32 bits.</summary>
    public int Small() => Number() is >= int.MinValue and <= int.MaxValue and var value ? (int)value : throw new InvalidDataException("A number that is too large.");

    /// <summary>A text or none. Recurring ones are the same object each time.</summary>
    public string? OptionalText()
    {
        var length = Number();
        return length == 0 ? null : length > 0 && length - 1 <= _rest.Length ? texts.Get(Take((int)length - 1)) : throw new InvalidDataException("A text that is longer than its record.");
    }

    /// <summary>A text.</summary>
    public string Text() => OptionalText() ?? throw new InvalidDataException("A text is missing.");

    /// <summary>A text that will hardly come again.</summary>
    public string UniqueText()
    {
        var length = Number();
        return length > 0 && length - 1 <= _rest.Length ? Encoding.UTF8.GetString(Take((int)length - 1)) : throw new InvalidDataException("A text is missing.");
    }

    /// <summary>An exact amount, or none.</summary>
    public decimal? OptionalAmount()
    {
        switch (Byte())
        {
            case 0:
                return null;
            case 1:
                return 0;
            case 2:
                var bytes = Take(16);
                Span<int> bits = stackalloc int[4];
                for (var i = 0; i < bits.Length; i++)
                {
                    bits[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * sizeof(int))..]);
                }
                try
                {
                    return new decimal(bits);
                }
                catch (ArgumentException e)
                {
                    throw new InvalidDataException("An amount that is none.", e);
                }
            default:
                throw new InvalidDataException("An amount that is none.");
        }
    }

    /// <summary>An exact amount.</summary>
    public decimal Amount() => OptionalAmount() ?? throw new InvalidDataException("An amount is missing.");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_rest.Length < count)
        {
            throw new InvalidDataException("The record ends early.");
        }
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
