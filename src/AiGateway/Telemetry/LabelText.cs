using System.Globalization;
using System.Text;

namespace AiGateway.Telemetry;

/// <summary>Writes tags as labels: sorted by name, values escaped, empty ones left out as Prometheus takes them for absent.</summary>
internal static class LabelText
{
    /// <summary><c>a="b",c="d"</c>; of two tags whose names become equal, the first stands.</summary>
    public static string Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<KeyValuePair<string, string>>(tags.Length);
        foreach (var tag in tags)
        {
            var name = PrometheusName.OfLabel(tag.Key);
            var value = Convert.ToString(tag.Value, CultureInfo.InvariantCulture);
            if (!string.IsNullOrEmpty(value) && !labels.Exists(label => string.Equals(label.Key, name, StringComparison.Ordinal)))
            {
                labels.Add(new(name, value));
            }
        }
        labels.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        var text = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"");
            AppendEscaped(text, value, quotes: true).Append('"');
        }
        return text.ToString();
    }

    /// <summary>Backslash and line feed escaped; quotes only inside label values, and in OpenMetrics everywhere.</summary>
    public static string Escaped(string text, bool quotes) => AppendEscaped(new StringBuilder(), text, quotes).ToString();

    private static StringBuilder AppendEscaped(StringBuilder text, string value, bool quotes)
    {
        foreach (var character in value)
        {
            _ = character switch
            {
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '"' when quotes => text.Append("\\\""),
                _ => text.Append(character),
            };
        }
        return text;
    }
}
