using System.Globalization;
using System.Text;
using AiGateway.Accounting.Reports;

namespace AiGateway.Storage.Ledger;

/// <summary>The columns of sums, in the order in which they are selected.</summary>
internal static class RollupRow
{
    /// <summary>The columns' names.</summary>
    public const string Columns = "requests, errors, calls, estimated, unpriced, unpriced_tokens, input, cached_input, cache_write, output, reasoning, duration_us, cost, saved";

    // With the point: at most 18 digits.
    private const int LongestShort = 18;

    /// <summary>Reads the columns from <paramref name="first"/> on.</summary>
    /// <exception cref="InvalidDataException">An amount is none.</exception>
    public static LedgerSums Read(ILedgerRow row, int first)
    {
        var sums = new LedgerSums();
        Read(row, first, sums);
        return sums;
    }

    /// <summary>Reads the columns from <paramref name="first"/> on in place of what <paramref name="sums"/> holds: a report reads hundreds of thousands of rows.</summary>
    /// <exception cref="InvalidDataException">An amount is none.</exception>
    public static void Read(ILedgerRow row, int first, LedgerSums sums)
    {
        sums.Requests = row.Number(first);
        sums.Errors = row.Number(first + 1);
        sums.Calls = row.Number(first + 2);
        sums.Estimated = row.Number(first + 3);
        sums.Unpriced = row.Number(first + 4);
        sums.UnpricedTokens = row.Number(first + 5);
        sums.Input = row.Number(first + 6);
        sums.CachedInput = row.Number(first + 7);
        sums.CacheWrite = row.Number(first + 8);
        sums.Output = row.Number(first + 9);
        sums.Reasoning = row.Number(first + 10);
        sums.DurationMicroseconds = row.Number(first + 11);
        sums.Cost = row.Amount(first + 12);
        sums.Saved = row.Amount(first + 13);
    }

    /// <summary>An amount of its text.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static decimal Amount(string text) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount)
        ? amount : throw new InvalidDataException($"'{text}' is no amount.");

    /// <summary>An amount of its text in UTF-8.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static decimal Amount(ReadOnlySpan<byte> text)
    {
        // Nearly all amounts have fewer digits than a long holds: several times as fast, and there are two in each row of sums.
        if (text.Length is > 0 and <= LongestShort)
        {
            var (digits, scale, i) = (0L, 0, 0);
            for (; i < text.Length && char.IsAsciiDigit((char)text[i]); i++)
            {
                digits = (digits * 10) + (text[i] - '0');
            }
            if (i > 0 && i < text.Length - 1 && text[i] == '.')
            {
                for (i++; i < text.Length && char.IsAsciiDigit((char)text[i]); i++, scale++)
                {
                    digits = (digits * 10) + (text[i] - '0');
                }
            }
            if (i == text.Length)
            {
                return new decimal((int)digits, (int)(digits >> 32), 0, isNegative: false, (byte)scale);
            }
        }
        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount)
            ? amount : throw new InvalidDataException($"'{Encoding.UTF8.GetString(text)}' is no amount.");
    }
}
