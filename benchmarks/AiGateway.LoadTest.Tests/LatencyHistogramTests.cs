using AiGateway.LoadTest.Measuring;

namespace AiGateway.LoadTest.Tests;

/// <summary>The percentiles of every report come from here, so they are compared with those of a sorted array.</summary>
public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void RandomValues_GivePercentilesWithinOneBucketOfTheExactOnes(int seed)
    {
        var random = new Random(seed);
        var histogram = new LatencyHistogram();
        var values = new long[20_000];
        for (var i = 0; i < values.Length; i++)
        {
            // Log-uniform from 1 ns to 100 s, as latencies are.
            values[i] = (long)Math.Pow(10, random.NextDouble() * 11);
            histogram.Record(values[i]);
        }
        Array.Sort(values);

        Assert.Equal(values.Length, histogram.Count);
        Assert.Equal(values[^1], histogram.MaxNanoseconds);
        foreach (var percent in new[] { 0.1, 1, 10, 50, 90, 99, 99.9, 100 })
        {
            var exact = values[Math.Max(0, (int)Math.Ceiling(values.Length * percent / 100) - 1)];
            Assert.InRange(histogram.Percentile(percent), exact, exact + (exact / 127) + 1);
        }
    }

    [Fact]
    public void Empty_IsZero() => Assert.Equal(0, new LatencyHistogram().Percentile(99));

    [Fact]
    public void Reset_ForgetsEverything()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(5_000_000);
        histogram.Reset();
        histogram.Record(7);

        Assert.Equal(1, histogram.Count);
        Assert.Equal(7, histogram.Percentile(100));
    }

    [Fact]
    public void NegativeAndHugeValues_AreClamped()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(-1);
        histogram.Record(long.MaxValue);

        Assert.Equal(0, histogram.Percentile(1));
        Assert.Equal((1L << 42) - 1, histogram.Percentile(100));
    }
}
