using System.Globalization;
using System.Text;

namespace AiGateway.Accounting.Reports;

/// <summary>Writes the groups of reports as CSV (RFC 4180).</summary>
/// <remarks>Names come from callers and configuration, and a spreadsheet takes what begins with one of <c>= + - @</c>, a tab or a carriage return for a formula: such cells get an apostrophe before them (OWASP, CSV injection).</remarks>
internal static class ReportCsv
{
    /// <summary>The line of names.</summary>
    public static string Head(Report report) => Line(
        report.Query.Sums.By.Select(LedgerDimensions.NameOf).Concat(ReportColumns.Counts).Concat(ReportColumns.AmountsIn(report.Query.Currency))
            .Concat(report.Query.Currency == CurrencyRates.Usd ? [] : ["rates"]));

    /// <summary>The line of one group.</summary>
    /// <param name="group">The group.</param>
    /// <param name="rates">What <see cref="RatesOf"/> says of the report.</param>
    public static string Row(LedgerGroup group, string? rates = null) => Line(
        group.Keys.Select(Safe)
            .Concat(Enumerable.Range(0, ReportColumns.Counts.Count).Select(i => ReportColumns.Count(group.Sums, i).ToString(CultureInfo.InvariantCulture)))
            .Concat(Enumerable.Range(0, ReportColumns.Amounts).Select(i => ReportColumns.Amount(group.Sums, i) ?? ""))
            .Concat(rates is null ? [] : [rates]));

    /// <summary>The rates that a report has used: <c>2026-10-01=0.86 2026-10-02=0.87</c>; null for USD.</summary>
    public static string? RatesOf(Report report) => report.Query.Currency == CurrencyRates.Usd ? null : string.Join(' ', report.Rates.Select(static rate => CurrencyRates.Write(rate.Key, rate.Value)));

    /// <summary>A text that no spreadsheet takes for a formula.</summary>
    public static string Safe(string text) => text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text;

    /// <summary>A line of cells as they are, quoted where that is needed.</summary>
    public static string Line(IEnumerable<string> cells)
    {
        var line = new StringBuilder();
        var separator = "";
        foreach (var cell in cells)
        {
            line.Append(separator);
            separator = ",";
            if (cell.AsSpan().IndexOfAny("\",\r\n") < 0)
            {
                line.Append(cell);
            }
            else
            {
                line.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            }
        }
        return line.Append("\r\n").ToString();
    }
}
