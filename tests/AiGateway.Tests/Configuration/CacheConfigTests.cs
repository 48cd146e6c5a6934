using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>The sections about caches: what they come to, and what is wrong in them.</summary>
public sealed class CacheConfigTests
{
    private const string Rest = """
        providers: { simulated: {} }
        deployments: { sim: { provider: simulated } }

        """;

    [Theory]
    [InlineData("", false)]
    [InlineData(", cache: off", false)]
    [InlineData(", cache: { mode: off, ttl: 5m }", false)]
    [InlineData(", cache: exact", true)]
    [InlineData(", cache: {}", true)]
    public void Nothing_IsCachedUnlessItIsSaid(string cache, bool caches) => Assert.Equal(caches, Of(cache) is not null);

    [Fact]
    public void Section_IsReadWhole()
    {
        var cache = Of(", cache: { requests: all, ttl: 12h, scope: team, max_entry: 64KiB, refused: true, neutral: true }")!;

        Assert.Equal((true, TimeSpan.FromHours(12), CacheScope.Team, 64 << 10, true, true), (cache.AllRequests, cache.Ttl, cache.Scope, cache.MaxEntry, cache.KeepsRefused, cache.IsNeutral));
    }

    [Theory]
    [InlineData(", cache: sometimes", "sometimes")]
    [InlineData(", cache: { scope: everybody }", "everybody")]
    [InlineData(", cache: { ttl: 90d }", "90d")]
    [InlineData(", cache: { max_entry: 1GiB }", "1GiB")]
    [InlineData(", cache: { tll: 5m }", "tll")]
    public void WhatIsWrong_IsNamedWithItsPlace(string cache, string named)
    {
        var error = Assert.Single(Loading.Errors(Yaml(cache)));

        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Contains(":3:", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host: { cache: { redis: true } }", "host.redis")]
    [InlineData("host: { redis: 'redis://localhost', cache: { redis: true } }", "host.id_secret")]
    public void ASharedCache_NeedsWhatIsShared(string host, string named) =>
        Assert.Contains(named, Assert.Single(Loading.Errors(Yaml("") + host + "\n")), StringComparison.Ordinal);

    private static CacheModel? Of(string cache) => Loading.Good(Yaml(cache)).Aliases.Find("chat")!.Cache;

    private static string Yaml(string cache) => Rest.TrimEnd('\n') + $"\naliases: {{ chat: {{ groups: [{{ deployments: [sim] }}]{cache} }} }}\n";
}
