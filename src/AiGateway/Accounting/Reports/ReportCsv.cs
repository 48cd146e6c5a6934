using System.Globalization;
using System.Text;

namespace AiGateway.Accounting.Reports;

/// <summary>Writes the groups of reports as CSV (RFC 4180).</summary>
/// <remarks>Names come from callers and configuration, and a spreadsheet takes what begins with one of <c>= + - @</c>, a tab or a carriage return for a formula: such cells get an apostrophe before them (OWASP, CSV injection).</remarks>
internal static class ReportCsv
{
    /// <summary>The line of names.</summary>
    public static string Head(Report report) => Line(
        report.Query.Sums.By.Select(LedgerDimensions.NameOf).Concat(ReportColumns.Counts).Concat(ReportColumns.Amounts));

    /// <summary>The line of one group.</summary>
    public static string Row(LedgerGroup group) => Line(
        group.Keys.Select(Safe)
            .Concat(Enumerable.Range(0, ReportColumns.Counts.Count).Select(i => ReportColumns.Count(group.Sums, i).ToString(CultureInfo.InvariantCulture)))
            .Concat(Enumerable.Range(0, ReportColumns.Amounts.Count).Select(i => ReportColumns.Amount(group.Sums, i) ?? "")));

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
