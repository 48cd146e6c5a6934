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
        await using var nodes = await NodesAsync(redis, 3);
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat("near/m!pace=5,latency=300", $"nodes {stream}", stream ? ""","stream":true""" : "");

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => CachingFixture.AskAsync(nodes[i % 3], question)));

        Assert.All(answers, answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(before + 1, await fixture.Simulator.Control.RequestsAsync());
        var leader = Assert.Single(answers, answer => answer.Header("x-gateway-cache") == "miss");
        Assert.All(answers, answer => Assert.Equal("hit", answer == leader ? "hit" : answer.Header("x-gateway-cache")));
        var records = await Task.WhenAll(answers.Select((answer, i) => nodes[i % 3].ReadRecordsAsync(answer.RequestId)));
        Assert.Single(records, record => record.GetProperty("attempts").GetArrayLength() > 0);
        Assert.All(
            records.Where(record => record.GetProperty("id").GetString() != leader.RequestId),
            record => Assert.Equal(("shared", leader.RequestId), (record.GetProperty("cache").GetString(), record.GetProperty("cache_paid_by").GetString())));
    }

    [Fact]
    public async Task TheLeadersCallersHangUp_AnotherNodeTakesOver_OnceForAll()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var nodes = await NodesAsync(redis, 3);
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat("near/m!latency=400", "given up");
        using var hangUp = new CancellationTokenSource();
        var leader = CachingFixture.AskAsync(nodes[0], question, cancellationToken: hangUp.Token);
        await AskedAsync(before + 1);
        var others = Enumerable.Range(1, 8).Select(i => CachingFixture.AskAsync(nodes[1 + (i % 2)], question)).ToArray();
        await WaitingAsync(redis);
        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        Assert.All(await Task.WhenAll(others), answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(before + 2, await fixture.Simulator.Control.RequestsAsync());
    }

    [Fact]
    public async Task TheLeadersNodeIsKilled_AnotherTakesOver_WhenItsLeaseHasRunOut()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var nodes = await NodesAsync(redis, 2);
        await using var doomed = await GatewayProcess.ForSimulatorsAsync([fixture.Simulator.Address], ExtrasOf(redis));
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat("near/m!latency=1500", "killed");
        // The doomed node is to lead: it begins when it can be asked whether it does.
        var warm = Chat("near/m", "warm");
        Task<HttpResponseMessage> AskDoomedAsync(string body) => doomed.Client.SendAsync(MessageOf(body), TestContext.Current.CancellationToken);
        while (!await redis.HasKeyAsync("cache:f:"))
        {
            using var _ = await AskDoomedAsync(warm.Replace("warm", $"warm {Guid.NewGuid()}", StringComparison.Ordinal));
        }
        before = await fixture.Simulator.Control.RequestsAsync();
        var leader = AskDoomedAsync(question);
        await AskedAsync(before + 1);
        var others = Enumerable.Range(0, 8).Select(i => CachingFixture.AskAsync(nodes[i % 2], question)).ToArray();
        await WaitingAsync(redis);
        await doomed.Process.KillAsync();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => leader);
        Assert.All(await Task.WhenAll(others), answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(before + 2, await fixture.Simulator.Control.RequestsAsync());
    }
}
