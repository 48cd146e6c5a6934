using AiGateway.Pipeline;
using Microsoft.Extensions.Primitives;

namespace AiGateway.Tests.Pipeline;

/// <summary>What counts as a bearer key.</summary>
public sealed class BearerKeyTests
{
    [Theory]
    [InlineData("Bearer k", "k")]
    [InlineData("bearer   k ", "k")]
    [InlineData("Bearer ", "")]
    [InlineData("Bearer", null)]
    [InlineData("Basic k", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Header_HasItsKey(string? header, string? expected) =>
        Assert.Equal(expected, BearerKey.TryFind(header, out var found) ? BearerKey.In(found).ToString() : null);

    [Fact]
    public void TwoHeaders_HaveNone() => Assert.False(BearerKey.TryFind(new StringValues(["Bearer k", "Bearer k"]), out _));
}
