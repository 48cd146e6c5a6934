using System.Globalization;

namespace AiGateway.LoadTest.Measuring;

/// <summary>A histogram that a program exposes about itself, in Prometheus's text format.</summary>
/// <remarks>Of a percentile it knows no more than the bucket: bars should be bounds of buckets, then a verdict on them is exact.</remarks>
internal sealed class BucketedTimes
{
    // Upper bounds in the exposition's unit, the last one infinite; counts of each bucket alone.
    private readonly double[] _bounds;
    private readonly long[] _counts;

    private BucketedTimes(double[] bounds, long[] counts)
    {
        _bounds = bounds;
        _counts = counts;
    }

    /// <summary>Values in all buckets.</summary>
    public long Count => _counts.Sum();

    /// <summary>Reads one histogram; series of different labels are added up.</summary>
    /// <param name="exposition">The whole text.</param>
    /// <param name="name">Name of the histogram, without <c>_bucket</c>.</param>
    /// <returns>One without buckets where the text has none of this name: nothing was recorded yet.</returns>
    /// <exception cref="FormatException">A line of it cannot be read.</exception>
    public static BucketedTimes Read(string exposition, string name)
    {
        var upTo = new SortedDictionary<double, long>();
        foreach (var line in exposition.Split('\n').Where(line => line.StartsWith(name + "_bucket{", StringComparison.Ordinal)))
        {
            var bound = Bound(line);
            upTo[bound] = upTo.GetValueOrDefault(bound) + (long)PrometheusText.ValueOf(line);
        }
        var counts = upTo.Values.ToArray();
        for (var i = counts.Length - 1; i > 0; i--)
        {
            counts[i] -= counts[i - 1];
        }
        return new BucketedTimes([.. upTo.Keys], counts);
    }

    /// <summary>What was recorded since an earlier reading of the same histogram.</summary>
    public BucketedTimes Since(BucketedTimes earlier) =>
        earlier._bounds.Length == 0 ? this : new BucketedTimes(_bounds, [.. _counts.Zip(earlier._counts, static (now, before) => now - before)]);

    /// <summary>Both together.</summary>
    public BucketedTimes And(BucketedTimes other) =>
        _bounds.Length == 0 ? other : other._bounds.Length == 0 ? this : new BucketedTimes(_bounds, [.. _counts.Zip(other._counts, static (one, two) => one + two)]);

    /// <summary>The bound of the bucket that holds the percentile: at least <paramref name="percent"/> of all values do not exceed it. Infinite in the last bucket, NaN when there are none.</summary>
    public double Percentile(double percent)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(Count * percent / 100));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
            {
                return _bounds[i];
            }
        }
        return double.NaN;
    }

    private static double Bound(string line)
    {
        const string Label = "le=\"";
        var start = line.IndexOf(Label, StringComparison.Ordinal) + Label.Length;
        var end = line.IndexOf('"', start);
        if (start < Label.Length || end < 0)
        {
            throw new FormatException($"No bound in '{line}'.");
        }
        var bound = line[start..end];
        return bound == "+Inf" ? double.PositiveInfinity : double.Parse(bound, CultureInfo.InvariantCulture);
    }
}
