using AiGateway.Pipeline;

namespace AiGateway.Tests.Pipeline;

/// <summary>The shares of costs as text: read back, summed by class, and refused when they are none.</summary>
public class CostSharesTests
{
    [Fact]
    public void ThousandsOfCosts_HaveOneShareOfEachClass()
    {
        var cost = new Cost(0.5m, null) { Other = 0.5m, Shares = "cost.image=2:0.4,cost.web_search=1:0.1" };

        var sum = Cost.Sum([.. Enumerable.Repeat(cost, 5_000)]);

        Assert.Equal("cost.image=10000:2000,cost.web_search=5000:500", sum.Shares);
        Assert.Equal(2500, sum.Other);
        Assert.Equal("cost.image=2:0.4,cost.web_search=1:0.1", new Cost(0, null).Plus(cost).Shares);
    }

    [Fact]
    public void SharesAmongUnits_AreFound()
    {
        Assert.Equal("cost.image=2:0.4", CostShares.In("images=2,cost.image=2:0.4,size=1024x1024"));
        Assert.Null(CostShares.In("images=2"));
        Assert.Null(CostShares.In(null));
        Assert.Equal([new CostShare("audio_second", 1.25m, 0.0000000001m)], CostShares.Parse("cost.audio_second=1.25:0.0000000001"));
    }

    [Theory]
    [InlineData("cost.image")]
    [InlineData("cost.image=2")]
    [InlineData("cost.image=two:1")]
    [InlineData("cost.image=1:2:3")]
    [InlineData("image=1:2")]
    [InlineData("cost.a:1=2")]
    [InlineData(",")]
    public void TextsThatAreNone_AreRefused(string text) => Assert.Throws<InvalidDataException>(() => CostShares.Parse(text));
}
