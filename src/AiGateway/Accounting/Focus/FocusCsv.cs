using System.Buffers;
using System.Text.Json;
using AiGateway.Accounting.Reports;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Focus;

/// <summary>Writes an export's file, and the schema beside it.</summary>
internal static class FocusCsv
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>The line of names.</summary>
    public static string Head(IReadOnlyList<FocusColumn> columns) => ReportCsv.Line(columns.Select(static column => column.Name));

    /// <summary>One line. Words that a spreadsheet would take for a formula have an apostrophe before them, as in reports; in <c>Tags</c>, which begins with a brace, they are as they came.</summary>
    public static string Row(IReadOnlyList<FocusColumn> columns, FocusLine line) => ReportCsv.Line(columns.Select(column =>
    {
        var value = column.Value(line) ?? "";
        return column.IsWord ? ReportCsv.Safe(value) : value;
    }));

    /// <summary>The metadata that the specification wants beside the data: which version, which columns of which types.</summary>
    public static ReadOnlyMemory<byte> Schema(FocusOptions options, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            json.WriteStartObject();
            json.WriteString("SchemaId", $"aigateway-focus-{options.VersionNumber}-1");
            json.WriteString("FocusVersion", options.VersionNumber);
            json.WriteString("DataGenerator", "AiGateway");
            json.WriteString("DataGeneratorVersion", ProductVersion.Full);
            json.WriteString("CreationDate", ReportColumns.Time(now));
            json.WriteStartArray("ColumnDefinition");
            foreach (var column in FocusColumns.Of(options.Version))
            {
                json.WriteStartObject();
                json.WriteString("ColumnName", column.Name);
                json.WriteString("DataType", column.Type);
                if (column.Name == "Tags")
                {
                    json.WriteStartArray("ProviderTagPrefixes");
                    json.WriteStringValue(FocusTags.Prefix);
                    json.WriteEndArray();
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }
}
