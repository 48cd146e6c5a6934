using System.Globalization;
using System.Text;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Reports;

/// <summary>Writes reports for people.</summary>
internal static class ReportTable
{
    private const int LongestCell = 40;

    /// <summary>The report as lines of text.</summary>
    public static string Write(Report report)
    {
        var query = report.Query.Sums;
        var currency = report.Query.Currency;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{ReportColumns.Time(query.From)} to {ReportColumns.Time(query.To)}{(query.Zone.Equals(TimeZoneInfo.Utc) ? "" : $" ({query.Zone.Id})")}, {currency}{AsOf(query)}");
        if (ReportCsv.RatesOf(report) is { } rates)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{currency} for one USD: {rates}");
        }
        text.AppendLine();
        // Its column stands only where it says something.
        var hasUnpriced = report.Total.Unpriced > 0;
        string[] unpriced = hasUnpriced ? ["unpriced"] : [];
        var rows = new List<string[]> { (string[])[.. query.By.Select(LedgerDimensions.NameOf), "requests", "errors", .. unpriced, "input", "cached", "output", currency, $"{currency}/request", "saved"] };
        if (query.By.Count > 0)
        {
            rows.AddRange(report.Rows.Select(group => (string[])[.. group.Keys.Select(Cell), .. Cells(group.Sums, hasUnpriced)]));
        }
        rows.Add([.. query.By.Select(static (_, i) => i == 0 ? "total" : ""), .. Cells(report.Total, hasUnpriced)]);
        TextTable.Append(text, rows, query.By.Count);
        if (report.Groups > report.Rows.Count)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"({report.Rows.Count} of {report.Groups} groups are shown; the total is that of all)");
        }
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"before    {(report.PreviousTotal is { } previous ? $"{UsdText.Format(previous.Cost)} {currency}{ChangeOf(report.Total.Cost, previous.Cost)}" : $"no rate of {currency}")} from {ReportColumns.Time(report.PreviousFrom)} to {ReportColumns.Time(report.PreviousTo)}");
        if (report.Forecast is { } forecast)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"forecast  {UsdText.Format(forecast)} {currency} at the period's end, if it goes on like this");
        }
        AppendAdjustments(text, report);
        AppendMovers(text, report);
        AppendUnpriced(text, report);
        if (report.Total.Estimated > 0)
        {
            text.AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"{report.Total.Estimated} of {report.Total.Calls} calls are estimated: their providers reported no usage, or they were cut.");
        }
        return text.ToString();
    }

    private static void AppendAdjustments(StringBuilder text, Report report)
    {
        if (report.Adjustments.Count == 0)
        {
            return;
        }
        text.AppendLine();
        text.AppendLine("Adjustments of closed months, booked in this period and in no amount above:");
        var rows = new List<string[]> { (string[])[.. report.Query.Sums.By.Select(LedgerDimensions.NameOf), "of", "cause", "requests", report.Query.Currency] };
        rows.AddRange(report.Adjustments.Select(static group => (string[])[.. group.Keys.Select(Cell), Number(group.Sums.Requests), UsdText.Format(group.Sums.Cost)]));
        TextTable.Append(text, rows, report.Query.Sums.By.Count + 2);
        text.AppendLine(CultureInfo.InvariantCulture, $"Together with them: {UsdText.Format(report.Total.Cost + report.Total.Adjustments)} {report.Query.Currency}");
    }

    private static void AppendMovers(StringBuilder text, Report report)
    {
        if (report.Movers.Count == 0)
        {
            return;
        }
        text.AppendLine();
        text.AppendLine("Changed most:");
        var rows = new List<string[]> { (string[])[.. report.Query.Sums.By.Select(LedgerDimensions.NameOf), report.Query.Currency, "before", "change"] };
        rows.AddRange(report.Movers.Select(mover => (string[])[.. mover.Keys.Select(Cell), UsdText.Format(mover.Cost), UsdText.Format(mover.Before), (mover.Change > 0 ? "+" : "") + UsdText.Format(mover.Change)]));
        TextTable.Append(text, rows, report.Query.Sums.By.Count);
    }

    private static void AppendUnpriced(StringBuilder text, Report report)
    {
        if (report.Unpriced.Count == 0)
        {
            return;
        }
        text.AppendLine();
        text.AppendLine("Without a price, and in no amount above:");
        var rows = new List<string[]> { (string[])["provider", "model", "calls", "tokens"] };
        rows.AddRange(report.Unpriced.Select(static group => (string[])[.. group.Keys.Select(Cell), Number(group.Sums.Unpriced), Number(group.Sums.UnpricedTokens)]));
        TextTable.Append(text, rows, 2);
    }

    private static string[] Cells(LedgerSums sums, bool hasUnpriced)
    {
        // Nothing of it has a price: that is not 0.
        var isUnknown = sums.Cost == 0 && sums.Unpriced > 0 && sums.Unpriced == sums.Calls;
        string[] unpriced = hasUnpriced ? [Number(sums.Unpriced)] : [];
        return
        [
            Number(sums.Requests), sums.Errors == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"{sums.Errors} ({sums.ErrorShare * 100:0.##}%)"), .. unpriced,
            Number(sums.Input), Number(sums.CachedInput), Number(sums.Output),
            isUnknown ? "-" : UsdText.Format(sums.Cost), isUnknown ? "-" : ReportColumns.Amount(sums, 1) ?? "", UsdText.Format(sums.Saved),
        ];
    }

    private static string ChangeOf(decimal cost, decimal before) => before <= 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" (now {(cost - before) / before * 100:+0.#;-0.#;0}%)");

    private static string AsOf(LedgerQuery query) =>
        query.AsOf is not { } asOf ? "" : asOf == DateTimeOffset.MinValue ? ", as recorded" : $", as of {ReportColumns.Time(asOf)}";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Cell(string text) => Plain(text, LongestCell);

    /// <summary>A word as a terminal may have it: it obeys control characters, and names are callers' words.</summary>
    public static string Plain(string text, int longest)
    {
        if (text.Length == 0)
        {
            return "-";
        }
        var plain = string.Create(text.Length, text, static (span, from) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = char.IsControl(from[i]) ? '?' : from[i];
            }
        });
        return plain.Length <= longest ? plain : string.Concat(RecordJson.Bounded(plain, longest - 1), "…");
    }
}
