using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Reports;

/// <summary>Writes reports as JSON. Amounts are text: most readers would make floats of numbers.</summary>
internal static class ReportJson
{
    /// <summary>A report as text, for people who read JSON.</summary>
    public static string Format(Report report)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, RecordJson.Options with { Indented = true }))
        {
            Write(json, report);
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes a report as one object.</summary>
    public static void Write(Utf8JsonWriter json, Report report)
    {
        var query = report.Query.Sums;
        json.WriteStartObject();
        json.WriteString("object"u8, "report"u8);
        var currency = report.Query.Currency;
        json.WriteString("currency"u8, currency);
        if (currency != CurrencyRates.Usd)
        {
            json.WriteStartObject("rates"u8);
            foreach (var (day, rate) in report.Rates)
            {
                json.WriteString(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), UsdText.Format(rate));
            }
            json.WriteEndObject();
        }
        json.WriteString("from"u8, ReportColumns.Time(query.From));
        json.WriteString("to"u8, ReportColumns.Time(query.To));
        json.WriteString("time_zone"u8, query.Zone.Id);
        WriteText(json, "as_of", query.AsOf is { } asOf ? asOf == DateTimeOffset.MinValue ? "recorded" : ReportColumns.Time(asOf) : null);
        json.WriteStartArray("by"u8);
        foreach (var dimension in query.By)
        {
            json.WriteStringValue(LedgerDimensions.NameOf(dimension));
        }
        json.WriteEndArray();
        json.WriteStartObject("total"u8);
        WriteSums(json, report.Total, currency);
        json.WriteEndObject();
        WriteText(json, ReportColumns.NameIn(currency, "forecast"), report.Forecast is { } forecast ? UsdText.Format(forecast) : null);
        json.WriteNumber("groups"u8, report.Groups);
        WriteGroups(json, "rows"u8, query.By, report.Rows, currency);
        json.WriteStartArray("adjustments"u8);
        foreach (var group in report.Adjustments)
        {
            json.WriteStartObject();
            WriteKeys(json, query.By, group.Keys);
            json.WriteString("of"u8, group.Keys[^2]);
            json.WriteString("cause"u8, group.Keys[^1]);
            WriteSums(json, group.Sums, currency);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("previous"u8);
        json.WriteString("from"u8, ReportColumns.Time(report.PreviousFrom));
        json.WriteString("to"u8, ReportColumns.Time(report.PreviousTo));
        if (report.PreviousTotal is { } previous)
        {
            json.WriteStartObject("total"u8);
            WriteSums(json, previous, currency);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("total"u8);
        }
        json.WriteEndObject();
        json.WriteStartArray("movers"u8);
        foreach (var mover in report.Movers)
        {
            json.WriteStartObject();
            WriteKeys(json, query.By, mover.Keys);
            json.WriteString(ReportColumns.NameIn(currency, "cost"), UsdText.Format(mover.Cost));
            json.WriteString(ReportColumns.NameIn(currency, "previous_cost"), UsdText.Format(mover.Before));
            json.WriteString(ReportColumns.NameIn(currency, "change"), UsdText.Format(mover.Change));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteGroups(json, "unpriced"u8, [LedgerDimension.Provider, LedgerDimension.Model], report.Unpriced, currency);
        json.WriteEndObject();
    }

    /// <summary>Writes groups as an array of objects: keys and sums side by side.</summary>
    public static void WriteGroups(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<LedgerDimension> by, IReadOnlyList<LedgerGroup> groups, string currency = CurrencyRates.Usd)
    {
        json.WriteStartArray(name);
        foreach (var group in groups)
        {
            json.WriteStartObject();
            WriteKeys(json, by, group.Keys);
            WriteSums(json, group.Sums, currency);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>Writes the members of sums.</summary>
    public static void WriteSums(Utf8JsonWriter json, LedgerSums sums, string currency = CurrencyRates.Usd)
    {
        for (var i = 0; i < ReportColumns.Counts.Count; i++)
        {
            json.WriteNumber(ReportColumns.Counts[i], ReportColumns.Count(sums, i));
        }
        var names = ReportColumns.AmountsIn(currency);
        for (var i = 0; i < names.Count; i++)
        {
            WriteText(json, names[i], ReportColumns.Amount(sums, i));
        }
    }

    private static void WriteKeys(Utf8JsonWriter json, IReadOnlyList<LedgerDimension> by, IReadOnlyList<string> keys)
    {
        for (var i = 0; i < by.Count; i++)
        {
            WriteText(json, LedgerDimensions.NameOf(by[i]), keys[i].Length > 0 ? keys[i] : null);
        }
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, text);
        }
    }
}
