using AiGateway.Admission;
using AiGateway.Configuration;
using AiGateway.TestKit;

namespace AiGateway.Tests.Admission.Sharing;

/// <summary>Limits of which nodes lease shares: all together never pass them, what is refused lies leased elsewhere, and nothing lies there for long.</summary>
public sealed class LeasedLimitTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task ManyCallersOnManyNodes_NeverMoreThanTheLimit_AndInTheEndAllOfIt(int seed)
    {
        const int callers = 24;
        const long cap = 3_000;
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        await using var three = await SharedNode.StartAsync(redis);
        SharedNode[] nodes = [one, two, three];
        var limit = SharedLimit.Of("requests", LimitSharing.Leased, LimitMeasure.Requests, cap);
        var admitted = 0L;

        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var random = SeededRandom.From((seed * 1_000) + caller);
            for (var refused = 0; refused < 5;)
            {
                var request = await nodes[random.Next(nodes.Length)].AskAsync(limit.Claim());
                if (request.Goes)
                {
                    Interlocked.Increment(ref admitted);
                    request.End(default);
                }
                else
                {
                    refused++;
                    await Task.Delay(random.Next(20), Stop);
                }
            }
        }, Stop)));
        Assert.InRange(admitted, 1, cap);
        // What lay leased elsewhere comes back when it is not used.
        await SharedNode.Until(async () =>
        {
            while ((await one.AskAsync(limit.Claim())).Goes)
            {
                admitted++;
            }
            return admitted >= cap;
        });
        Assert.Equal(cap, admitted);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task WhatIsHeldAndSpent_NeverPassesTheLimit_AndARefusalIsWithinTheStatedBound(int seed)
    {
        const int callers = 24;
        const long cap = 200_000;
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        SharedNode[] nodes = [one, two];
        var limit = SharedLimit.Of("budget", LimitSharing.Leased, LimitMeasure.Spend, cap);
        var (books, over, refused) = (0L, 0, 0);

        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var random = SeededRandom.From((seed * 1_000) + caller);
            for (var i = 0; i < 120; i++)
            {
                var asked = random.NextInt64(1, 1_000);
                var request = await nodes[random.Next(nodes.Length)].AskAsync(limit.Claim(asked));
                if (!request.Goes)
                {
                    refused++;
                    continue;
                }
                over += Interlocked.Add(ref books, asked) > cap ? 1 : 0;
                if (random.Next(3) == 0)
                {
                    await Task.Delay(random.Next(4), Stop);
                }
                var used = random.Next(3) == 0 ? 0 : random.NextInt64(0, asked + 1);
                Interlocked.Add(ref books, used - asked);
                request.End(new Demand(0, 0, 0, used));
            }
        }, Stop)));

        Assert.Equal(0, over);
        Assert.NotEqual(0, refused);
        // The rest is free, or lies with a node and comes back.
        var rest = cap - books;
        await SharedNode.Until(() => Task.FromResult(nodes.All(node => node.Leases.Unused().Sum(unused => unused.Amount) <= rest)));
        await SharedNode.Until(async () =>
        {
            var request = await two.AskAsync(limit.Claim(rest));
            if (request.Goes)
            {
                request.End(default);
            }
            return request.Goes;
        });
        Assert.False((await one.AskAsync(limit.Claim(rest + 1))).Goes);
    }

    [Fact]
    public async Task OnceThereIsAShare_NobodyAsksTheStore()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Of("requests", LimitSharing.Leased, LimitMeasure.Requests, 1_000_000);
        for (var i = 0; i < 300; i++)
        {
            await node.AskAsync(limit.Claim());
            await Task.Delay(1, Stop);
        }

        // Redis is gone, and a share that was asked for in the background is still there.
        await redis.StopAsync(keep: false);
        for (var i = 0; i < 20; i++)
        {
            Assert.True((await node.AskAsync(limit.Claim())).Goes);
        }
    }

    [Fact]
    public async Task RunningRequests_AreLeasedToo_AndComeBackWhenTheyEnd()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = await SharedNode.StartAsync(redis);
        await using var two = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Concurrent("few", LimitSharing.Leased, 4);
        var running = new List<SharedRequest>();
        for (var i = 0; i < 4; i++)
        {
            await SharedNode.Until(async () =>
            {
                var request = await (i % 2 == 0 ? one : two).AskAsync(limit.Claim());
                running.AddRange(request.Goes ? [request] : []);
                return request.Goes;
            });
        }
        Assert.False((await one.AskAsync(limit.Claim())).Goes);
        Assert.False((await two.AskAsync(limit.Claim())).Goes);

        foreach (var request in running)
        {
            request.End(default);
        }
        running.Clear();
        await SharedNode.Until(async () =>
        {
            var request = await one.AskAsync(limit.Claim());
            running.AddRange(request.Goes ? [request] : []);
            return running.Count == 4;
        });
    }

    [Fact]
    public async Task AStoppedNode_GivesItsLeaseBack_AndAKilledOneLosesIt()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var living = await SharedNode.StartAsync(redis);
        var limit = SharedLimit.Of("budget", LimitSharing.Leased, LimitMeasure.Spend, 1_000);
        // Its second request, never ended, keeps a lease that nobody renews once it is stopped: as if it had been killed.
        await using var other = await SharedNode.StartAsync(redis);
        var ended = await other.AskAsync(limit.Claim(300));
        Assert.True((await other.AskAsync(limit.Claim(400))).Goes);
        ended.End(new Demand(0, 0, 0, 100));
        await other.StopAsync();

        Assert.False((await living.AskAsync(limit.Claim(600))).Goes);
        Assert.True((await living.AskAsync(limit.Claim(500))).Goes);
        await SharedNode.Until(async () => (await living.AskAsync(limit.Claim(400))).Goes);
        Assert.False((await living.AskAsync(limit.Claim(1))).Goes);
    }
}
