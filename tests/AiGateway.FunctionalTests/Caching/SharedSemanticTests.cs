using System.Globalization;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;
using static AiGateway.FunctionalTests.Caching.CachingFixture;
using static AiGateway.FunctionalTests.Caching.SemanticFixture;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>Gateways on one Redis find each other's questions and learn from each other's checks; without it each goes on by itself, and nobody is told of an error.</summary>
public sealed class SharedSemanticTests(SemanticFixture fixture) : IClassFixture<SemanticFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task QuestionsAndEvidence_AreSharedByNodes_AndRedisMayGo()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await fixture.GatewayAsync(Sharing(redis));
        await using var two = await fixture.GatewayAsync(Sharing(redis));
        await UntilAsync(async () => await EvidenceAsync(one) == "shared" && await EvidenceAsync(two) == "shared");

        await LearnAsync(one, "shared");
        await UntilAsync(async () => (await StatsAsync(two, "shared")).GetProperty("limit").GetDouble() < 0.25);
        // What was asked of one node answers the other's question.
        var detail = "";
        foreach (var place in Places.Reverse())
        {
            await AskInDetailAsync(one, Chat("shared", $"Who is the president of {place}?", SameAnswer));
            var answer = await AskInDetailAsync(two, Chat("shared", $"Who's the president of {place}?", SameAnswer));
            Assert.Equal(200, answer.Status);
            detail = answer.Header("x-gateway-cache-detail");
            if (answer.Header("x-gateway-cache") == "semantic-hit")
                break;
        }
        Assert.Contains("semantic=served", detail, StringComparison.Ordinal);

        await one.Admin.DeleteAsync(new Uri("admin/cache?alias=shared", UriKind.Relative), Stop);
        await Task.Delay(1_200, Stop);
        var purged = await AskInDetailAsync(two, Chat("shared", "Who's the president of Zimbabwe again?", SameAnswer));
        await redis.StopAsync(keep: false);
        var away = await AskInDetailAsync(two, Chat("shared", "Who's the president of Zimbabwe now?", SameAnswer));
        var own = await AskInDetailAsync(two, Chat("shared", "Who's the president of Zimbabwe now?", SameAnswer));
        await UntilAsync(async () => await EvidenceAsync(two) == "own");

        Assert.Contains("semantic=nothing_near", purged.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
        Assert.Equal((200, "miss"), (away.Status, away.Header("x-gateway-cache")));
        Assert.Contains("semantic=index_away", away.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
        Assert.Equal((200, "hit"), (own.Status, own.Header("x-gateway-cache")));
        // What was learnt together, each goes on with.
        Assert.True((await StatsAsync(two, "shared")).GetProperty("limit").GetDouble() < 0.25);
    }

    [Fact]
    public async Task EvidenceIsShared_WhereQuestionsAreInMemory()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await fixture.GatewayAsync(Sharing(redis));
        await using var two = await fixture.GatewayAsync(Sharing(redis));

        await LearnAsync(one, "meaning");

        await UntilAsync(async () => (await StatsAsync(two, "meaning")).GetProperty("limit").GetDouble() < 0.25);
        Assert.Equal(0, (await StatsAsync(two, "meaning")).GetProperty("entries").GetInt64());
    }

    [Fact]
    public async Task ARedisWithoutVectorSets_IsRefusedAtTheStart_OneThatIsAwayIsNot()
    {
        await using var redis = await RedisServer.StartOrSkipAsync(server => ["--port", server.Port.ToString(CultureInfo.InvariantCulture), "--user", "default", "on", "nopass", "~*", "&*", "+@all", "-vsim"]);

        var refused = await Assert.ThrowsAsync<IOException>(() => fixture.GatewayAsync(Sharing(redis)));
        await redis.StopAsync(keep: false);
        await using var gateway = await fixture.GatewayAsync(Sharing(redis));
        var away = await AskInDetailAsync(gateway, Chat("shared", "Who's the president of Peru?", SameAnswer));

        Assert.Contains("'shared'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Redis 8", refused.Message, StringComparison.Ordinal);
        Assert.Contains("index: memory", refused.Message, StringComparison.Ordinal);
        Assert.Equal((200, "miss"), (away.Status, away.Header("x-gateway-cache")));
        Assert.Contains("semantic=index_away", away.Header("x-gateway-cache-detail"), StringComparison.Ordinal);
    }

    private static string Sharing(RedisServer redis) => $$"""
        aliases:
          shared: { groups: [{ deployments: [chat-a] }], cache: { requests: all, semantic: { mode: on, embedder: static, max_wrong_hits: 0.25, index: redis, search: { ef: 200 } } } }
        host:
          id_secret: "0123456789abcdef0123456789abcdef"
          redis: { url: "redis://{{redis.Endpoint}}", timeout: 5s }
          cache: { redis: true }
        """;

    private static async Task<string?> EvidenceAsync(GatewayServer gateway) => (await StatsAsync(gateway, "shared")).GetProperty("evidence").GetString();

    /// <summary>Asks until there is evidence enough: what was checked is read back within a second.</summary>
    private static async Task LearnAsync(GatewayServer gateway, string alias)
    {
        for (var i = 0; i < Places.Length && (await StatsAsync(gateway, alias)).GetProperty("limit").GetDouble() >= 0.25; i++)
        {
            await AskInDetailAsync(gateway, Chat(alias, $"What is the capital city of {Places[i]}?", SameAnswer));
            await AskInDetailAsync(gateway, Chat(alias, $"What's the capital city of {Places[i]}?", SameAnswer));
            await Task.Delay(20, Stop);
        }
        await UntilAsync(async () => (await StatsAsync(gateway, alias)).GetProperty("limit").GetDouble() < 0.25);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var i = 0; !await isSo(); i++)
        {
            Assert.True(i < 200, "It has not come to be so in time.");
            await Task.Delay(50, Stop);
        }
    }
}
