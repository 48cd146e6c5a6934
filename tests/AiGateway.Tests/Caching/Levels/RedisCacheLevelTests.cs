using System.Text;
using AiGateway.Caching.Levels;
using AiGateway.Configuration;
using AiGateway.Providers;
using AiGateway.Storage;
using AiGateway.Storage.Redis;
using AiGateway.Telemetry;
using AiGateway.TestKit;
using StackExchange.Redis;

namespace AiGateway.Tests.Caching.Levels;

/// <summary>Nodes that share answers through a real Redis, which stops, hangs, forgets, and holds what others wrote: a miss and a count, never more.</summary>
public sealed class RedisCacheLevelTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatOneNodeKeeps_TheOtherFinds_AsLongAsItLives()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = Node(redis);
        await using var two = Node(redis);
        var answer = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("an answer, ", 1000)));
        await KeepAsync(one, "a", answer, "alias:x");

        Assert.Equal(answer, await two.FindAsync("a"));
        Assert.Equal(1, two.Count("aigateway_cache_lookups_total", "level=\"redis\"", "result=\"hit\""));
        Assert.Equal(answer, await two.FindAsync("a"));
        Assert.Equal(1, two.Count("aigateway_cache_lookups_total", "level=\"memory\"", "result=\"hit\""));
        Assert.Null(await two.FindAsync("b"));

        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        var box = (byte[])(await client.GetDatabase().StringGetAsync("t:cache:a:a"))!;
        Assert.True(box.Length < answer.Length / 4);
        Assert.True(box.AsSpan().IndexOf("answer"u8) < 0);
        Assert.InRange((await client.GetDatabase().KeyTimeToLiveAsync("t:cache:a:a"))!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));
    }

    [Fact]
    public async Task Purge_ReachesTheOtherNodesMemory()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = Node(redis);
        await using var two = Node(redis);
        foreach (var key in new[] { "a", "b", "c" })
        {
            await KeepAsync(one, key, [1], $"alias:{key}");
            Assert.NotNull(await two.FindAsync(key));
        }

        await one.Cache.RemoveByTagAsync("alias:a", Stop);
        await one.Cache.RemoveAsync("b", Stop);
        Assert.Equal((null, null), (await one.FindAsync("a"), await one.FindAsync("b")));
        Assert.Empty(one.Purges.Unshared());

        await two.Exchange.RunAsync(Stop);
        Assert.Equal(1, two.Memory.Count);
        Assert.Equal((null, null), (await two.FindAsync("a"), await two.FindAsync("b")));
        Assert.NotNull(await two.FindAsync("c"));

        // What is made afterwards holds everywhere, on nodes that come later, too.
        await KeepAsync(one, "a", [2], "alias:a");
        await using var three = Node(redis);
        await three.Exchange.RunAsync(Stop);
        Assert.Equal([2], await two.FindAsync("a"));
        Assert.Equal([2], await three.FindAsync("a"));

        await three.Cache.RemoveByTagAsync("*", Stop);
        await one.Exchange.RunAsync(Stop);
        await two.Exchange.RunAsync(Stop);
        Assert.Equal((0, 0), (one.Memory.Count, two.Memory.Count));
        Assert.Equal((null, null), (await one.FindAsync("a"), await two.FindAsync("c")));
    }

    [Fact]
    public async Task WhatWasWrittenByOthers_IsAMissAndCounted()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = Node(redis);
        await using var stranger = Node(redis, "another secret");
        await KeepAsync(node, "a", [1]);
        await KeepAsync(stranger, "b", [2]);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        var database = client.GetDatabase();
        var box = (byte[])(await database.StringGetAsync("t:cache:a:a"))!;
        await database.StringSetAsync("t:cache:a:moved", box);
        await database.StringSetAsync("t:cache:a:cut", box[..^1]);
        await database.StringSetAsync("t:cache:a:empty", "");
        await database.StringSetAsync("t:cache:a:text", "{\"answer\":\"poisoned\"}");
        box[20] ^= 1;
        await database.StringSetAsync("t:cache:a:changed", box);

        string[] keys = ["b", "moved", "cut", "empty", "text", "changed"];
        foreach (var key in keys)
        {
            Assert.Null(await node.FindAsync(key));
        }
        Assert.Equal(keys.Length, node.Count("aigateway_cache_lookups_total", "level=\"redis\"", "result=\"unreadable\""));

        await database.HashSetAsync("t:cache:a:hash", "a", "b");
        Assert.Null(await node.FindAsync("hash"));
        Assert.Equal(1, node.Count("aigateway_cache_lookups_total", "level=\"redis\"", "result=\"failed\""));
    }

    [Fact]
    public async Task Stopped_IsAMiss_AndServesAgainWhenItIsBack()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = Node(redis);
        await using var two = Node(redis);
        await KeepAsync(one, "a", [1], "alias:x");
        Assert.NotNull(await two.FindAsync("a"));
        await redis.StopAsync(keep: true);

        for (var i = 0; i < 10; i++)
        {
            Assert.Null(await one.FindAsync("b"));
        }
        Assert.NotNull(await one.FindAsync("a"));
        await one.SetAsync("c", [3]);
        Assert.NotNull(await one.FindAsync("c"));
        await one.Cache.RemoveByTagAsync("alias:x", Stop);
        Assert.Null(await one.FindAsync("a"));
        Assert.Single(one.Purges.Unshared());

        // The other node hears of the purge when Redis is back.
        await redis.StartAsync();
        await UntilAsync(() => one.Exchange.RunAsync(Stop));
        await UntilAsync(async () =>
        {
            await two.Exchange.RunAsync(Stop);
            return await two.FindAsync("a") is null;
        });
        await UntilAsync(async () =>
        {
            await one.SetAsync("d", [4]);
            return await two.FindAsync("d") is not null;
        });
    }

    [Fact]
    public async Task Flushed_IsEmpty_AndPurgesMadeAfterwardsHold()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = Node(redis);
        await using var two = Node(redis);
        await KeepAsync(one, "a", [1], "alias:x");
        await one.Cache.RemoveByTagAsync("alias:y", Stop);
        await two.Exchange.RunAsync(Stop);
        Assert.NotNull(await two.FindAsync("a"));
        using (var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint))
        {
            await client.GetDatabase().ExecuteAsync("FLUSHALL");
        }

        await one.Exchange.RunAsync(Stop);
        await two.Exchange.RunAsync(Stop);
        Assert.NotNull(await two.FindAsync("a"));

        // What was purged before is told again, to those who come new.
        await one.Exchange.RunAsync(Stop);
        await using var three = Node(redis);
        await three.Exchange.RunAsync(Stop);
        await KeepAsync(three, "b", [2], "alias:y");
        Assert.NotEmpty(three.Memory.Find("b")!.Stamp.Ids);
        await one.Cache.RemoveByTagAsync("alias:x", Stop);
        await two.Exchange.RunAsync(Stop);
        Assert.Null(await two.FindAsync("a"));
    }

    [Fact]
    public async Task Hanging_IsNotWaitedFor()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = Node(redis, timeout: TimeSpan.FromMilliseconds(200));
        await KeepAsync(node, "a", [1]);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        await client.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", "1500");

        // Three wait in vain, the others do not even ask.
        for (var i = 0; i < 50; i++)
        {
            Assert.Null(await node.FindAsync("b"));
        }
        Assert.NotNull(await node.FindAsync("a"));
        Assert.Equal(50, node.Count("aigateway_cache_lookups_total", "level=\"redis\"", "result=\"failed\""));
        Assert.InRange(node.Count("aigateway_cache_store_call_duration_seconds_count", "result=\"timeout\""), 1, 10);

        await UntilAsync(async () =>
        {
            await node.SetAsync("c", [3]);
            return node.Count("aigateway_cache_store_call_duration_seconds_count", "call=\"set\"", "result=\"ok\"") > 1;
        });
    }

    /// <summary>Keeps a value once Redis takes it: its connection is made with the first call.</summary>
    private static async Task KeepAsync(LevelsHost node, string key, byte[] value, params string[] tags)
    {
        var entry = new CacheEntry(key, value, 0, (node.Clock.GetUtcNow() + TimeSpan.FromHours(1)).UtcTicks, tags, node.Purges.StampOf(key, tags));
        node.Memory.Set(entry);
        await UntilAsync(async () => await node.Shared!.WriteAsync(entry));
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var i = 0; !await isSo(); i++)
        {
            Assert.True(i < 400, "It has not come to be so in time.");
            await Task.Delay(25, Stop);
        }
    }

    private static LevelsHost Node(RedisServer redis, string secret = "a secret", TimeSpan? timeout = null)
    {
        var settings = new RedisModel([("127.0.0.1", redis.Port)], null, false, 0, "t:", timeout ?? TimeSpan.FromSeconds(10));
        return new LevelsHost(
            shared: node => new RedisCacheLevel(
                new RedisConnection(settings, new TrustedAuthorities(HostModel.Default), TimeProvider.System, new RedisMetrics(node.Host.MeterFactory, MetricDefinitions.CacheStoreCallDuration)),
                "t:", new SealedContent(Encoding.UTF8.GetBytes(secret), "cached answers"), TimeProvider.System, node.Metrics),
            clock: TimeProvider.System);
    }
}
