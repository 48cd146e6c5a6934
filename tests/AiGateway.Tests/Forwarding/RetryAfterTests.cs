using AiGateway.Forwarding;
using AiGateway.TestKit;

namespace AiGateway.Tests.Forwarding;

/// <summary>How long providers ask to wait, in all the forms in which they say it.</summary>
public sealed class RetryAfterTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("retry-after-ms", "250", 0.25)]
    [InlineData("retry-after-ms", "0", 0)]
    [InlineData("Retry-After", "7", 7)]
    [InlineData("Retry-After", " 1.5 ", 1.5)]
    [InlineData("Retry-After", "Sat, 21 Nov 2026 12:00:30 GMT", 30)]
    [InlineData("Retry-After", "Sat, 21 Nov 2026 11:00:00 GMT", 0)]
    [InlineData("x-ratelimit-reset-requests", "6m0s", 360)]
    [InlineData("x-ratelimit-reset-tokens", "12ms", 0.012)]
    [InlineData("x-ratelimit-reset-tokens", "1h2m3.5s", 3723.5)]
    [InlineData("x-ratelimit-reset-requests", "42", 42)]
    [InlineData("x-ratelimit-reset-requests", "2026-11-21T12:00:09Z", 9)]
    public void KnownForm_IsRead(string header, string value, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Read((header, value)));

    [Theory]
    [InlineData("Retry-After", "soon")]
    [InlineData("Retry-After", "-5")]
    [InlineData("Retry-After", "NaN")]
    [InlineData("Retry-After", "1e300")]
    [InlineData("Retry-After", "Infinity")]
    [InlineData("retry-after-ms", "-1")]
    [InlineData("x-ratelimit-reset-requests", "6x")]
    [InlineData("x-ratelimit-reset-requests", "m")]
    [InlineData("x-ratelimit-reset-requests", "1.2.3s")]
    [InlineData("x-ratelimit-reset-tokens", "-3")]
    public void Garbage_IsNoWait(string header, string value) => Assert.Null(Read((header, value)));

    [Fact]
    public void SeveralHeaders_TheFirstKnownCounts_AndOfResetsTheLongestThatIsUsedUp()
    {
        Assert.Equal(TimeSpan.FromSeconds(1), Read(("Retry-After", "9"), ("retry-after-ms", "1000")));
        Assert.Equal(TimeSpan.FromSeconds(9), Read(("Retry-After", "9"), ("retry-after-ms", "soon")));
        Assert.Equal(TimeSpan.FromSeconds(20), Read(("x-ratelimit-reset-requests", "20s"), ("x-ratelimit-reset-tokens", "5s")));
        Assert.Equal(
            TimeSpan.FromSeconds(5),
            Read(("x-ratelimit-reset-requests", "20s"), ("x-ratelimit-remaining-requests", "99"), ("x-ratelimit-reset-tokens", "5s"), ("x-ratelimit-remaining-tokens", "0")));
        Assert.Null(Read());
    }

    [Fact]
    public void AnyText_NeitherThrowsNorIsNegative()
    {
        var random = SeededRandom.From(11);
        const string Alphabet = "0123456789.smh-+eE:TZ, GMTNovInfy";
        foreach (var header in new[] { "Retry-After", "retry-after-ms", "x-ratelimit-reset-requests", "x-ratelimit-reset-tokens" })
        {
            for (var round = 0; round < 3000; round++)
            {
                var text = new string([.. Enumerable.Range(0, random.Next(0, 14)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
                var wait = Read((header, text));
                Assert.True(wait is null || wait >= TimeSpan.Zero, $"'{header}: {text}' gives {wait}.");
            }
        }
    }

    private static TimeSpan? Read(params (string Name, string Value)[] headers)
    {
        using var response = new HttpResponseMessage();
        foreach (var (name, value) in headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return RetryAfter.Read(response.Headers, Now);
    }
}
