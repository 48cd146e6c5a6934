using AiGateway.LoadTest.Measuring;

namespace AiGateway.LoadTest.Tests;

/// <summary>Medians and slopes that verdicts rest on.</summary>
public sealed class StatisticsTests
{
    [Fact]
    public void OddCount_MedianIsTheMiddle() => Assert.Equal(3, Statistics.Median([9, 1, 3]));

    [Fact]
    public void EvenCount_MedianIsTheMeanOfTheMiddleTwo() => Assert.Equal(2.5, Statistics.Median([9, 1, 3, 2]));

    [Fact]
    public void PointsOnALine_GiveItsSlopeAndIntercept()
    {
        var (slope, intercept) = Statistics.Line([(1, 41.5), (10, 55), (300, 490)]);

        Assert.Equal(1.5, slope, 9);
        Assert.Equal(40, intercept, 9);
    }
}
