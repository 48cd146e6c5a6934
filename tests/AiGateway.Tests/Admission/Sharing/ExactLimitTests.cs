using AiGateway.Admission;
using AiGateway.Configuration;
using AiGateway.TestKit;
using StackExchange.Redis;

namespace AiGateway.Tests.Admission.Sharing;

/// <summary>Limits that Redis decides on: nothing beyond them at any number of callers and nodes, all or nothing, and nobody is refused while there is room.</summary>
public sealed class ExactLimitTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ManyCallersOnManyNodes_NeverMoreThanTheLimit_AndAllIsSettledInTheEnd(int seed)
    {
        const int callers = 48;
        const long teamLimit = 60_000, allLimit = 150_000;
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        await using var three = await SharedNode.StartAsync(redis);
        SharedNode[] nodes = [one, two, three];
        var team = SharedLimit.Of("team", LimitSharing.Exact, LimitMeasure.Tokens, teamLimit);
        var all = SharedLimit.Of("all", LimitSharing.Exact, LimitMeasure.Spend, allLimit);
        var books = new Dictionary<string, long> { ["red"] = 0, ["blue"] = 0, ["all"] = 0 };
        var (refused, over) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var random = SeededRandom.From((seed * 1_000) + caller);
            var name = caller % 2 == 0 ? "red" : "blue";
            for (var i = 0; i < 40; i++)
            {
                var asked = random.NextInt64(1, 4_000);
                var demand = new Demand(1, asked / 2, asked - (asked / 2), asked);
                var request = await nodes[random.Next(nodes.Length)].AskAsync(new Claim(team, name, demand, "acme"), new Claim(all, "*", demand, "acme"));
                if (!request.Goes)
                {
                    Interlocked.Increment(ref refused);
                    continue;
                }
                Book(name, asked);
                if (random.Next(4) == 0)
                {
                    await Task.Delay(random.Next(3), Stop);
                }
                // Cancelled, failed, or answered with less than was held. What is told later than it is booked makes the books the smaller sum.
                var used = random.Next(3) == 0 ? 0 : random.NextInt64(0, asked + 1);
                Book(name, used - asked);
                request.End(new Demand(0, used / 2, used - (used / 2), used));
            }
        }, Stop)));
        foreach (var node in nodes)
        {
            await node.SettledAsync();
        }

        Assert.Equal(0, over);
        Assert.NotEqual(0, refused);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        var database = client.GetDatabase();
        foreach (var (limit, subject, field, sum) in new[] { ("team", "red", "h1", books["red"]), ("team", "blue", "h1", books["blue"]), ("all", "*", "h4", books["all"]) })
        {
            var use = $"t:{{org:acme}}:u:{limit}:{subject}";
            Assert.Equal(0, (long)await database.HashGetAsync(use, field));
            Assert.Equal(0, (long)await database.HashGetAsync(use, "c"));
            Assert.Equal(sum, (long)await database.HashGetAsync(use, limit == "team" ? "Tokens/3600:s" : "Spend/3600:s"));
        }
        Assert.All(await database.HashGetAllAsync("t:{org:acme}:holds"), hold => Assert.Equal("x", hold.Value));

        void Book(string name, long amount)
        {
            lock (books)
            {
                books[name] += amount;
                books["all"] += amount;
                over += books[name] > teamLimit || books["all"] > allLimit ? 1 : 0;
            }
        }
    }

    [Fact]
    public async Task OneAfterTheOther_RefusedExactlyWhenThereIsNoRoom()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Of("tokens", LimitSharing.Exact, LimitMeasure.Tokens, 10_000);
        var random = SeededRandom.From(5);
        var open = new List<(SharedRequest Request, long Asked)>();
        long used = 0;

        for (var i = 0; i < 200; i++)
        {
            var asked = random.NextInt64(1, 2_000);
            var request = await (random.Next(2) == 0 ? one : two).AskAsync(limit.Claim(asked));
            Assert.Equal(used + open.Sum(held => held.Asked) + asked <= 10_000, request.Goes);
            if (request.Goes)
            {
                open.Add((request, asked));
            }
            if (open.Count > 0 && random.Next(2) == 0)
            {
                var (ending, held) = open[random.Next(open.Count)];
                open.Remove((ending, held));
                var taken = random.Next(5) == 0 ? held / 10 : 0;
                used += taken;
                ending.End(SharedLimit.Demand(limit, taken));
                await one.SettledAsync();
                await two.SettledAsync();
            }
        }
    }

    [Fact]
    public async Task ABudgetThatIsMadeAgain_HasAUseOfItsOwn_AlsoForANodeThatHearsOfItLater()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        var before = SharedLimit.Of("budget", LimitSharing.Exact, LimitMeasure.Spend, 100, made: DateTimeOffset.UnixEpoch);
        var again = SharedLimit.Of("budget", LimitSharing.Exact, LimitMeasure.Spend, 100, made: DateTimeOffset.UnixEpoch.AddMilliseconds(1));
        var first = await one.AskAsync(before.Claim(100));
        Assert.True(first.Goes);
        first.End(SharedLimit.Demand(before, 100));
        await one.SettledAsync();
        Assert.False((await two.AskAsync(before.Claim(1))).Goes);

        await one.Store.RestoreAsync("ledger", again.Claim(), again.Rates[0], [(TimeSpan.Zero, 60)]);
        await two.Store.RestoreAsync("ledger", again.Claim(), again.Rates[0], [(TimeSpan.Zero, 60)]);

        Assert.False((await one.AskAsync(again.Claim(41))).Goes);
        Assert.True((await one.AskAsync(again.Claim(40))).Goes);
        Assert.False((await two.AskAsync(before.Claim(1))).Goes);
    }

    [Fact]
    public async Task ASession_CountsWhileItGoesOn_ForAllNodes_AndOnce()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Of("tokens", LimitSharing.Exact, LimitMeasure.Tokens, 1_000);
        var session = await one.AskAsync(limit.Claim(100));
        for (var i = 1; i <= 2; i++)
        {
            await one.Shared.BookAsync(session.Exact!, i, SharedLimit.Demand(limit, 400));
            // Told again it counts no more.
            await one.Shared.BookAsync(session.Exact!, i, SharedLimit.Demand(limit, 400));
            Assert.Null(await session.RaiseAsync(SharedLimit.Demand(limit, 100 + (2 * i))));
        }
        Assert.False((await two.AskAsync(limit.Claim(97))).Goes);
        Assert.True((await two.AskAsync(limit.Claim(96))).Goes);

        Assert.NotNull(await session.RaiseAsync(SharedLimit.Demand(limit, 106)));
        session.End(SharedLimit.Demand(limit, 50));
        await one.SettledAsync();
        Assert.False((await two.AskAsync(limit.Claim(55))).Goes);
        Assert.True((await two.AskAsync(limit.Claim(54))).Goes);
    }

    [Fact]
    public async Task RunningRequests_AreCountedOverAllNodes()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Concurrent("few", LimitSharing.Exact, 3);

        var first = await one.AskAsync(limit.Claim());
        Assert.True((await two.AskAsync(limit.Claim())).Goes);
        Assert.True((await one.AskAsync(limit.Claim())).Goes);
        var refused = await two.AskAsync(limit.Claim());
        Assert.False(refused.Goes);
        Assert.Null(refused.Refusal!.Rate);

        first.End(default);
        await one.SettledAsync();
        Assert.True((await two.AskAsync(limit.Claim())).Goes);
    }

    [Fact]
    public async Task TheWindowSlides_AndTheCallerIsToldOfAllNodes()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Of("requests", LimitSharing.Exact, LimitMeasure.Requests, 4, TimeSpan.FromSeconds(3));

        for (var i = 0; i < 4; i++)
        {
            var request = await (i % 2 == 0 ? one : two).AskAsync(limit.Claim());
            Assert.Equal(3 - i, request.Standing.Requests!.Value.Left);
            request.End(default);
        }
        var refused = await one.AskAsync(limit.Claim());
        Assert.InRange(refused.Refusal!.Wait!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3.1));

        await SharedNode.Until(async () => (await two.AskAsync(limit.Claim())).Goes);
    }

    [Fact]
    public async Task ARefusalByOneLimit_LeavesNothingHeldOfTheOthers_HereOrThere()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = await SharedNode.StartAsync(redis);
        var own = SharedLimit.Of("own", LimitSharing.Local, LimitMeasure.Requests, 2);
        var wide = SharedLimit.Of("wide", LimitSharing.Exact, LimitMeasure.Tokens, 1_000);
        var tight = SharedLimit.Of("tight", LimitSharing.Exact, LimitMeasure.Spend, 10);

        for (var i = 0; i < 5; i++)
        {
            var request = await node.AskAsync(own.Claim(), wide.Claim(1_000), tight.Claim(11));
            Assert.Equal("tight", request.Refusal!.Limit.Id);
            Assert.Null(request.Refusal.Wait);
        }

        Assert.True((await node.AskAsync(own.Claim(), wide.Claim(1_000), tight.Claim(10))).Goes);
    }

    [Fact]
    public async Task ADearerAttempt_HoldsMore_OrNothingChanges()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Of("budget", LimitSharing.Exact, LimitMeasure.Spend, 100);
        var request = await one.AskAsync(limit.Claim(40));

        Assert.Null(await request.RaiseAsync(new Demand(0, 0, 0, 70)));
        Assert.False((await two.AskAsync(limit.Claim(31))).Goes);
        Assert.NotNull(await request.RaiseAsync(new Demand(0, 0, 0, 101)));
        var other = await two.AskAsync(limit.Claim(30));
        Assert.True(other.Goes);

        request.End(new Demand(0, 0, 0, 50));
        other.End(default);
        await one.SettledAsync();
        await two.SettledAsync();
        Assert.True((await two.AskAsync(limit.Claim(50))).Goes);
        Assert.False((await one.AskAsync(limit.Claim(1))).Goes);
    }

    [Fact]
    public async Task TwoNodesWithDifferentFigures_ShareTheUse_AndEachGoesByItsOwn()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var old = await SharedNode.StartAsync(redis);
        await using var renewed = await SharedNode.StartAsync(redis);
        var before = SharedLimit.Of("t", LimitSharing.Exact, LimitMeasure.Spend, 100);
        var after = SharedLimit.Of("t", LimitSharing.Exact, LimitMeasure.Spend, 60);

        Assert.True((await old.AskAsync(before.Claim(50))).Goes);
        Assert.True((await renewed.AskAsync(after.Claim(10))).Goes);
        Assert.False((await renewed.AskAsync(after.Claim(1))).Goes);
        Assert.True((await old.AskAsync(before.Claim(40))).Goes);
        Assert.False((await old.AskAsync(before.Claim(1))).Goes);
    }

    [Fact]
    public async Task WhatAKilledNodeHeld_ComesBack()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var living = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Of("t", LimitSharing.Exact, LimitMeasure.Spend, 100);
        // Nobody renews what it holds within its life: as if it had been killed.
        await using var killed = await SharedNode.StartAsync(redis, holdLife: TimeSpan.FromSeconds(1));
        Assert.True((await killed.AskAsync(limit.Claim(100))).Goes);

        Assert.False((await living.AskAsync(limit.Claim(1))).Goes);
        await SharedNode.Until(async () => (await living.AskAsync(limit.Claim(100))).Goes);
    }

    [Fact]
    public async Task AmountsBeyondWhatLuaCountsExactly_StayExact_AndAreNotPassed()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = await SharedNode.StartAsync(redis);
        const long billion = 1_000_000_000L * 1_000_000_000L, million = 1_000_000L * 1_000_000_000L;
        var limit = SharedLimit.Of("large", LimitSharing.Exact, LimitMeasure.Spend, billion);
        // Odd figures, of which each would be rounded at 10^18.
        for (var i = 0; i < 999; i++)
        {
            var request = await node.AskAsync(limit.Claim(1));
            Assert.True(request.Goes);
            request.End(new Demand(0, 0, 0, million - 1));
        }
        await node.SettledAsync();

        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        Assert.Equal(999 * (million - 1), (long)await client.GetDatabase().HashGetAsync("t:{org:acme}:u:large:red", "Spend/3600:s"));
        Assert.False((await node.AskAsync(limit.Claim(million + 1_000))).Goes);
        Assert.True((await node.AskAsync(limit.Claim(million - 100_000))).Goes);
    }
}
