using System.Buffers;

namespace AiGateway.Telemetry;

/// <summary>Turns instrument and tag names into Prometheus's, by the OpenTelemetry rules (opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics).</summary>
internal static class PrometheusName
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:");

    /// <summary>The metric family's name: sanitised, with its unit, without <c>_total</c>.</summary>
    public static string OfFamily(string instrument, string? unit, MetricKind kind)
    {
        var name = Sanitise(instrument);
        if (kind == MetricKind.Counter && name.EndsWith("_total", StringComparison.Ordinal))
        {
            name = name[..^"_total".Length];
        }
        var suffix = UnitSuffix(unit, kind);
        return suffix.Length == 0 || name.EndsWith("_" + suffix, StringComparison.Ordinal) ? name : $"{name}_{suffix}";
    }

    /// <summary>A label's name; colons are for recording rules and not allowed in labels.</summary>
    public static string OfLabel(string tag) => Sanitise(tag).Replace(':', '_');

    /// <summary>The word a unit adds to a name; empty for none.</summary>
    public static string UnitSuffix(string? unit, MetricKind kind) => unit switch
    {
        null or "" => "",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "%" => "percent",
        "1" => kind == MetricKind.Gauge ? "ratio" : "",
        _ when unit[0] == '{' => "",
        _ => Sanitise(unit).Trim('_'),
    };

    private static string Sanitise(string name)
    {
        Span<char> text = name.Length <= 256 ? stackalloc char[name.Length + 1] : new char[name.Length + 1];
        var length = 0;
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            text[length++] = '_';
        }
        foreach (var character in name)
        {
            var valid = NameCharacters.Contains(character) ? character : '_';
            // Runs of what is not allowed become one underscore, as the rules ask.
            if (valid != '_' || length == 0 || text[length - 1] != '_')
            {
                text[length++] = valid;
            }
        }
        return new string(text[..length]);
    }
}
