using AiGateway.Pipeline;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Tests.Pipeline;

/// <summary>Which of a caller's ids reaches a record.</summary>
public sealed class ClientRequestIdTests
{
    [Theory]
    [InlineData("a", "b", "a")]
    [InlineData(null, "b", "b")]
    [InlineData("", "b", "b")]
    [InlineData("\u00e9", "b", "b")]
    [InlineData("a\tb", null, null)]
    [InlineData("order 4711/{x}", null, "order 4711/{x}")]
    [InlineData(null, null, null)]
    public void XRequestIdComesFirst_AndOnlyPlainTextCounts(string? first, string? second, string? expected)
    {
        var headers = new HeaderDictionary { ["x-request-id"] = first, ["X-Client-Request-Id"] = second };
        Assert.Equal(expected, ClientRequestId.From(headers));
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void LongId_IsLeftOut(int length, bool recorded) =>
        Assert.Equal(recorded, ClientRequestId.From(new HeaderDictionary { ["x-request-id"] = new string('x', length) }) is not null);

    [Fact]
    public void IdGivenTwice_IsLeftOut() =>
        Assert.Null(ClientRequestId.From(new HeaderDictionary { ["x-request-id"] = new(["a", "b"]) }));
}
