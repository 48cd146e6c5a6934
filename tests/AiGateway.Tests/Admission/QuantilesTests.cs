using AiGateway.Admission;
using AiGateway.TestKit;

namespace AiGateway.Tests.Admission;

public sealed class QuantilesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void High_IsNeverBelowTheQuantile_AndAtMostAQuarterAbove(int seed)
    {
        var random = SeededRandom.From(seed);
        var quantiles = new Quantiles();
        var values = Enumerable.Range(0, 2_000).Select(_ => (long)Math.Exp(random.NextDouble() * 11)).ToList();

        values.ForEach(quantiles.Add);

        values.Sort();
        var exact = values[(int)Math.Ceiling(values.Count * 0.95) - 1];
        Assert.InRange(quantiles.High(), exact, exact + (exact / 4) + 1);
    }

    [Fact]
    public void WhatWasLongAgo_Fades()
    {
        var quantiles = new Quantiles();
        for (var i = 0; i < 2_000; i++)
        {
            quantiles.Add(50_000);
        }
        for (var i = 0; i < 40_000; i++)
        {
            quantiles.Add(10);
        }

        Assert.InRange(quantiles.High(), 10, 12);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(long.MaxValue)]
    public void AnyNumber_IsTaken(long value)
    {
        var quantiles = new Quantiles();

        quantiles.Add(value);

        Assert.InRange(quantiles.High(), Math.Max(0, value), long.MaxValue);
    }

    [Fact]
    public void Few_AreNotKnown()
    {
        var quantiles = new Quantiles();
        for (var i = 0; i < 19; i++)
        {
            quantiles.Add(1);
        }
        Assert.False(quantiles.IsKnown);
        quantiles.Add(1);
        Assert.True(quantiles.IsKnown);
    }
}
