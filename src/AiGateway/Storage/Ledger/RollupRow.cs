using System.Globalization;
using AiGateway.Accounting.Reports;

namespace AiGateway.Storage.Ledger;

/// <summary>The columns of sums, in the order in which they are selected.</summary>
internal static class RollupRow
{
    /// <summary>The columns' names.</summary>
    public const string Columns = "requests, errors, calls, estimated, unpriced, unpriced_tokens, input, cached_input, cache_write, output, reasoning, duration_us, cost, saved";

    /// <summary>Reads the columns from <paramref name="first"/> on.</summary>
    public static LedgerSums Read(ILedgerRow row, int first) => new()
    {
        Requests = row.Number(first),
        Errors = row.Number(first + 1),
        Calls = row.Number(first + 2),
        Estimated = row.Number(first + 3),
        Unpriced = row.Number(first + 4),
        UnpricedTokens = row.Number(first + 5),
        Input = row.Number(first + 6),
        CachedInput = row.Number(first + 7),
        CacheWrite = row.Number(first + 8),
        Output = row.Number(first + 9),
        Reasoning = row.Number(first + 10),
        DurationMicroseconds = row.Number(first + 11),
        Cost = Amount(row.Text(first + 12)),
        Saved = Amount(row.Text(first + 13)),
    };

    /// <summary>An amount of its text.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static decimal Amount(string text) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var amount)
        ? amount : throw new InvalidDataException($"'{text}' is no amount.");
}
