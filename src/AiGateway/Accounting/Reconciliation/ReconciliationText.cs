using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.Accounting.Reports;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Reconciliation;

/// <summary>Writes a reconciliation, for people, spreadsheets and programs.</summary>
internal static class ReconciliationText
{
    private const int ShareDecimals = 4;
    private const int LongestModel = 48;
    private const int LeftAligned = 2;

    private static readonly string[] Columns = ["day", "model", "ledger_usd", "invoice_usd", "difference_usd", "share", "ledger_tokens", "invoice_tokens", "calls", "unpriced_calls", "estimated_calls", "cause", "note"];
    private static readonly string[] Heads = ["day", "model", "ledger USD", "invoice USD", "difference", "share", "cause"];
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>A table, the sums by cause, and what there is to say.</summary>
    public static string Table(ReconciliationReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Day(report.From)} to {Day(report.To)} (not included), USD").AppendLine();
        var rows = new List<string[]> { Heads };
        rows.AddRange(report.Rows.Select(static row => (string[])
        [
            Day(row.Day), ReportTable.Plain(row.Model, LongestModel), Amount(row.Ledger) ?? "-", Amount(row.Invoice) ?? "-", Signed(row.Difference), Percent(row.Share),
            ReconciliationCauses.WordOf(row.Cause) + (row.Note.Length == 0 ? "" : ": " + row.Note),
        ]));
        rows.Add(["total", "", UsdText.Format(report.Ledger), UsdText.Format(report.Invoice), Signed(report.Difference), Percent(report.Invoice == 0 ? null : report.Difference / report.Invoice), ""]);
        TextTable.Append(text, rows, LeftAligned, endsWithWords: true);
        if (report.Causes.Count > 0)
        {
            text.AppendLine();
            TextTable.Append(text, [["cause", "difference"], .. report.Causes.Select(static cause => (string[])[ReconciliationCauses.WordOf(cause.Key), Signed(cause.Value)])], left: 1);
        }
        foreach (var note in report.Notes)
        {
            text.AppendLine().Append(note);
        }
        return report.Notes.Count == 0 ? text.ToString() : text.AppendLine().ToString();
    }

    /// <summary>CSV, one line a row; words that a spreadsheet would take for a formula have an apostrophe before them.</summary>
    public static IEnumerable<string> Csv(ReconciliationReport report) => report.Rows.Select(static row => ReportCsv.Line(
    [
        Day(row.Day), ReportCsv.Safe(row.Model), Amount(row.Ledger) ?? "", Amount(row.Invoice) ?? "", UsdText.Format(row.Difference), Share(row.Share) ?? "",
        UsdText.Format(row.LedgerTokens), Amount(row.InvoiceTokens) ?? "", Number(row.Calls), Number(row.Unpriced), Number(row.Estimated), ReconciliationCauses.WordOf(row.Cause), ReportCsv.Safe(row.Note),
    ])).Prepend(ReportCsv.Line(Columns));

    /// <summary>JSON; amounts are texts.</summary>
    public static string Json(ReconciliationReport report)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            json.WriteStartObject();
            json.WriteString("from", Day(report.From));
            json.WriteString("to", Day(report.To));
            json.WriteString("currency", "USD");
            json.WriteStartObject("total");
            WriteAmounts(json, report.Ledger, report.Invoice, report.Difference, report.Invoice == 0 ? null : report.Difference / report.Invoice);
            json.WriteEndObject();
            json.WriteStartArray("causes");
            foreach (var (cause, difference) in report.Causes)
            {
                json.WriteStartObject();
                json.WriteString("cause", ReconciliationCauses.WordOf(cause));
                json.WriteString("difference_usd", UsdText.Format(difference));
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("rows");
            foreach (var row in report.Rows)
            {
                Write(json, row);
            }
            json.WriteEndArray();
            json.WriteStartArray("notes");
            foreach (var note in report.Notes)
            {
                json.WriteStringValue(note);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, ReconciliationRow row)
    {
        json.WriteStartObject();
        json.WriteString("day", Day(row.Day));
        json.WriteString("model", row.Model);
        WriteAmounts(json, row.Ledger, row.Invoice, row.Difference, row.Share);
        json.WriteString("ledger_tokens", UsdText.Format(row.LedgerTokens));
        json.WriteString("invoice_tokens", Amount(row.InvoiceTokens));
        json.WriteNumber("calls", row.Calls);
        json.WriteNumber("unpriced_calls", row.Unpriced);
        json.WriteNumber("estimated_calls", row.Estimated);
        json.WriteString("cause", ReconciliationCauses.WordOf(row.Cause));
        json.WriteString("note", row.Note);
        json.WriteEndObject();
    }

    private static void WriteAmounts(Utf8JsonWriter json, decimal? ledger, decimal? invoice, decimal difference, decimal? share)
    {
        json.WriteString("ledger_usd", Amount(ledger));
        json.WriteString("invoice_usd", Amount(invoice));
        json.WriteString("difference_usd", UsdText.Format(difference));
        json.WriteString("share", Share(share));
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string? Amount(decimal? amount) => amount is { } known ? UsdText.Format(known) : null;

    private static string? Share(decimal? share) => share is { } known ? UsdText.Format(decimal.Round(known, ShareDecimals)) : null;

    private static string Percent(decimal? share) => share is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known * 100:+0.##;-0.##;0}%") : "-";

    private static string Signed(decimal amount) => (amount > 0 ? "+" : "") + UsdText.Format(amount);

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
