using AiGateway.Hosting;
using AiGateway.Tests.Configuration;

namespace AiGateway.Tests.Hosting;

/// <summary>Which routing file a command line and an environment name.</summary>
public sealed class RoutingFilePathTests
{
    [Theory]
    [InlineData("a.yaml", "--config", "a.yaml")]
    [InlineData("a.yaml", "--config=a.yaml")]
    [InlineData("a.yaml", "run", "--config", "a.yaml")]
    [InlineData("a=b.yaml", "run", "--config=a=b.yaml")]
    [InlineData("b.yaml", "--config", "a.yaml", "--config=b.yaml")]
    [InlineData("variable.yaml", "run")]
    [InlineData("variable.yaml")]
    public void Option_ComesBeforeTheVariable(string expected, params string[] args) =>
        Assert.Equal(expected, RoutingFilePath.From(args, Loading.Only(("AIGATEWAY_CONFIG", "variable.yaml"))));
}
