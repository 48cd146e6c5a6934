using System.Globalization;
using System.Text;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Admission;

/// <summary>Two gateway processes on one Redis: one limit, one budget, also when Redis goes and comes back with nothing.</summary>
public sealed class SeveralNodesTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoProcesses_ShareExactAndLeasedLimits()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var simulator = await SimulatorServer.StartAsync();
        const string limits = """
            limits:
              - { on: team, requests: 30/hour, mode: exact }
              - { on: team, match: blue, requests: 30/hour, mode: leased }
            """;
        await using var one = await StartAsync(redis, simulator, limits);
        await using var two = await StartAsync(redis, simulator, limits);

        foreach (var (key, most) in new[] { ("alice-key", 30), ("carol-key", 30) })
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => AskAsync(i % 2 == 0 ? one : two, key)));
            var answered = answers.Count(answer => answer.Status == 200);
            Assert.All(answers, answer => Assert.True(answer.Status is 200 or 429, answer.Body));
            // A share that one has leased and the other wants comes back within seconds.
            for (var i = 0; answered < most && i < 200; i++)
            {
                answered += (await AskAsync(i % 2 == 0 ? one : two, key)).Status == 200 ? 1 : 0;
                await Task.Delay(50, Stop);
            }
            Assert.Equal(most, answered);
            Assert.Equal(429, (await AskAsync(one, key)).Status);
            Assert.Equal(429, (await AskAsync(two, key)).Status);
        }
        var metrics = await one.Admin.GetStringAsync("metrics", Stop);
        Assert.Contains("aigateway_limits_store_call_duration_seconds_count{call=\"hold\",result=\"ok\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("aigateway_limits_store_unsettled", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RedisRestartedEmpty_UnderLoad_TheBudgetIsNotPassed_AndGoesOn()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var simulator = await SimulatorServer.StartAsync();
        await simulator.Control.SetFaultAsync("tokens=40");
        const string budget = """
            host:
              ledger: { store: sqlite }
            budgets:
              - { id: red, on: team, match: red, amount: "0.05", per: month, on_store_failure: deny }
            """;
        await using var one = await StartAsync(redis, simulator, budget);
        await using var two = await StartAsync(redis, simulator, budget);
        var (spent, away, answered, restarted) = (0m, 0, 0, 0);
        var books = new Lock();

        var callers = Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var spentAll = 0; spentAll < 5;)
            {
                var answer = await AskAsync(caller % 2 == 0 ? one : two, "alice-key", ""","max_tokens":100""");
                lock (books)
                {
                    spent += answer.Status == 200 ? decimal.Parse(answer.Header("x-gateway-cost"), CultureInfo.InvariantCulture) : 0;
                    answered += answer.Status == 200 ? 1 : 0;
                    away += answer.Status == 503 ? 1 : 0;
                    // What ran when Redis went is held anew and free again a moment after it has ended: only refusals that stay say that all is spent.
                    spentAll = answer.Status == 402 && restarted > 0 ? spentAll + 1 : 0;
                }
                Assert.True(answer.Status is 200 or 402 or 503, answer.Body);
                if (answer.Status == 503)
                {
                    Assert.Equal("limit_store_unavailable", answer.Error.GetProperty("code").GetString());
                }
                await Task.Delay(answer.Status == 200 ? 1 : restarted > 0 ? 150 : 25, Stop);
            }
        }, Stop)).ToList();
        while (Volatile.Read(ref answered) < 30)
        {
            await Task.Delay(5, Stop);
        }
        await redis.StopAsync(keep: false);
        await Task.Delay(500, Stop);
        await redis.StartAsync();
        lock (books)
        {
            restarted = 1;
        }
        await Task.WhenAll(callers);

        // What ran while Redis went is counted by the ledger; what it had not been told yet may be counted twice, never not at all.
        Assert.InRange(spent, 0.03m, 0.05m);
        Assert.NotEqual(0, away);
        Assert.Equal(402, (await AskAsync(one, "bob-key", ""","max_tokens":100""")).Status);
        Assert.Equal(200, (await AskAsync(two, "carol-key")).Status);
    }

    private static Task<GatewayProcess> StartAsync(RedisServer redis, SimulatorServer simulator, string extras) => GatewayProcess.ForSimulatorsAsync([simulator.Address], RoutingText.Merge(
        $$"""
        host:
          redis: { url: "redis://{{redis.Endpoint}}", timeout: 1s }
        callers:
          - { id: alice, team: red, project: p, organisation: acme, key_hash: "{{GatewayServer.HashOf("alice-key")}}" }
          - { id: bob, team: red, project: p, organisation: acme, key_hash: "{{GatewayServer.HashOf("bob-key")}}" }
          - { id: carol, team: blue, project: q, organisation: acme, key_hash: "{{GatewayServer.HashOf("carol-key")}}" }
        """, extras));

    private static async Task<ChatAnswer> AskAsync(GatewayProcess gateway, string key, string more = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = new StringContent($$"""{"model":"chat","messages":[{"role":"user","content":"Hello there"}]{{more}}}""", Encoding.UTF8, "application/json"),
            Headers = { { "Authorization", "Bearer " + key } },
        };
        using var answer = await gateway.Client.SendAsync(request, Stop);
        return new ChatAnswer((int)answer.StatusCode, answer.Headers, await answer.Content.ReadAsStringAsync(Stop), IsBroken: false);
    }
}
