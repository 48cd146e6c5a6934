using AiGateway.LoadTest.Measuring;

namespace AiGateway.LoadTest.Tests;

/// <summary>What the gateway says about the time of its looks, as verdicts read it.</summary>
public sealed class BucketedTimesTests
{
    private const string Text = """
        # TYPE look_seconds histogram
        look_seconds_bucket{alias="a",le="0.001"} 90
        look_seconds_bucket{alias="a",le="0.012"} 99
        look_seconds_bucket{alias="a",le="+Inf"} 100
        look_seconds_bucket{alias="b } c",le="0.001"} 100
        look_seconds_bucket{alias="b } c",le="0.012"} 100
        look_seconds_bucket{alias="b } c",le="+Inf"} 100
        look_seconds_sum{alias="a"} 0.5
        look_seconds_count{alias="a"} 100
        look_seconds_other_bucket{alias="a",le="0.001"} 7
        """;

    [Fact]
    public void SeriesOfSeveralLabels_AreAddedUp()
    {
        var times = BucketedTimes.Read(Text, "look_seconds");

        Assert.Equal(200, times.Count);
        Assert.Equal(0.001, times.Percentile(95));
        Assert.Equal(0.012, times.Percentile(99));
        Assert.Equal(double.PositiveInfinity, times.Percentile(100));
    }

    [Fact]
    public void ExactlyTheShareWithinABound_IsThatBound()
    {
        var times = BucketedTimes.Read("t_bucket{le=\"1.0\"} 99\nt_bucket{le=\"2.0\"} 100\nt_bucket{le=\"+Inf\"} 100\n", "t");

        Assert.Equal(1, times.Percentile(99));
        Assert.Equal(2, times.Percentile(99.1));
    }

    [Fact]
    public void TwoReadings_GiveWhatCameBetween()
    {
        var before = BucketedTimes.Read("t_bucket{le=\"1.0\"} 10\nt_bucket{le=\"+Inf\"} 10\n", "t");
        var after = BucketedTimes.Read("t_bucket{le=\"1.0\"} 10\nt_bucket{le=\"+Inf\"} 13\n", "t");

        var between = after.Since(before);

        Assert.Equal(3, between.Count);
        Assert.Equal(double.PositiveInfinity, between.Percentile(1));
        Assert.Equal(6, between.And(between).Count);
    }

    [Fact]
    public void NothingRecordedYet_IsEmptyAndTakesPart()
    {
        var none = BucketedTimes.Read("other 1\n", "t");
        var some = BucketedTimes.Read("t_bucket{le=\"1.0\"} 2\nt_bucket{le=\"+Inf\"} 2\n", "t");

        Assert.Equal(0, none.Count);
        Assert.True(double.IsNaN(none.Percentile(99)));
        Assert.Equal(2, some.Since(none).Count);
        Assert.Equal(2, none.And(some).Count);
    }

    [Theory]
    [InlineData("t_bucket{alias=\"a\"} 2")]
    [InlineData("t_bucket{le=\"1.0\"} two")]
    [InlineData("t_bucket{le=\"1.0\"}")]
    public void ALineThatIsNone_IsRefused(string line) => Assert.Throws<FormatException>(() => BucketedTimes.Read(line, "t"));
}
