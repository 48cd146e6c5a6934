using System.Buffers.Text;

namespace AiGateway.Protocols.Fingerprints;

/// <summary>JSON numbers in one form, whatever they were written like: exact, never through a floating-point number.</summary>
internal static class JsonNumber
{
    /// <summary>Most bytes of a form.</summary>
    public const int LongestForm = 128;

    private const int LongestNumber = 96;
    private const int LargestExponent = 1_000_000;

    /// <summary>True for a short number without fraction, exponent, sign, or zero at either end: its digits are its form.</summary>
    public static bool IsPlainInteger(ReadOnlySpan<byte> number)
    {
        if (number.Length > LongestNumber || number[0] == (byte)'0' || number[^1] == (byte)'0')
            return false;
        foreach (var b in number)
        {
            if (!char.IsAsciiDigit((char)b))
                return false;
        }
        return true;
    }

    /// <summary>Writes <c>-DIGITSeEXPONENT</c>: without the zeros at both ends, the sign only for negative numbers, the exponent only where it is not 0. Zero is <c>0</c>, also with a sign.</summary>
    /// <param name="number">A number by RFC 8259.</param>
    /// <param name="form">At least <see cref="LongestForm"/> bytes.</param>
    /// <param name="length">How many were written.</param>
    /// <returns>False for numbers of more than 96 characters, or exponents beyond a million.</returns>
    public static bool TryNormalise(ReadOnlySpan<byte> number, Span<byte> form, out int length)
    {
        length = 0;
        if (number.Length > LongestNumber)
            return false;

        var isNegative = number[0] == (byte)'-';
        var rest = isNegative ? number[1..] : number;
        var exponent = 0;
        var e = rest.IndexOfAny((byte)'e', (byte)'E');
        if (e >= 0)
        {
            var power = rest[(e + 1)..];
            if (power[0] == (byte)'+')
                power = power[1..];
            if (!Utf8Parser.TryParse(power, out exponent, out var read) || read != power.Length || Math.Abs((long)exponent) > LargestExponent)
                return false;
            rest = rest[..e];
        }

        var digits = form[1..];
        var point = rest.IndexOf((byte)'.');
        var count = rest.Length;
        if (point < 0)
        {
            rest.CopyTo(digits);
        }
        else
        {
            rest[..point].CopyTo(digits);
            rest[(point + 1)..].CopyTo(digits[point..]);
            exponent -= rest.Length - point - 1;
            count--;
        }

        var significant = digits[..count].TrimEnd((byte)'0');
        exponent += count - significant.Length;
        significant = significant.TrimStart((byte)'0');
        if (significant.IsEmpty)
        {
            form[0] = (byte)'0';
            length = 1;
            return true;
        }

        var start = isNegative ? 1 : 0;
        form[0] = (byte)'-';
        length = start + significant.Length;
        significant.CopyTo(form[start..]);
        if (exponent != 0)
        {
            form[length++] = (byte)'e';
            Utf8Formatter.TryFormat(exponent, form[length..], out var written);
            length += written;
        }
        return true;
    }
}
