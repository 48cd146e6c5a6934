using System.Globalization;
using System.Text;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;
using static AiGateway.FunctionalTests.Caching.CachingFixture;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>Nodes that share one call through a real Redis: one upstream call for a question, whatever fails meanwhile, and never an error for it.</summary>
public sealed class NodeFlightTests(CachingFixture fixture) : IClassFixture<CachingFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ManyAtSeveralNodes_ShareOneCall_AndOneOfThemPays(bool stream)
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var nodes = await NodeGroup.StartAsync(fixture, redis, 3);
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat("near/m!pace=5,latency=300", $"nodes {stream}", stream ? ""","stream":true""" : "");

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => CachingFixture.AskAsync(nodes[i], question)));

        Assert.All(answers, answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(before + 1, await fixture.Simulator.Control.RequestsAsync());
        var leader = Assert.Single(answers, answer => answer.Header("x-gateway-cache") == "miss");
        var records = await Task.WhenAll(answers.Select((answer, i) => nodes[i].ReadRecordsAsync(answer.RequestId)));
        Assert.Single(records, record => record.GetProperty("attempts").GetArrayLength() > 0);
        Assert.All(
            records.Where(record => record.GetProperty("id").GetString() != leader.RequestId),
            record => Assert.Equal(("shared", leader.RequestId), (record.GetProperty("cache").GetString(), record.GetProperty("cache_paid_by").GetString())));
        Assert.Equal(2, await nodes.WaitsAsync("kept"));
    }

    [Fact]
    public async Task TheLeadersCallerHangsUp_AnotherNodeTakesOver_OnceForAll()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var nodes = await NodeGroup.StartAsync(fixture, redis, 3);
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat("near/m!latency=500", "given up");
        using var hangUp = new CancellationTokenSource();
        var leader = CachingFixture.AskAsync(nodes[0], question, cancellationToken: hangUp.Token);
        await AskedAsync(before + 1);
        var others = AskOthers(nodes, question);
        await nodes.WaitingAsync(1, 2);
        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        Assert.All(await Task.WhenAll(others), answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(before + 2, await fixture.Simulator.Control.RequestsAsync());
        Assert.Equal((1, 1), (await nodes.WaitsAsync("taken_over"), await nodes.WaitsAsync("kept")));
    }

    [Fact]
    public async Task TheLeadersNodeIsKilled_AnotherTakesOver_WhenTheLeaseHasRunOut()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var nodes = await NodeGroup.StartAsync(fixture, redis, 3);
        await using var doomed = await GatewayProcess.ForSimulatorsAsync([fixture.Simulator.Address], NodeGroup.ExtrasOf(redis));
        await NodeGroup.WarmAsync(doomed.Client, doomed.Admin);
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat("near/m!latency=2500", "killed");
        var leader = doomed.Client.SendAsync(NodeGroup.MessageOf(question), TestContext.Current.CancellationToken);
        await AskedAsync(before + 1);
        var others = AskOthers(nodes, question);
        await nodes.WaitingAsync(1, 2);
        await doomed.Process.KillAsync();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => leader);
        Assert.All(await Task.WhenAll(others), answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(before + 2, await fixture.Simulator.Control.RequestsAsync());
    }

    [Fact]
    public async Task RedisForgetsAll_WhileACallRuns_NobodyAsksTwice()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var nodes = await NodeGroup.StartAsync(fixture, redis, 3);
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat("near/m!latency=1500", "flushed");
        var leader = CachingFixture.AskAsync(nodes[0], question);
        await AskedAsync(before + 1);
        var others = AskOthers(nodes, question);
        await nodes.WaitingAsync(1, 2);
        await redis.AskUntilAsync("FLUSHALL", "+OK");

        Assert.All(await Task.WhenAll([leader, .. others]), answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(before + 1, await fixture.Simulator.Control.RequestsAsync());
    }

    [Fact]
    public async Task WhatIsNotKept_EveryNodeAsksForItself_AndIsToldAtOnce()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var nodes = await NodeGroup.StartAsync(fixture, redis, 3);
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat("tiny/m!latency=300,tokens=2000", "not kept");
        var leader = CachingFixture.AskAsync(nodes[0], question);
        await AskedAsync(before + 1);
        var others = AskOthers(nodes, question);

        Assert.All(await Task.WhenAll([leader, .. others]), answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.InRange(await fixture.Simulator.Control.RequestsAsync() - before, 3, 9);
        Assert.InRange(await nodes.WaitsAsync("not_kept"), 2, 8);
    }

    [Fact]
    public async Task ACallThatTakesLongerThanNodesWait_IsMadeByEach()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var nodes = await NodeGroup.StartAsync(fixture, redis, 2);
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat("hasty/m!latency=1200", "too long");
        var leader = CachingFixture.AskAsync(nodes[0], question);
        await AskedAsync(before + 1);

        var other = await CachingFixture.AskAsync(nodes[1], question);

        Assert.Equal((200, "miss", "miss"), (other.Status, other.Header("x-gateway-cache"), (await leader).Header("x-gateway-cache")));
        Assert.Equal(before + 2, await fixture.Simulator.Control.RequestsAsync());
        Assert.Equal(1, await nodes.WaitsAsync("too_long"));
    }

    [Fact]
    public async Task RedisGoesAway_WhileOthersWait_TheyAskForThemselves()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var nodes = await NodeGroup.StartAsync(fixture, redis, 3);
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat("near/m!latency=1500", "away");
        var leader = CachingFixture.AskAsync(nodes[0], question);
        await AskedAsync(before + 1);
        var others = AskOthers(nodes, question);
        await nodes.WaitingAsync(1, 2);
        await redis.StopAsync(keep: false);

        Assert.All(await Task.WhenAll([leader, .. others]), answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(before + 3, await fixture.Simulator.Control.RequestsAsync());
        Assert.Equal(2, await nodes.WaitsAsync("unavailable"));
    }

    [Fact]
    public async Task Seeded_WhoeverLeavesAndWhateverIsFlushed_NoQuestionIsAskedMoreOftenThanThatExplains()
    {
        var random = SeededRandom.From(20261122);
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var nodes = await NodeGroup.StartAsync(fixture, redis, 3);
        await fixture.Simulator.Control.ResetAsync();
        using var slots = new SemaphoreSlim(48);
        var (tasks, flushes) = (new List<Task<(int Question, ChatAnswer? Answer)>>(), 0);
        for (var i = 0; i < 300; i++)
        {
            var number = random.Next(15);
            var question = Chat("near/m!pace=3,latency=30", $"seeded {number}", random.Chance(0.5) ? ""","stream":true""" : "");
            var (node, patience) = (random.Next(3), random.Chance(0.2) ? TimeSpan.FromMilliseconds(random.Next(1, 120)) : Timeout.InfiniteTimeSpan);
            if (i % 100 == 99)
            {
                await redis.AskUntilAsync("FLUSHALL", "+OK");
                flushes++;
            }
            await slots.WaitAsync(TestContext.Current.CancellationToken);
            tasks.Add(Task.Run(async () =>
            {
                using var hangUp = new CancellationTokenSource(patience);
                try
                {
                    return (number, (ChatAnswer?)await CachingFixture.AskAsync(nodes[node], question, cancellationToken: hangUp.Token));
                }
                catch (OperationCanceledException)
                {
                    return (number, null);
                }
                finally
                {
                    slots.Release();
                }
            }, TestContext.Current.CancellationToken));
        }
        var results = await Task.WhenAll(tasks);

        var asked = await fixture.Simulator.Control.RequestsAsync();
        Assert.All(results, result => Assert.True(result.Answer is null or { IsWhole: true }, $"seed {random.Seed}: {result.Answer}"));
        // A call that all callers of its node have left is made anew; what Redis forgot each other node may ask once more.
        var left = results.Count(result => result.Answer is null);
        Assert.InRange(asked, results.Where(result => result.Answer is not null).Select(result => result.Question).Distinct().Count(), 15 + left + (flushes * 15 * 2));
        Assert.All(
            results.Where(result => result.Answer is not null).GroupBy(result => result.Question),
            same => Assert.Single(same.Select(result => SingleFlightTests.TextsOf(result.Answer!)).Distinct()));
    }

    private Task AskedAsync(long requests) => fixture.Simulator.Control.WaitForStatsAsync(stats => stats.GetProperty("requests").GetInt64() >= requests);

    private static Task<ChatAnswer>[] AskOthers(NodeGroup nodes, string question) => [.. Enumerable.Range(0, 8).Select(i => CachingFixture.AskAsync(nodes[1 + (i % 2)], question))];

    /// <summary>Gateways that share a Redis, whose connection to it is made.</summary>
    private sealed class NodeGroup : IAsyncDisposable
    {
        private const string Aliases = """
            aliases:
              near/*: { groups: [{ deployments: [any-a] }], cache: { requests: all, single_flight: { mode: redis, wait: 20s } } }
              tiny/*: { groups: [{ deployments: [any-a] }], cache: { requests: all, max_entry: 1KiB, single_flight: { mode: redis, wait: 20s } } }
              hasty/*: { groups: [{ deployments: [any-a] }], cache: { requests: all, single_flight: { mode: redis, wait: 200ms } } }
            """;

        private readonly List<GatewayServer> _gateways = [];

        public GatewayServer this[int i] => _gateways[i % _gateways.Count];

        public static async Task<NodeGroup> StartAsync(CachingFixture fixture, RedisServer redis, int count)
        {
            var group = new NodeGroup();
            for (var i = 0; i < count; i++)
            {
                var gateway = await GatewayServer.ForSimulatorAsync(fixture.Simulator, ExtrasOf(redis));
                group._gateways.Add(gateway);
                await WarmAsync(gateway.Client, gateway.Admin);
            }
            return group;
        }

        public static string ExtrasOf(RedisServer redis) => string.Join('\n', TwoSimulators.CalmBreaker, Aliases, Callers, $$"""
            host:
              id_secret: "0123456789abcdef0123456789abcdef"
              redis: { url: "redis://{{redis.Endpoint}}", timeout: 1s }
              cache: { redis: true }
            """);

        public static HttpRequestMessage MessageOf(string body)
        {
            var message = new HttpRequestMessage(HttpMethod.Post, new Uri("v1/chat/completions", UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            message.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Alice);
            return message;
        }

        // Connections to Redis are made with the first call; until then nobody waits for anybody.
        public static async Task WarmAsync(HttpClient client, HttpClient admin)
        {
            while (await CountAsync(admin, "aigateway_cache_store_call_duration_seconds_count", "call=\"flight_take\"", "result=\"ok\"") == 0)
            {
                using var answer = await client.SendAsync(MessageOf(Chat("near/m", $"warm {Guid.NewGuid()}")), TestContext.Current.CancellationToken);
            }
        }

        public async Task<int> WaitsAsync(string result)
        {
            var sum = 0;
            foreach (var gateway in _gateways)
                sum += await CountAsync(gateway.Admin, "aigateway_cache_node_waits_total", $"result=\"{result}\"");
            return sum;
        }

        /// <summary>Until these nodes wait for another.</summary>
        public async Task WaitingAsync(params int[] nodes)
        {
            foreach (var node in nodes)
            {
                while (await CountAsync(this[node].Admin, "aigateway_cache_store_call_duration_seconds_count", "call=\"hmget\"", "result=\"ok\"") == 0)
                    await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var gateway in _gateways)
                await gateway.DisposeAsync();
        }

        private static async Task<int> CountAsync(HttpClient admin, string metric, params string[] labels)
        {
            var text = await admin.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken);
            return text.Split('\n')
                .Where(line => line.StartsWith(metric + "{", StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal)))
                .Sum(line => (int)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        }
    }
}
