using AiGateway.Benchmarks.Caching;
using AiGateway.Caching.Levels;
using AiGateway.TestKit;

namespace AiGateway.Tests.Caching.Levels;

/// <summary>Pins the level in memory: never above its bytes, nothing old, purged or foreign, and what is asked for often outlives scans.</summary>
public sealed class MemoryLevelTests
{
    private const int Capacity = 1 << 20;

    [Fact]
    public async Task WhatIsKept_IsFoundUntilItsTimeHasPassed()
    {
        var clock = new TestClock();
        await using var node = new LevelsHost(clock: clock);
        await node.SetAsync("a", [1, 2, 3], TimeSpan.FromMinutes(5));

        Assert.Equal([1, 2, 3], await node.FindAsync("a"));
        Assert.Null(await node.FindAsync("b"));
        clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.NotNull(await node.FindAsync("a"));
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Null(await node.FindAsync("a"));
        Assert.Equal((0, 0), (node.Memory.Bytes, node.Memory.Count));
        Assert.Equal(2, node.Count("aigateway_cache_lookups_total", "level=\"memory\"", "result=\"hit\""));
        Assert.Equal(2, node.Count("aigateway_cache_lookups_total", "level=\"memory\"", "result=\"miss\""));
        Assert.Equal(1, node.Count("aigateway_cache_removed_total", "by=\"age\""));
    }

    [Fact]
    public async Task SameKeyAgain_TakesThePlace()
    {
        await using var node = new LevelsHost();
        await node.SetAsync("a", new byte[1000]);
        var before = node.Memory.Bytes;
        await node.SetAsync("a", new byte[2000]);

        Assert.Equal(2000, (await node.FindAsync("a"))!.Length);
        Assert.Equal((before + 1000, 1), (node.Memory.Bytes, node.Memory.Count));
        Assert.Equal(1, node.Count("aigateway_cache_entries"));
        Assert.Equal(node.Memory.Bytes, node.Count("aigateway_cache_memory_bytes"));
    }

    [Fact]
    public async Task ValueLargerThanAQuarterOfAShard_IsNotKept_AndNothingIsLostForIt()
    {
        await using var node = new LevelsHost(Capacity);
        await node.SetAsync("small", [1]);
        await node.SetAsync("large", new byte[Capacity / 4]);
        await node.SetAsync("huge", new byte[Capacity * 2]);

        Assert.NotNull(await node.FindAsync("small"));
        Assert.Null(await node.FindAsync("large"));
        Assert.Null(await node.FindAsync("huge"));
        Assert.Equal(2, node.Count("aigateway_cache_too_large_total"));
    }

    [Fact]
    public async Task Purge_TakesWhatHasTheTag_AndLeavesTheRest()
    {
        await using var node = new LevelsHost();
        await node.SetAsync("a", [1], null, "alias:x", "team:red");
        await node.SetAsync("b", [2], null, "alias:y", "team:red");
        await node.SetAsync("c", [3], null, "alias:y");
        await node.SetAsync("d", [4]);

        await node.Cache.RemoveByTagAsync("alias:x", TestContext.Current.CancellationToken);
        Assert.Equal((false, true, true, true), await FoundAsync());
        Assert.Equal(3, node.Memory.Count);

        await node.Cache.RemoveByTagAsync("team:red", TestContext.Current.CancellationToken);
        await node.Cache.RemoveAsync("d", TestContext.Current.CancellationToken);
        Assert.Equal((false, false, true, false), await FoundAsync());

        // What is made afterwards holds.
        await node.SetAsync("b", [2], null, "alias:y", "team:red");
        await node.SetAsync("d", [4]);
        Assert.Equal((false, true, true, true), await FoundAsync());

        await node.Cache.RemoveByTagAsync("*", TestContext.Current.CancellationToken);
        Assert.Equal((false, false, false, false), await FoundAsync());
        Assert.Equal(0, node.Memory.Bytes);

        async Task<(bool, bool, bool, bool)> FoundAsync() =>
            (await node.FindAsync("a") is not null, await node.FindAsync("b") is not null, await node.FindAsync("c") is not null, await node.FindAsync("d") is not null);
    }

    [Fact]
    public async Task ManyPurges_BecomeOneOfEverything()
    {
        await using var node = new LevelsHost();
        for (var i = 0; i < 10_000; i++)
        {
            node.Purges.PurgeTag($"tag:{i}");
        }
        await node.SetAsync("a", [1], null, "alias:x");
        Assert.NotNull(await node.FindAsync("a"));

        await node.Cache.RemoveByTagAsync("one too many", TestContext.Current.CancellationToken);

        Assert.Null(await node.FindAsync("a"));
        Assert.Empty(node.Purges.Unshared());
    }

    [Fact]
    public async Task AnythingButBytes_IsRefused()
    {
        await using var node = new LevelsHost();
        await Assert.ThrowsAsync<NotSupportedException>(async () => await node.Cache.SetAsync("a", "text", cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WhatIsNotThere_IsMadeAndKept()
    {
        await using var node = new LevelsHost();
        var made = 0;
        for (var i = 0; i < 3; i++)
        {
            var value = await node.Cache.GetOrCreateAsync("a", _ => ValueTask.FromResult<byte[]>([(byte)++made]), cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal([1], value);
        }
    }

    [Theory]
    [InlineData(0.7)]
    [InlineData(0.9)]
    [InlineData(1.1)]
    public Task RequestsByPopularity_AreFoundMoreOftenThanWithLru(double exponent) =>
        CompareAsync(CacheTraces.Zipf(7, 5_000, exponent, 60_000), 1.03);

    [Fact]
    public Task Scans_DoNotPushOutWhatIsAskedForOften() =>
        CompareAsync(CacheTraces.ZipfWithScans(8, 5_000, 0.9, 60_000, 3_000, 3_000), 1.1);

    [Fact]
    public Task PopularityThatChanges_IsFollowed() =>
        CompareAsync(CacheTraces.ZipfWithDrift(9, 5_000, 0.9, 60_000, 10_000), 0.95);

    [Fact]
    public async Task ManyCallersAtOnce_NeverGoAboveTheBytes_AndTheCountsAreRight()
    {
        const int Callers = 64;
        await using var node = new LevelsHost(Capacity);
        var memory = node.Memory;
        var isOver = false;
        var isWrong = false;
        var seed = SeededRandom.From(65).Seed;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(seed + caller);
            for (var i = 0; i < 2_000; i++)
            {
                var number = random.Next(600);
                var key = $"k{number}";
                switch (random.Next(20))
                {
                    case < 10:
                        // Whatever is found under a key was put there for it.
                        isWrong |= await node.FindAsync(key) is { } value && BitConverter.ToInt32(value) != number;
                        break;
                    case < 19:
                        var bytes = new byte[4 + random.Next(12_000)];
                        BitConverter.TryWriteBytes(bytes, number);
                        await node.SetAsync(key, bytes, TimeSpan.FromHours(1), $"tag{number % 3}");
                        break;
                    default:
                        if (random.Next(20) == 0)
                        {
                            await node.Cache.RemoveByTagAsync($"tag{random.Next(3)}");
                        }
                        else
                        {
                            await node.Cache.RemoveAsync(key);
                        }
                        break;
                }
                isOver |= memory.Bytes > Capacity || memory.Bytes < 0;
            }
        }, TestContext.Current.CancellationToken)));

        Assert.False(isOver);
        Assert.False(isWrong, $"seed {seed}");
        var (bytes, count) = (0L, 0);
        for (var number = 0; number < 600; number++)
        {
            if (memory.Find($"k{number}") is { } entry)
            {
                bytes += entry.Size;
                count++;
            }
        }
        Assert.Equal((bytes, count), (memory.Bytes, memory.Count));
        await node.Cache.RemoveByTagAsync(PurgeTable.Everything, TestContext.Current.CancellationToken);
        Assert.Equal((0, 0), (memory.Bytes, memory.Count));
    }

    private static async Task CompareAsync(IEnumerable<string> keys, double least)
    {
        const int Share = 20;
        var trace = keys.ToList();
        var capacity = trace.Distinct().Where(key => key.StartsWith('q')).Sum(key => (long)CacheTraces.SizeOf(key)) / Share;
        await using var node = new LevelsHost(capacity);
        var lru = new LruCache(capacity);
        var (ours, theirs) = (0, 0);
        foreach (var key in trace)
        {
            var entry = new CacheEntry(key, new byte[CacheTraces.SizeOf(key)], 0, long.MaxValue, [], PurgeStamp.None);
            theirs += lru.Ask(key, entry.Size) ? 1 : 0;
            if (node.Memory.Find(key) is not null)
            {
                ours++;
            }
            else
            {
                node.Memory.Set(entry);
            }
        }
        Assert.True(ours >= theirs * least, $"{ours} found, {theirs} with LRU, of {trace.Count}");
    }
}
