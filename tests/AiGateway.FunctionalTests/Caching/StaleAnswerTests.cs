using System.Globalization;
using System.Text.Json;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;
using static AiGateway.FunctionalTests.Caching.CachingFixture;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>Answers past their time are served at once, and renewed behind their callers' backs: once, in their name, on their bill.</summary>
public sealed class StaleAnswerTests(CachingFixture fixture) : IClassFixture<CachingFixture>
{
    private const string Aliases = """
        aliases:
          brief: { groups: [{ deployments: [chat-a] }], cache: { requests: all, ttl: 1s, stale_while_revalidate: 1h } }
          over: { groups: [{ deployments: [chat-a] }], cache: { requests: all, ttl: 1s, stale_while_revalidate: 1s } }
          failing: { groups: [{ deployments: [failing] }], cache: { requests: all, ttl: 1s, stale_while_revalidate: 1h } }
        deployments:
          failing: { provider: sim-a, model: failing-model }
        prices:
          sim-a/failing-model: { input: "1", output: "10" }
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PastItsTime_IsServedAtOnce_AndRenewedOnce_OnItsCallersBill()
    {
        await using var gateway = await fixture.AnotherGatewayAsync(Aliases);
        var question = Chat("brief", "stale");
        var before = await fixture.Simulator.Control.RequestsAsync();
        var made = await CachingFixture.AskAsync(gateway, question);
        await PastTimeAsync(gateway, made);

        var served = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => CachingFixture.AskAsync(gateway, question, headers: [("x-gateway-cache-detail", "true")])));
        var records = await Task.WhenAll(served.Select(answer => gateway.ReadRecordsAsync(answer.RequestId)));
        var renewed = await gateway.WaitForRecordAsync(record => record.TryGetProperty("cache_refresh_of", out _));
        var fresh = await UntilAsync(() => CachingFixture.AskAsync(gateway, question, key: Ann), answer => answer.Header("x-gateway-cache-detail").Length == 0 && Age(answer) == 0);

        Assert.All(served, answer => Assert.Equal((200, "hit"), (answer.Status, answer.Header("x-gateway-cache"))));
        var stale = records.Where(record => record.GetProperty("cache").GetString() == "stale").ToList();
        Assert.NotEmpty(stale);
        Assert.All(stale, record => Assert.True(record.GetProperty("cache_age_s").GetInt64() >= 1));
        Assert.Contains(served, answer => answer.Header("x-gateway-cache-detail").StartsWith("status=stale; key=", StringComparison.Ordinal) && Age(answer) >= 1);
        Assert.Equal(before + 2, await fixture.Simulator.Control.RequestsAsync());
        Assert.Equal(("refresh", "alice", 1), (renewed.GetProperty("cache").GetString(), renewed.GetProperty("caller").GetString(), renewed.GetProperty("attempts").GetArrayLength()));
        Assert.Contains(renewed.GetProperty("cache_refresh_of").GetString(), served.Select(answer => answer.RequestId));
        Assert.NotEqual("0", renewed.GetProperty("cost_usd").GetString());
        Assert.True(fresh.IsWhole);
    }

    [Fact]
    public async Task WhoSaysHowOldItMayBe_OrWantsItAnew_GetsNothingPastItsTime()
    {
        await using var gateway = await fixture.AnotherGatewayAsync(Aliases);
        var question = Chat("brief", "picky");
        await PastTimeAsync(gateway, await CachingFixture.AskAsync(gateway, question));
        var before = await fixture.Simulator.Control.RequestsAsync();

        var young = await CachingFixture.AskAsync(gateway, question, headers: [("Cache-Control", "max-age=0")]);
        var anew = await CachingFixture.AskAsync(gateway, question, headers: [("Cache-Control", "no-cache")]);
        Assert.Equal(("refresh", "refresh"), (young.Header("x-gateway-cache"), anew.Header("x-gateway-cache")));
        Assert.Equal(before + 2, await fixture.Simulator.Control.RequestsAsync());

        // And who says how long an answer is kept keeps it no longer.
        var brief = Chat("brief", "kept briefly");
        await PastTimeAsync(gateway, await CachingFixture.AskAsync(gateway, brief, headers: [("x-gateway-cache-ttl", "1s")]));
        Assert.Equal("miss", (await CachingFixture.AskAsync(gateway, brief)).Header("x-gateway-cache"));
    }

    [Fact]
    public async Task RenewingFails_TheOldAnswerStays_AndIsNotAskedForWithEveryRequest()
    {
        await using var gateway = await fixture.AnotherGatewayAsync(Aliases);
        var question = Chat("failing", "fails");
        await PastTimeAsync(gateway, await CachingFixture.AskAsync(gateway, question));
        await fixture.Simulator.Control.SetFaultAsync("status=500");
        try
        {
            var before = await fixture.Simulator.Control.RequestsAsync();
            for (var i = 0; i < 10; i++)
            {
                Assert.Equal((200, "hit"), await StatusAsync());
            }
            await gateway.WaitForRecordAsync(record => record.TryGetProperty("cache_refresh_of", out _) && record.GetProperty("status").GetInt32() == 502);
            for (var i = 0; i < 10; i++)
            {
                Assert.Equal((200, "hit"), await StatusAsync());
            }
            // The attempts of one request.
            Assert.Equal(before + 2, await fixture.Simulator.Control.RequestsAsync());
        }
        finally
        {
            await fixture.Simulator.Control.SetFaultAsync(null);
        }

        async Task<(int, string)> StatusAsync()
        {
            var answer = await CachingFixture.AskAsync(gateway, question);
            return (answer.Status, answer.Header("x-gateway-cache"));
        }
    }

    [Fact]
    public async Task PastTheWindow_IsAMiss_AndAStreamIsServedPastItsTimeToo()
    {
        await using var gateway = await fixture.AnotherGatewayAsync(Aliases);
        var over = await CachingFixture.AskAsync(gateway, Chat("over", "window"));
        var brief = await CachingFixture.AskAsync(gateway, Chat("brief", "streamed"));
        await PastTimeAsync(gateway, brief);

        var stream = await CachingFixture.AskAsync(gateway, Chat("brief", "streamed", ""","stream":true"""));
        var renewed = await gateway.WaitForRecordAsync(record => record.TryGetProperty("cache_refresh_of", out _));
        await Task.Delay(1_000, Stop);

        Assert.True(stream.IsWhole);
        Assert.Equal(("hit", stream.RequestId), (stream.Header("x-gateway-cache"), renewed.GetProperty("cache_refresh_of").GetString()));
        Assert.Equal("miss", (await CachingFixture.AskAsync(gateway, Chat("over", "window"))).Header("x-gateway-cache"));
        Assert.True(over.IsWhole);
    }

    [Fact]
    public async Task OfSeveralNodes_OneRenews()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        var extras = Aliases.Replace("stale_while_revalidate: 1h", "stale_while_revalidate: 1h, single_flight: redis", StringComparison.Ordinal) + $$"""

            host:
              id_secret: "0123456789abcdef0123456789abcdef"
              redis: { url: "redis://{{redis.Endpoint}}", timeout: 1s }
              cache: { redis: true }
            """;
        await using var one = await fixture.AnotherGatewayAsync(extras);
        await using var two = await fixture.AnotherGatewayAsync(extras);
        foreach (var gateway in (GatewayServer[])[one, two])
        {
            // Until each has its connection.
            while (!(await gateway.Admin.GetStringAsync(new Uri("metrics", UriKind.Relative), Stop)).Contains("call=\"flight_take\",result=\"ok\"", StringComparison.Ordinal))
                await CachingFixture.AskAsync(gateway, Chat("brief", $"warm {Guid.NewGuid()}"));
        }
        var question = Chat("brief", "nodes");
        await CachingFixture.AskAsync(one, question);
        await UntilAsync(() => CachingFixture.AskAsync(two, question), answer => answer.Header("x-gateway-cache") == "hit");
        var before = await fixture.Simulator.Control.RequestsAsync();
        await Task.Delay(1_100, Stop);

        var served = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => CachingFixture.AskAsync(i % 2 == 0 ? one : two, question)));
        await Task.WhenAny(RenewedAsync(one), RenewedAsync(two));

        Assert.All(served, answer => Assert.Equal("hit", answer.Header("x-gateway-cache")));
        Assert.Equal(before + 1, await fixture.Simulator.Control.RequestsAsync());

        static Task<JsonElement> RenewedAsync(GatewayServer gateway) => gateway.WaitForRecordAsync(record => record.TryGetProperty("cache_refresh_of", out _));
    }

    private static long Age(ChatAnswer answer) => long.Parse(answer.Header("Age"), CultureInfo.InvariantCulture);

    // Kept when its caller has been answered, and past its time a second after.
    private static async Task PastTimeAsync(GatewayServer gateway, ChatAnswer made)
    {
        await gateway.ReadRecordsAsync(made.RequestId);
        await Task.Delay(1_100, Stop);
    }

    private static async Task<ChatAnswer> UntilAsync(Func<Task<ChatAnswer>> ask, Func<ChatAnswer, bool> isWanted)
    {
        for (var i = 0; ; i++)
        {
            var answer = await ask();
            if (isWanted(answer) || i == 100)
                return answer;
            await Task.Delay(20, Stop);
        }
    }
}
