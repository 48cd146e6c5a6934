using AiGateway.Caching.Semantic.Sharing;
using AiGateway.Semantics.Acceptance;
using AiGateway.TestKit;
using StackExchange.Redis;
using static AiGateway.Tests.Caching.Semantic.Sharing.SharingNode;

namespace AiGateway.Tests.Caching.Semantic.Sharing;

/// <summary>Nodes that learn from one log: they know the same, count nothing twice and lose nothing, whatever becomes of Redis and of them.</summary>
public sealed class SharedEvidenceTests
{
    private const string Name = "an alias";

    private static readonly HitFeatures Close = new(0.99f, 0.1f, 8, 1, 0, 0, 0, 0, 1, 1);

    [Fact]
    public async Task Nodes_KnowTheSame_AndANewcomerKnowsAll()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = new SharingNode(redis);
        await using var two = new SharingNode(redis);
        var (a, b) = (new Learner(one), new Learner(two));
        await a.JoinAsync();
        await b.JoinAsync();
        for (var round = 0; round < 10; round++)
        {
            a.Check(12, wrong: round == 4 ? 1 : 0);
            b.Check(12, wrong: 0);
            await a.Evidence.RunAsync();
            await b.Evidence.RunAsync();
        }
        await a.Evidence.RunAsync();

        AssertSame(a, b);
        Assert.Equal((240, 1), (a.Checks, a.Wrong));
        Assert.True(a.Model.UpperLimit < 0.1);

        await using var three = new SharingNode(redis);
        var c = new Learner(three);
        await c.JoinAsync();
        await c.Evidence.RunAsync();
        AssertSame(a, c);
    }

    [Fact]
    public async Task AnAlarm_DropsTheEvidenceOfAll()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = new SharingNode(redis);
        await using var two = new SharingNode(redis);
        var (a, b) = (new Learner(one), new Learner(two));
        await a.JoinAsync();
        await b.JoinAsync();
        a.Check(200, wrong: 0);
        await a.Evidence.RunAsync();
        await b.Evidence.RunAsync();
        Assert.True(b.Model.UpperLimit < 0.1);

        for (var i = 0; i < 10; i++)
            a.Model.Learn(new AcceptanceVerdict(AcceptanceDecision.Check, 0.001, true, Close), wrong: true);
        await a.Evidence.RunAsync();
        await b.Evidence.RunAsync();

        Assert.Equal((1, 1), (a.Model.UpperLimit, b.Model.UpperLimit));
        AssertSame(a, b);
        Assert.True(b.Model.Save().Beginnings > 1);
    }

    [Fact]
    public async Task WhoIsAlone_LearnsAtOnce_AndIsReadByTheOthersWhenRedisIsBack()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = new SharingNode(redis);
        await using var two = new SharingNode(redis);
        var (a, b) = (new Learner(one), new Learner(two));
        await a.JoinAsync();
        await b.JoinAsync();
        a.Check(20, wrong: 0);
        await a.Evidence.RunAsync();
        await b.Evidence.RunAsync();
        await redis.StopAsync(keep: true);
        a.Check(15, wrong: 0);
        b.Check(25, wrong: 0);
        for (var i = 0; i < 4; i++)
        {
            await a.Evidence.RunAsync();
            await b.Evidence.RunAsync();
        }

        Assert.Equal((false, false), (a.Model.Follows, b.Model.Follows));
        Assert.Equal((35, 45), (a.Checks, b.Checks));
        a.Check(5, wrong: 1);
        Assert.Equal((40, 1), (a.Checks, a.Wrong));

        await redis.StartAsync();
        await a.JoinAsync();
        await b.JoinAsync();
        await a.Evidence.RunAsync();
        await b.Evidence.RunAsync();
        await a.Evidence.RunAsync();
        AssertSame(a, b);
        Assert.Equal((65, 1), (a.Checks, a.Wrong));
    }

    [Fact]
    public async Task AnAlarmWhileAlone_IsToldToTheOthers()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = new SharingNode(redis);
        await using var two = new SharingNode(redis);
        var (a, b) = (new Learner(one), new Learner(two));
        await a.JoinAsync();
        await b.JoinAsync();
        b.Check(200, wrong: 0);
        await b.Evidence.RunAsync();
        await a.Evidence.RunAsync();
        a.Model.GoAlone(null);
        for (var i = 0; i < 10; i++)
            a.Model.Learn(new AcceptanceVerdict(AcceptanceDecision.Check, 0.001, true, Close), wrong: true);
        Assert.Equal(1, a.Model.UpperLimit);
        await a.Evidence.TrySendAsync();

        await b.Evidence.RunAsync();

        Assert.Equal(1, b.Model.UpperLimit);
        Assert.True(b.Checks < 10);
    }

    [Fact]
    public async Task APieceThatIsToldTwice_StandsThereOnce()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = new SharingNode(redis);
        await UntilAsync(async () => await node.Log.AppendAsync(Name, "writer", 1, [1]));
        Assert.True(await node.Log.AppendAsync(Name, "writer", 1, [1]));
        Assert.True(await node.Log.AppendAsync(Name, "another", 1, [2]));
        Assert.True(await node.Log.AppendAsync(Name, "writer", 2, [3]));

        var pieces = await node.Log.ReadAsync(Name, "0-0");

        Assert.Equal([1, 2, 3], pieces!.Select(static piece => piece.Content!.Single()));
        Assert.Equal(pieces![2].Position, await node.Log.LastAsync(Name));
        Assert.Equal("0-0", await node.Log.LastAsync("another log"));
    }

    [Fact]
    public async Task AState_IsReplacedByOneThatGoesFurtherOnly()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = new SharingNode(redis);
        await UntilAsync(async () => await node.Log.ReadStateAsync(Name) is { Position: null });
        Assert.True(await node.Log.OfferStateAsync(Name, "5-9", [1], replaces: false));
        Assert.False(await node.Log.OfferStateAsync(Name, "6-0", [2], replaces: false));
        Assert.False(await node.Log.OfferStateAsync(Name, "5-8", [3], replaces: true));
        Assert.True(await node.Log.OfferStateAsync(Name, "5-10", [4], replaces: true));
        Assert.False(await node.Log.OfferStateAsync(Name, "5-9", [5], replaces: true));

        var state = await node.Log.ReadStateAsync(Name);

        Assert.Equal(("5-10", 4), (state!.Value.Position, state.Value.Content!.Single()));
    }

    [Fact]
    public async Task AFlush_LosesNothingThatANodeKnows()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = new SharingNode(redis);
        var a = new Learner(one);
        await a.JoinAsync();
        a.Check(30, wrong: 0);
        await a.Evidence.RunAsync();
        using (var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint))
            await client.GetDatabase().ExecuteAsync("FLUSHALL");
        a.Check(10, wrong: 0);
        // A minute passes, after which it has said again what it knows.
        for (var i = 0; i < 60; i++)
            await a.Evidence.RunAsync();

        await using var two = new SharingNode(redis);
        var b = new Learner(two);
        await b.JoinAsync();

        AssertSame(a, b);
        Assert.Equal(40, b.Checks);
    }

    [Fact]
    public async Task WhatOthersWrote_IsPassedOver()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = new SharingNode(redis);
        await using var stranger = new SharingNode(redis, "another secret");
        await UntilAsync(async () => await stranger.Log.OfferStateAsync(Name, "0-0", "{}"u8.ToArray(), replaces: false) == true);
        var a = new Learner(one);
        await a.JoinAsync();
        a.Check(10, wrong: 0);
        await stranger.Log.AppendAsync(Name, "stranger", 1, "{}"u8.ToArray());
        await one.Log.AppendAsync(Name, "w1", 1, "no JSON"u8.ToArray());
        await one.Log.AppendAsync(Name, "w2", 1, """{"hits":[1],"served":-5,"checks":null}"""u8.ToArray());
        using (var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint))
            await client.GetDatabase().ExecuteAsync("XADD", (RedisKey)"t:semantic:l:{an%20alias}", "*", "x", "y", "z", "w");

        await a.Evidence.RunAsync();
        await a.Evidence.RunAsync();

        Assert.Equal((10, true), (a.Checks, a.Model.Follows));
        Assert.Equal(4, one.Count("aigateway_cache_semantic_evidence_total", "result=\"unreadable\""));
    }

    private static void AssertSame(Learner a, Learner b)
    {
        var (x, y) = (a.Model.Save(), b.Model.Save());
        Assert.Equal(x.Weights, y.Weights);
        Assert.Equal(x.Covariance, y.Covariance);
        Assert.Equal(x.Newer, y.Newer);
        Assert.Equal(x.Older, y.Older);
        Assert.Equal(x.Drift, y.Drift);
        Assert.Equal(x.Passed, y.Passed);
        Assert.Equal((x.Beginnings, x.Served), (y.Beginnings, y.Served));
    }

    private sealed class Learner(SharingNode node)
    {
        private SharedEvidence? _evidence;

        public AcceptanceModel Model { get; } = new(new AcceptanceOptions { MaxWrongHits = 0.1 }, ScorerPrior.Generic, 1);

        public SharedEvidence Evidence => _evidence ??= new SharedEvidence(Model, Name, node.Log, node.Metrics);

        public long Checks => Sum(1);

        public long Wrong => Sum(2);

        public Task JoinAsync() => UntilAsync(async () =>
        {
            await Evidence.RunAsync();
            return Model.Follows;
        });

        /// <summary>Would-be hits, of which each that is to be checked turns out right, but for the first ones.</summary>
        public void Check(int hits, int wrong)
        {
            for (var i = 0; i < hits; i++)
            {
                var verdict = Model.Decide(Close, default);
                Model.Learn(new AcceptanceVerdict(AcceptanceDecision.Check, verdict.Risk, true, Close), i < wrong);
            }
        }

        private long Sum(int part)
        {
            var (state, bands) = (Model.Save(), RiskBands.Count);
            return state.Older.Skip(part * bands).Take(bands).Sum() + state.Newer.Skip(part * bands).Take(bands).Sum();
        }
    }
}
