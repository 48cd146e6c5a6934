using System.Globalization;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Reports;

/// <summary>The columns of sums, in all formats the same.</summary>
internal static class ReportColumns
{
    private const int ShareDecimals = 6;
    private const int MeanDecimals = 12;

    /// <summary>Names of columns that hold whole numbers.</summary>
    public static IReadOnlyList<string> Counts { get; } =
    [
        "requests", "errors", "calls", "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens",
        "estimated_calls", "unpriced_calls", "unpriced_tokens",
    ];

    /// <summary>How many columns hold decimals.</summary>
    public const int Amounts = 5;

    /// <summary>Names of columns that hold decimals.</summary>
    public static IReadOnlyList<string> AmountsIn(string currency) => currency == CurrencyRates.Usd ? InUsd : NamesIn(currency);

    /// <summary>The name of an amount's member or column.</summary>
    public static string NameIn(string currency, string name) => $"{name}_{currency.ToLowerInvariant()}";

    private static readonly string[] InUsd = NamesIn(CurrencyRates.Usd);

    /// <summary>The whole numbers of sums.</summary>
    public static long Count(LedgerSums sums, int column) => column switch
    {
        0 => sums.Requests,
        1 => sums.Errors,
        2 => sums.Calls,
        3 => sums.Input,
        4 => sums.CachedInput,
        5 => sums.CacheWrite,
        6 => sums.Output,
        7 => sums.Reasoning,
        8 => sums.Estimated,
        9 => sums.Unpriced,
        10 => sums.UnpricedTokens,
        _ => throw new ArgumentOutOfRangeException(nameof(column)),
    };

    /// <summary>The decimals of sums as text; null where there is none.</summary>
    public static string? Amount(LedgerSums sums, int column) => column switch
    {
        0 => UsdText.Format(sums.Cost),
        1 => Rounded(sums.CostPerRequest, MeanDecimals),
        2 => UsdText.Format(sums.Saved),
        3 => Rounded(sums.ErrorShare, ShareDecimals),
        4 => UsdText.Format(sums.Adjustments),
        _ => throw new ArgumentOutOfRangeException(nameof(column)),
    };

    /// <summary>An instant as reports write it.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string[] NamesIn(string currency) =>
        [NameIn(currency, "cost"), NameIn(currency, "cost_per_request"), NameIn(currency, "saved"), "error_share", NameIn(currency, "adjustments")];

    private static string? Rounded(decimal? value, int decimals) => value is { } known ? UsdText.Format(decimal.Round(known, decimals)) : null;
}
