using AiGateway.TestKit;
using static AiGateway.FunctionalTests.Caching.CachingFixture;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>Two gateways on one Redis serve each other's answers; without Redis each has its own, and nobody is told of an error.</summary>
public sealed class SeveralNodesTests(CachingFixture fixture) : IClassFixture<CachingFixture>
{
    [Fact]
    public async Task AnswersAndPurges_AreShared_AndRedisMayGo()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        var host = $$"""
            host:
              id_secret: "0123456789abcdef0123456789abcdef"
              redis: "redis://{{redis.Endpoint}}"
              cache: { redis: true }
            """;
        await using var one = await fixture.AnotherGatewayAsync(host);
        await using var two = await fixture.AnotherGatewayAsync(host);

        var miss = await CachingFixture.AskAsync(one, Chat("cached", "nodes"));
        var hit = await UntilAsync("hit", () => CachingFixture.AskAsync(two, Chat("cached", "nodes")));
        await one.Admin.DeleteAsync(new Uri("admin/cache?alias=cached", UriKind.Relative), TestContext.Current.CancellationToken);
        var purged = await UntilAsync("miss", () => CachingFixture.AskAsync(two, Chat("cached", "nodes")));
        await redis.StopAsync(keep: false);
        var away = await CachingFixture.AskAsync(one, Chat("cached", "away"));
        var own = await CachingFixture.AskAsync(one, Chat("cached", "away"));

        Assert.Equal("miss", miss.Header("x-gateway-cache"));
        Assert.Equal(("hit", "miss"), (hit, purged));
        Assert.Equal((200, "miss"), (away.Status, away.Header("x-gateway-cache")));
        Assert.Equal((200, "hit"), (own.Status, own.Header("x-gateway-cache")));
    }

    // What one keeps is written when its caller has been answered, and a purge is heard of within a second.
    private static async Task<string> UntilAsync(string wanted, Func<Task<Failover.ChatAnswer>> ask)
    {
        for (var i = 0; ; i++)
        {
            var status = (await ask()).Header("x-gateway-cache");
            if (status == wanted || i == 100)
                return status;
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
