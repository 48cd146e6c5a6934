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

    /// <summary>The digits as a string.</summary>
    public static string Format(decimal amount)
    {
        Span<byte> digits = stackalloc byte[MaxLength];
        return System.Text.Encoding.ASCII.GetString(digits[..Write(amount, digits)]);
    }
}
