using System.Globalization;
using System.Runtime.InteropServices;
using AiGateway.Caching.Semantic;
using AiGateway.Caching.Semantic.Sharing;
using AiGateway.Configuration;
using AiGateway.Semantics.Acceptance;
using AiGateway.Storage.Redis;
using AiGateway.TestKit;
using StackExchange.Redis;
using static AiGateway.Tests.Caching.Semantic.Sharing.SharingNode;

namespace AiGateway.Tests.Caching.Semantic.Sharing;

/// <summary>Nodes that find each other's questions in the vector sets of a real Redis, which forgets, stops, hangs, is too old, and holds what others wrote: a miss and a count, never more.</summary>
public sealed class SharedIndexTests
{
    private const string Set = "t:semantic:v:00000000000000000000000000000007:{00000000000000000000000000000001}";
    private const string Register = "t:semantic:r:{00000000000000000000000000000007:faq}";

    [Fact]
    public async Task WhatOneNodeAdds_TheOtherFinds_AndItsTextIsSealed()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = new SharingNode(redis);
        await using var two = new SharingNode(redis);
        var (first, second) = (one.Index(), two.Index());
        for (var i = 0; i < 20; i++)
            await one.AddAsync(first, i);

        var near = await FindAsync(second, Vector(3));

        Assert.Equal(ISemanticIndex.MostNear, near.Length);
        Assert.Equal(("question 3", "key 3", "caller"), (near[0].Entry.Text, near[0].Entry.Key, near[0].Entry.Caller));
        Assert.Equal(1, near[0].Similarity, 0.005f);
        Assert.InRange(near[1].Similarity, -1, near[0].Similarity);
        Assert.Equal(20, first.Count);
        Assert.Null((await BestAsync(second, 2, Vector(3))));
        Assert.Null((await BestAsync(two.Index(embedder: 8), 1, Vector(3))));
        foreach (var how in (SemanticSearchModel[])[new(200, false), new(null, true)])
            Assert.Equal("question 3", (await BestAsync(two.Index(search: how), 1, Vector(3)))!.Text);

        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        var database = client.GetDatabase();
        var box = (byte[])(await database.StringGetAsync("t:cache:a:" + SharedQuestion.KeyOf(7, new VectorId(1, 3))))!;
        Assert.True(box.AsSpan().IndexOf("question"u8) < 0);
        Assert.InRange((await database.KeyTimeToLiveAsync(Set))!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromMinutes(60));

        await second.RemoveAsync(near[0].Entry);
        Assert.NotEqual("question 3", (await BestAsync(first, 1, Vector(3)))?.Text);
        Assert.Equal(19, (long)await database.ExecuteAsync("VCARD", (RedisKey)Set));
        Assert.Equal(19, (long)await database.ExecuteAsync("ZCARD", (RedisKey)Register));
    }

    [Fact]
    public async Task ExpiredQuestions_AreNotFound_AndAreSweptByOneNode()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        var clock = new TestClock();
        await using var one = new SharingNode(redis, clock: clock);
        await using var two = new SharingNode(redis, clock: clock);
        var (first, second) = (one.Index(), two.Index());
        // Redis keeps time by itself: what it would keep for long has expired by the nodes' clock.
        await one.AddAsync(first, 1, life: TimeSpan.FromMinutes(10));
        await one.AddAsync(first, 2, life: TimeSpan.FromMinutes(30));
        clock.Advance(TimeSpan.FromMinutes(20));

        var near = await FindAsync(second, Vector(1));
        await first.SweepAsync();
        await second.SweepAsync();

        Assert.Equal("question 2", Assert.Single(near).Entry.Text);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        Assert.Equal(1, (long)await client.GetDatabase().ExecuteAsync("VCARD", (RedisKey)Set));
        Assert.Equal(1, (long)await client.GetDatabase().ExecuteAsync("ZCARD", (RedisKey)Register));
        Assert.Equal(1, one.Count("aigateway_cache_semantic_removed_total", "by=\"age\""));
        Assert.Equal(0, two.Count("aigateway_cache_semantic_removed_total"));
        Assert.Equal(1, second.Count);
    }

    [Fact]
    public async Task QuestionsOfAnAlias_AreBounded_AcrossPartitions()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = new SharingNode(redis);
        var index = node.Index(most: 100);
        for (var i = 0; i < 130; i++)
            await node.AddAsync(index, i, (UInt128)(i % 3 + 1), TimeSpan.FromMinutes(60 + i));

        Assert.Equal(100, index.Count);
        Assert.Equal(30, node.Count("aigateway_cache_semantic_removed_total", "by=\"room\""));
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        var vectors = 0L;
        for (var partition = 1; partition <= 3; partition++)
            vectors += (long)await client.GetDatabase().ExecuteAsync("VCARD", (RedisKey)Set.Replace("1}", $"{partition}}}", StringComparison.Ordinal));
        Assert.Equal(100, vectors);
        Assert.NotEqual("question 0", (await BestAsync(index, 1, Vector(0)))?.Text);
        Assert.Equal("question 129", (await BestAsync(index, 1, Vector(129)))!.Text);
    }

    [Theory]
    [InlineData("alias:faq", true)]
    [InlineData("*", true)]
    [InlineData("key 1", false)]
    public async Task Purge_TakesQuestionsOutOnAllNodes(string what, bool isTag)
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = new SharingNode(redis);
        await using var two = new SharingNode(redis);
        var (first, second) = (one.Index(), two.Index());
        await one.AddAsync(first, 1, tags: "alias:faq");
        Assert.NotNull((await FindAsync(second, Vector(1)))[0].Entry);

        if (isTag)
            one.Purges.PurgeTag(what);
        else
            one.Purges.PurgeKey(what);
        await ExchangeAsync(one);
        await ExchangeAsync(two);

        Assert.Null((await BestAsync(second, 1, Vector(1))));
        await UntilAsync(async () => (await BestAsync(second, 1, Vector(1))) is null && two.Count("aigateway_cache_semantic_removed_total", "by=\"gone\"") > 0);
        // What is asked afterwards is kept again.
        await two.AddAsync(second, 1, tags: "alias:faq");
        Assert.NotNull((await BestAsync(first, 1, Vector(1))));
    }

    [Fact]
    public async Task AnswersThatAreGone_TakeTheirQuestionAlong_UnlessTheyCouldNotBeAskedFor()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = new SharingNode(redis);
        var index = node.Index();
        var entry = await node.AddAsync(index, 1);

        await index.AnswerGoneAsync(entry);
        Assert.NotNull((await BestAsync(index, 1, Vector(1))));
        await node.Level.RemoveAsync(entry.Key);
        await index.AnswerGoneAsync(entry);

        Assert.Null((await BestAsync(index, 1, Vector(1))));
    }

    [Fact]
    public async Task ChecksOfAQuestion_CountOnAllNodes_AndOneThatIsWrongTooOftenGoes()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var one = new SharingNode(redis);
        await using var two = new SharingNode(redis);
        var (first, second) = (one.Index(), two.Index());
        var entry = await one.AddAsync(first, 1);

        await first.LearnAsync(entry, wrong: true);
        var seen = (await FindAsync(second, Vector(1)))[0].Entry;
        await second.LearnAsync(seen, wrong: true);

        Assert.Equal(new EntryEvidence(0, 1), seen.Evidence);
        Assert.Null((await BestAsync(first, 1, Vector(1))));
    }

    [Fact]
    public async Task WhatOthersWrote_IsNotFound_AndIsCleanedUp()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = new SharingNode(redis);
        await using var stranger = new SharingNode(redis, "another secret");
        var index = node.Index();
        for (var i = 1; i <= 4; i++)
            await node.AddAsync(index, i);
        await stranger.AddAsync(stranger.Index(), 5);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        var database = client.GetDatabase();
        var box = (byte[])(await database.StringGetAsync(Question(1)))!;
        await database.StringSetAsync(Question(2), box);
        await database.StringSetAsync(Question(3), box[..^1]);
        await database.StringSetAsync(Question(4), "{\"text\":\"poisoned\"}");
        var zeros = new byte[4 * Dimensions];
        var noNumber = new byte[4 * Dimensions];
        noNumber.AsSpan().Fill(0xFF);
        await database.ExecuteAsync("VADD", (RedisKey)Set, "FP32", zeros, "no id of ours", "Q8", "SETATTR", "{\"e\":9999999999999}");
        await database.ExecuteAsync("VADD", (RedisKey)Set, "FP32", noNumber, new string('f', 32), "Q8", "SETATTR", "{\"e\":9999999999999}");

        // The vector of question 1 is put where question 6 is asked.
        await database.ExecuteAsync("VADD", (RedisKey)Set, "FP32", MemoryMarshal.AsBytes<float>(Vector(6)).ToArray(), 1.ToString("x32", CultureInfo.InvariantCulture), "Q8", "SETATTR", "{\"e\":9999999999999}");
        Assert.True((await FindAsync(index, Vector(6)))[0].Similarity < 0.5f);

        foreach (var seed in (int[])[2, 3, 4, 5])
        {
            var near = await index.SearchAsync(1, Vector(seed));
            Assert.True(near is [] or [{ Entry.Text: "question 1" }]);
        }

        await UntilAsync(() => Task.FromResult(node.Count("aigateway_cache_semantic_removed_total", "by=\"unreadable\"") >= 4));
        Assert.Equal("question 1", (await BestAsync(index, 1, Vector(1)))!.Text);
        static RedisKey Question(int id) => "t:cache:a:" + SharedQuestion.KeyOf(7, new VectorId(1, (UInt128)id));
    }

    [Fact]
    public async Task AKeyOfAnotherType_IsAMiss_AndMakesWayForTheNextQuestion()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = new SharingNode(redis);
        var index = node.Index();
        await node.AddAsync(index, 1);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        var database = client.GetDatabase();
        foreach (var (command, arguments) in ((string, object[])[])[("SET", [(RedisKey)Set, "x"]), ("VADD", [(RedisKey)Set, "VALUES", "2", "1", "0", "a"])])
        {
            await database.KeyDeleteAsync(Set);
            await database.ExecuteAsync(command, arguments);
            for (var i = 0; i < 10; i++)
                Assert.Null(await index.SearchAsync(1, Vector(1)));
            // One bad key does not keep anybody from asking for others.
            Assert.NotNull(await index.SearchAsync(2, Vector(1)));

            await node.AddAsync(index, 1);
            Assert.Equal("question 1", (await BestAsync(index, 1, Vector(1)))!.Text);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(0f)]
    public async Task AVectorWithoutDirection_IsNeitherKeptNorLookedFor(float number)
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = new SharingNode(redis);
        var index = node.Index();
        await node.AddAsync(index, 1);
        var bad = new float[Dimensions];
        bad.AsSpan().Fill(number);

        await index.AddAsync(new SemanticEntry(2, 1, "key 2", "question 2", "caller"), bad, node.Answer(), []);
        var near = await index.SearchAsync(1, bad);

        Assert.Empty(near!);
        Assert.Equal(1, index.Count);
    }

    [Fact]
    public async Task FlushedStoppedAndBack_IsEmptyAwayAndThereAgain()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = new SharingNode(redis);
        var index = node.Index();
        await node.AddAsync(index, 1);
        using (var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint))
            await client.GetDatabase().ExecuteAsync("FLUSHALL");
        var flushed = await index.SearchAsync(1, Vector(1));
        Assert.Empty(flushed!);

        await redis.StopAsync(keep: false);
        for (var i = 0; i < 10; i++)
            Assert.Null(await index.SearchAsync(1, Vector(1)));
        var entry = new SemanticEntry(1, 1, "key", "question", "caller");
        await index.AddAsync(entry, Vector(1), node.Answer(), []);
        await index.LearnAsync(entry, wrong: true);
        await index.RemoveAsync(entry);
        await index.AnswerGoneAsync(entry);
        await index.SweepAsync();

        await redis.StartAsync();
        await UntilAsync(async () =>
        {
            await index.AddAsync(entry, Vector(1), node.Answer(), []);
            return (await BestAsync(index, 1, Vector(1))) is not null;
        });
    }

    [Fact]
    public async Task Hanging_IsNotWaitedFor()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        await using var node = new SharingNode(redis, timeout: TimeSpan.FromMilliseconds(200));
        var index = node.Index();
        await node.AddAsync(index, 1);
        await UntilAsync(async () => (await BestAsync(index, 1, Vector(1))) is not null);
        using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
        await client.GetDatabase().ExecuteAsync("CLIENT", "PAUSE", "1500");

        // Three wait in vain, the others do not even ask.
        for (var i = 0; i < 50; i++)
            Assert.Null(await index.SearchAsync(1, Vector(1)));
        Assert.InRange(node.Count("aigateway_cache_store_call_duration_seconds_count", "call=\"vsim\"", "result=\"timeout\""), 1, 10);

        await UntilAsync(async () => (await BestAsync(index, 1, Vector(1))) is not null);
    }

    [Theory]
    [InlineData("ERR unknown command 'VSIM', with args beginning with: 'k' ", true)]
    [InlineData("ERR unknown command `VSIM`, with args beginning with: ", true)]
    [InlineData("ERR Unknown Redis command called from script script: 5d3ac9fb, on @user_script:1.", true)]
    [InlineData("ERR ACL failure in script: User default has no permissions to run the 'vadd' command script: 6bc5, on @user_script:1.", true)]
    [InlineData("NOPERM User default has no permissions to run the 'vsim' command", true)]
    [InlineData("ERR wrong number of arguments for 'VSIM' command", false)]
    [InlineData("ERR Vector dimension mismatch - got 2 but set has 3", false)]
    public void WhatRedisSaysOfCommandsThatItDoesNotHave_IsUnderstood(string message, bool isMissing) => Assert.Equal(isMissing, RedisVectorSets.IsMissing(message));

    [Theory]
    [InlineData("vsim")]
    [InlineData("vadd")]
    public async Task ARedisWithoutVectorSets_IsToldFromOneThatIsAway_AndEveryLookIsAMiss(string command)
    {
        await using var redis = await RedisServer.StartOrSkipAsync(server => ["--port", server.Port.ToString(CultureInfo.InvariantCulture), "--user", "default", "on", "nopass", "~*", "&*", "+@all", "-" + command]);
        await using var node = new SharingNode(redis);

        await UntilAsync(async () => await node.Sets.HasVectorSetsAsync() == false);

        var index = node.Index();
        for (var i = 0; i < 5; i++)
            await node.AddAsync(index, i);
        Assert.Null((await BestAsync(index, 1, Vector(1))));
        await redis.StopAsync(keep: false);
        Assert.Null(await node.Sets.HasVectorSetsAsync());
    }

    [Fact]
    public async Task InACluster_EachKeyIsFoundWhereItIs()
    {
        await using var cluster = await RedisCluster.StartOrSkipAsync();
        await using var node = new SharingNode([.. cluster.Nodes.Select(static server => ("127.0.0.1", server.Port))]);
        var index = node.Index(most: 100);
        for (var i = 0; i < 110; i++)
            await node.AddAsync(index, i, (UInt128)i);

        Assert.Equal(100, index.Count);
        var found = 0;
        for (var i = 0; i < 110; i++)
            found += (await BestAsync(index, (UInt128)i, Vector(i))) is not null ? 1 : 0;
        Assert.Equal(100, found);
    }

    private static async Task<SemanticEntry?> BestAsync(SharedIndex index, UInt128 partition, float[] vector) => (await index.SearchAsync(partition, vector))?.FirstOrDefault().Entry;

    private static async Task<NearQuestion[]> FindAsync(SharedIndex index, float[] vector)
    {
        NearQuestion[]? near = null;
        await UntilAsync(async () => (near = await index.SearchAsync(1, vector)) is not null);
        return near!;
    }

    private static Task ExchangeAsync(SharingNode node) => UntilAsync(async () =>
    {
        var unshared = node.Purges.Unshared();
        var (told, all) = await node.Level.ExchangeAsync(unshared);
        node.Purges.Merge(all, told ? unshared : []);
        return told;
    });
}
