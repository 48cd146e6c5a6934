using AiGateway.Admission;

namespace AiGateway.Tests.Admission;

/// <summary>Durations as OpenAI's clients read them.</summary>
public sealed class RateLimitHeadersTests
{
    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(0, "0s")]
    [InlineData(0.4, "1ms")]
    [InlineData(12, "12ms")]
    [InlineData(999, "999ms")]
    [InlineData(999.5, "1s")]
    [InlineData(1_500, "1.5s")]
    [InlineData(1_050, "1.05s")]
    [InlineData(1_005, "1.005s")]
    [InlineData(59_123.4567, "59.124s")]
    [InlineData(59_999.9, "60s")]
    [InlineData(90_000, "1m30s")]
    [InlineData(3_661_000, "1h1m1s")]
    [InlineData(360_000_000, "100h0m0s")]
    public void Duration_IsRoundedUpToAMillisecond(double milliseconds, string text) => Assert.Equal(text, RateLimitHeaders.Duration(TimeSpan.FromMilliseconds(milliseconds)));
}
