using System.Globalization;

namespace AiGateway.LoadTest.Measuring;

/// <summary>Single values of Prometheus's text format.</summary>
internal static class PrometheusText
{
    /// <summary>The value of a metric, all its series added up; 0 where there are none.</summary>
    /// <param name="exposition">The whole text.</param>
    /// <param name="name">The metric's whole name.</param>
    /// <param name="label">What the line of a series must hold to be counted; empty for all of them.</param>
    /// <exception cref="FormatException">A line of it cannot be read.</exception>
    public static double Sum(string exposition, string name, string label = "") => exposition.Split('\n')
        .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Length > name.Length && line[name.Length] is ' ' or '{' && line.Contains(label, StringComparison.Ordinal))
        .Sum(ValueOf);

    /// <summary>The value at the end of a line.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static double ValueOf(string line)
    {
        // Behind the labels, whose values may hold blanks.
        var value = line[(line.LastIndexOfAny(['}', ' ']) + 1)..];
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"No value in '{line}'.");
    }
}
