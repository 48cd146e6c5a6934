namespace AiGateway.LoadTest.Tests;

/// <summary>The command line of the cache's scenarios.</summary>
public sealed class LoadTestOptionsTests
{
    [Fact]
    public void CacheOptions_AreRead()
    {
        var options = LoadTestOptions.Parse(["semantic", "--entries", "2000", "--looks", "20", "--simulator", "/x/sim.dll"]);

        Assert.Equal("semantic", options.Scenario);
        Assert.Equal(2000, options.Entries);
        Assert.Equal(20, options.Looks);
        Assert.Equal("/x/sim.dll", options.SimulatorPath);
    }

    [Fact]
    public void MoreEntriesThanQuestions_AreRefused()
    {
        var problem = Assert.Throws<FormatException>(() => LoadTestOptions.Parse(["semantic", "--entries", "20001"]));

        Assert.Equal("--entries 20001: at most 20000.", problem.Message);
    }
}
