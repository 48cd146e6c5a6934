using AiGateway.Admission;
using AiGateway.Admission.Sharing;
using AiGateway.Configuration;
using AiGateway.TestKit;
using StackExchange.Redis;

namespace AiGateway.Tests.Admission.Sharing;

/// <summary>A Redis that stops, hangs, forgets its scripts or all it knew: what <c>on_store_failure</c> says holds, nothing is lost unseen, and it goes on by itself.</summary>
public sealed class StoreFailureTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LimitSharing.Exact)]
    [InlineData(LimitSharing.Leased)]
    internal async Task Stopped_EachLimitGoesByItsPolicy_AndTheStoreDecidesAgainWhenItIsBack(LimitSharing sharing)
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = await SharedNode.StartAsync(redis, Short);
        var local = SharedLimit.Of("local", sharing, LimitMeasure.Requests, 5, onFailure: StoreFailurePolicy.Local);
        var allow = SharedLimit.Of("allow", sharing, LimitMeasure.Requests, 1, onFailure: StoreFailurePolicy.Allow);
        var deny = SharedLimit.Of("deny", sharing, LimitMeasure.Requests, 100, onFailure: StoreFailurePolicy.Deny);
        Assert.True((await AskUntilAnsweredAsync(node, local)).Goes);
        await redis.StopAsync(keep: false);
        // What is leased stays good for as long as the lease lasts.
        await SharedNode.Until(async () => (await node.AskAsync(deny.Claim())).Refusal is { IsStoreAway: true });

        for (var i = 0; i < 4; i++)
        {
            Assert.True((await node.AskAsync(allow.Claim())).Goes);
        }
        await SharedNode.Until(async () => !(await node.AskAsync(local.Claim())).Goes);
        Assert.False((await node.AskAsync(local.Claim())).Refusal!.IsStoreAway);

        await redis.StartAsync();
        await SharedNode.Until(async () => (await node.AskAsync(deny.Claim())).Goes);
        await SharedNode.Until(async () => !(await node.AskAsync(allow.Claim())).Goes);
        Assert.True(node.Restored >= 1);
    }

    [Fact]
    public async Task Hanging_IsNotWaitedFor_AndWhatWasUsedMeanwhileIsCountedAfterwards()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = await SharedNode.StartAsync(redis, Short);
        var limit = SharedLimit.Of("budget", LimitSharing.Exact, LimitMeasure.Spend, 100, onFailure: StoreFailurePolicy.Allow);
        (await AskUntilAnsweredAsync(node, limit, 1)).End(new Demand(0, 0, 0, 1));
        await node.SettledAsync();
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        await client.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", "1500");

        var allowed = await node.AskAsync(limit.Claim(60));
        Assert.True(allowed.Goes);
        allowed.End(new Demand(0, 0, 0, 60));
        Assert.Equal(1, node.Settlements.Unsettled);

        await node.SettledAsync();
        Assert.Equal(61, (long)await client.GetDatabase().HashGetAsync("t:{org:acme}:u:budget:red", "Spend/3600:s"));
        Assert.Equal(0, (long)await client.GetDatabase().HashGetAsync("t:{org:acme}:u:budget:red", "h4"));
    }

    [Fact]
    public async Task ForgottenScripts_AreToldAgain()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Of("t", LimitSharing.Exact, LimitMeasure.Requests, 2);
        Assert.True((await node.AskAsync(limit.Claim())).Goes);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        await client.GetDatabase().ExecuteAsync("SCRIPT", "FLUSH");

        Assert.True((await node.AskAsync(limit.Claim())).Goes);
        Assert.False((await node.AskAsync(limit.Claim())).Goes);
        Assert.False(node.Book.IsStoreAway);
    }

    [Fact]
    public async Task ComeBackEmpty_NothingIsDecidedBeforeTheLedgerHasBeenRead_AndWhatRunsIsHeldAgain()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Of("budget", LimitSharing.Exact, LimitMeasure.Spend, 100, onFailure: StoreFailurePolicy.Deny);
        node.OnRestore = self => self.Store.RestoreAsync("ledger", limit.Claim(), limit.Rates[0], [(TimeSpan.FromMinutes(10), 50), (TimeSpan.FromMinutes(90), 7)]);
        var running = await node.AskAsync(limit.Claim(30));
        Assert.True(running.Goes);
        await redis.StopAsync(keep: false);
        await redis.StartAsync();

        // 50 of the window were spent, and what runs is held before anything is decided.
        await SharedNode.Until(async () => (await node.AskAsync(limit.Claim(21))).Refusal is { IsStoreAway: false });
        Assert.Empty(await node.Store.RenewAsync("org:acme", [running.Exact!]));

        Assert.False((await node.AskAsync(limit.Claim(21))).Goes);
        Assert.True((await node.AskAsync(limit.Claim(20))).Goes);
    }

    [Fact]
    public async Task EachLedger_IsCountedOnce_HoweverOftenAndByWhomItIsTold()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Of("budget", LimitSharing.Exact, LimitMeasure.Spend, 100);
        foreach (var node in (SharedNode[])[one, two, one])
        {
            await node.Store.RestoreAsync("shared", limit.Claim(), limit.Rates[0], [(TimeSpan.Zero, 40)]);
            await node.Store.RestoreAsync(node.Name, limit.Claim(), limit.Rates[0], [(TimeSpan.FromMinutes(59), 10)]);
        }
        await one.Store.BeginAsync("org:acme", TimeSpan.Zero);

        Assert.False((await two.AskAsync(limit.Claim(41))).Goes);
        Assert.True((await two.AskAsync(limit.Claim(40))).Goes);
        Assert.Equal(0, two.Restored);
    }

    [Fact]
    public async Task Settling_CountsOnce_AlsoWhatWasNeverHeld_ButNotWhatAnotherLifeOfTheStoreHeld()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Of("budget", LimitSharing.Exact, LimitMeasure.Spend, 100);
        var held = (await node.AskAsync(limit.Claim(30))).Exact!;
        var unheld = new SharedHold("unheld", "org:acme") { Claims = [limit.Claim(0)], Epoch = held.Epoch };
        var lost = new SharedHold("lost", "org:acme") { Claims = [limit.Claim(0)], Epoch = "another" };
        for (var i = 0; i < 3; i++)
        {
            await node.Store.SettleAsync(held, new Demand(0, 0, 0, 20));
            await node.Store.SettleAsync(unheld, new Demand(0, 0, 0, 3));
            await node.Store.SettleAsync(lost, new Demand(0, 0, 0, 50));
        }

        Assert.False((await node.AskAsync(limit.Claim(78))).Goes);
        Assert.True((await node.AskAsync(limit.Claim(77))).Goes);
    }

    [Fact]
    public async Task RestartedUnderLoad_ADenyingBudgetIsNeverPassed()
    {
        const long cap = 20_000;
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Of("budget", LimitSharing.Exact, LimitMeasure.Spend, cap, onFailure: StoreFailurePolicy.Deny);
        var (spent, most, denied) = (0L, 0L, 0);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Stop);

        var callers = Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            var random = SeededRandom.From(caller);
            while (!done.IsCancellationRequested)
            {
                var asked = random.NextInt64(1, 100);
                var request = await (caller % 2 == 0 ? one : two).AskAsync(limit.Claim(asked));
                if (!request.Goes)
                {
                    denied += request.Refusal!.IsStoreAway ? 1 : 0;
                    await Task.Delay(5);
                    continue;
                }
                var now = Interlocked.Add(ref spent, asked);
                InterlockedMax(ref most, now);
                var used = random.NextInt64(0, asked + 1);
                Interlocked.Add(ref spent, used - asked);
                request.End(new Demand(0, 0, 0, used));
            }
        })).ToList();
        await Task.Delay(300, Stop);
        await redis.StopAsync(keep: true);
        await Task.Delay(300, Stop);
        await redis.StartAsync();
        await SharedNode.Until(() => Task.FromResult(Volatile.Read(ref spent) > cap * 9 / 10));
        await done.CancelAsync();
        await Task.WhenAll(callers);
        await one.SettledAsync();
        await two.SettledAsync();

        Assert.InRange(most, cap * 9 / 10, cap);
        Assert.NotEqual(0, denied);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        Assert.Equal(spent, (long)await client.GetDatabase().HashGetAsync("t:{org:acme}:u:budget:red", "Spend/3600:s"));
    }

    private static void InterlockedMax(ref long most, long value)
    {
        for (var known = Volatile.Read(ref most); value > known; known = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, known);
        }
    }

    // A short time-out may be too short once on a machine that others use too.
    private static async Task<SharedRequest> AskUntilAnsweredAsync(SharedNode node, LimitModel limit, long amount = 0)
    {
        SharedRequest? request = null;
        await SharedNode.Until(async () => (request = await node.AskAsync(limit.Claim(amount))).Goes && !node.Book.IsStoreAway);
        return request!;
    }
}
