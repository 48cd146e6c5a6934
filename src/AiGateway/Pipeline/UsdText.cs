using System.Buffers.Text;
using System.Globalization;

namespace AiGateway.Pipeline;

/// <summary>Amounts of money as text: every digit, no exponent, no zeros at the end (<c>0.00000039</c>).</summary>
internal static class UsdText
{
    /// <summary>Longest text of any amount.</summary>
    public const int MaxLength = 32;

    /// <summary>Writes the digits as ASCII; <paramref name="destination"/> holds at least <see cref="MaxLength"/>.</summary>
    /// <returns>How many bytes were written.</returns>
    public static int Write(decimal amount, Span<byte> destination)
    {
        if (TryWriteShort(amount, destination, out var written))
        {
            return written;
        }
        amount.TryFormat(destination, out var length, default, CultureInfo.InvariantCulture);
        if (destination[..length].IndexOf((byte)'.') < 0)
        {
            return length;
        }
        while (destination[length - 1] == (byte)'0')
        {
            length--;
        }
        return destination[length - 1] == (byte)'.' ? length - 1 : length;
    }

    // Amounts of single calls, of which the ledger writes ten and more per request: no sign, and digits that fit 64 bits.
    private static bool TryWriteShort(decimal amount, Span<byte> destination, out int length)
    {
        length = 0;
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(amount, bits);
        if (bits[2] != 0 || bits[3] < 0)
        {
            return false;
        }
        var digits = ((ulong)(uint)bits[1] << 32) | (uint)bits[0];
        var scale = bits[3] >> 16;
        while (scale > 0 && digits % 10 == 0)
        {
            (digits, scale) = (digits / 10, scale - 1);
        }
        if (scale == 0)
        {
            return Utf8Formatter.TryFormat(digits, destination, out length);
        }
        // From the last digit to the first, with the point in its place and at least one digit before it.
        Span<byte> reversed = stackalloc byte[MaxLength];
        while (digits > 0 || length <= scale + 1)
        {
            if (length == scale)
            {
                reversed[length++] = (byte)'.';
            }
            else
            {
                (digits, var digit) = Math.DivRem(digits, 10);
                reversed[length++] = (byte)('0' + digit);
            }
        }
        reversed = reversed[..length];
        reversed.Reverse();
        reversed.CopyTo(destination);
        return true;
    }

    /// <summary>The digits as a string.</summary>
    public static string Format(decimal amount)
    {
        Span<byte> digits = stackalloc byte[MaxLength];
        return System.Text.Encoding.ASCII.GetString(digits[..Write(amount, digits)]);
    }
}
