using AiGateway.Pipeline;

namespace AiGateway.Tests.Pipeline;

/// <summary>What of a query goes on to the provider.</summary>
public sealed class StoredResponseQueryTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("?", "")]
    [InlineData("?limit=5", "?limit=5")]
    [InlineData("?limit=5&api-version=1&order=asc", "?limit=5&order=asc")]
    [InlineData("?LIMIT=5", "")]
    [InlineData("?limit=1%26key%3Dmine", "?limit=1%26key%3Dmine")]
    [InlineData("?l%69mit=1", "?limit=1")]
    [InlineData("?include[]=a&include[]=b", "?include%5B%5D=a&include%5B%5D=b")]
    [InlineData("?after=%0d%0aHost:%20x", "?after=%0D%0AHost%3A%20x")]
    [InlineData("?key=mine&api-key=mine&subscription-key=mine", "")]
    public void Query_IsWrittenAnewFromAClosedList(string? query, string expected)
    {
        Assert.Equal(expected, StoredResponseQuery.Filter(query));
    }
}
