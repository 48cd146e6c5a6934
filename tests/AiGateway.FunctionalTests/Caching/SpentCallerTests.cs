using static AiGateway.FunctionalTests.Caching.CachingFixture;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>Limits and the cache: what is served again takes no tokens and no money, and who has spent both is still served.</summary>
public sealed class SpentCallerTests(CachingFixture fixture) : IClassFixture<CachingFixture>
{
    // So that the most that it may cost is little.
    private const string Short = ""","max_tokens":50""";

    [Theory]
    [InlineData("budgets: [{ on: key, amount: \"0.003\", per: month }]", 402)]
    [InlineData("limits: [{ on: key, tokens: 60/hour }]", 429)]
    public async Task WhoHasSpentAll_IsServedFromTheCache_AndIsToldWhyNotOtherwise(string limit, int refusal)
    {
        await using var gateway = await fixture.AnotherGatewayAsync(limit.Replace(": [", ":\n  [", StringComparison.Ordinal));
        var kept = await CachingFixture.AskAsync(gateway, Chat("cached", "kept", Short));
        var spent = await AskUntilRefusedAsync(gateway, refusal);

        var hit = await CachingFixture.AskAsync(gateway, Chat("cached", "kept", Short));
        var miss = await CachingFixture.AskAsync(gateway, Chat("cached", "not kept", Short));

        Assert.Equal(200, kept.Status);
        Assert.Equal(refusal, spent);
        Assert.Equal((200, "hit"), (hit.Status, hit.Header("x-gateway-cache")));
        Assert.Equal((refusal, "miss"), (miss.Status, miss.Header("x-gateway-cache")));
        Assert.Contains("this key", miss.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHit_TakesARequest_ButNoTokens()
    {
        await using var gateway = await fixture.AnotherGatewayAsync("""
            limits:
              - { on: key, requests: 5/hour, tokens: 100000/hour }
            """);
        await CachingFixture.AskAsync(gateway, Chat("cached", "counted"));
        var (one, two) = (await CachingFixture.AskAsync(gateway, Chat("cached", "counted")), await CachingFixture.AskAsync(gateway, Chat("chat", "other")));
        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
            statuses.Add((await CachingFixture.AskAsync(gateway, Chat("cached", "counted"))).Status);

        Assert.Equal("hit", one.Header("x-gateway-cache"));
        Assert.Equal(200, two.Status);
        Assert.Equal([200, 200, 429, 429], statuses);
    }

    private static async Task<int> AskUntilRefusedAsync(Gateway.GatewayServer gateway, int refusal)
    {
        for (var i = 0; i < 30; i++)
        {
            if ((await CachingFixture.AskAsync(gateway, Chat("chat", $"spend {i}", Short))).Status == refusal)
                return refusal;
        }
        return 0;
    }
}
