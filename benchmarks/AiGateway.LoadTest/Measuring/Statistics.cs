namespace AiGateway.LoadTest.Measuring;

/// <summary>The little arithmetic of the reports.</summary>
internal static class Statistics
{
    /// <summary>The median; the mean of the two middle values for an even count; NaN when empty.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
        {
            return double.NaN;
        }
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>Least-squares line through the points: its slope and its value at x = 0.</summary>
    public static (double Slope, double Intercept) Line(IReadOnlyList<(double X, double Y)> points)
    {
        var meanX = points.Average(p => p.X);
        var meanY = points.Average(p => p.Y);
        var slope = points.Sum(p => (p.X - meanX) * (p.Y - meanY)) / points.Sum(p => (p.X - meanX) * (p.X - meanX));
        return (slope, meanY - (slope * meanX));
    }
}
