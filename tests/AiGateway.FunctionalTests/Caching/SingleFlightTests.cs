using AiGateway.FunctionalTests.Failover;
using AiGateway.TestKit;
using static AiGateway.FunctionalTests.Caching.CachingFixture;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>Identical requests in flight share one upstream call, whatever becomes of it or of their callers.</summary>
public sealed class SingleFlightTests(CachingFixture fixture) : IClassFixture<CachingFixture>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ManyAtOnce_ShareOneCall_AndOneOfThemPays(bool stream)
    {
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat("fault/m!pace=5,latency=100", $"together {stream}", stream ? ""","stream":true""" : "");

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => fixture.AskAsync(question)));

        Assert.All(answers, answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(before + 1, await fixture.Simulator.Control.RequestsAsync());
        var leader = Assert.Single(answers, answer => answer.Header("x-gateway-cache") == "miss");
        Assert.All(answers, answer => Assert.Equal(TextsOf(leader), TextsOf(answer)));
        var records = await Task.WhenAll(answers.Select(answer => fixture.Gateway.ReadRecordsAsync(answer.RequestId)));
        Assert.Single(records, record => record.GetProperty("attempts").GetArrayLength() > 0);
        Assert.Equal(39, records.Single(record => record.GetProperty("id").GetString() == leader.RequestId).GetProperty("cache_shared_by").GetInt32());
        Assert.All(records.Where(record => record.GetProperty("cache").GetString() == "shared"), record => Assert.Equal(leader.RequestId, record.GetProperty("cache_paid_by").GetString()));
    }

    [Fact]
    public async Task StreamsAndWholeAnswers_ShareACallToo()
    {
        var before = await fixture.Simulator.Control.RequestsAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => fixture.AskAsync(Chat("fault/m!pace=5,latency=100", "mixed", i % 2 == 0 ? ""","stream":true""" : ""))));

        Assert.All(answers, answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(before + 1, await fixture.Simulator.Control.RequestsAsync());
    }

    [Fact]
    public async Task StreamsAndWholeAnswers_OfWhatIsNotKept_ShareACallForEachForm()
    {
        var before = await fixture.Simulator.Control.RequestsAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => fixture.AskAsync(Chat("small/m!tokens=1000,latency=300", "mixed, not kept", i % 2 == 0 ? ""","stream":true""" : ""))));

        Assert.All(answers, answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(before + 2, await fixture.Simulator.Control.RequestsAsync());
    }

    [Theory]
    [InlineData(3_000, 1)]
    [InlineData(150_000, 10)]
    public async Task WhatIsTooLargeToKeep_IsSharedWhileItIsNotTooLargeForThatToo(int tokens, int most)
    {
        var before = await fixture.Simulator.Control.RequestsAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => fixture.AskAsync(Chat($"small/m!tokens={tokens},latency=200", "large"))));

        Assert.All(answers, answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.InRange(await fixture.Simulator.Control.RequestsAsync() - before, 1, most);
    }

    [Fact]
    public async Task WhoComesLater_GetsWhatHasArrived_AndThenTheRest()
    {
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat("fault/m!pace=20,tokens=40", "late", ""","stream":true""");
        var first = fixture.AskAsync(question);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var second = await fixture.AskAsync(question);

        Assert.True(second.IsWhole);
        Assert.Equal("hit", second.Header("x-gateway-cache"));
        Assert.Equal(TextsOf(await first), TextsOf(second));
        Assert.Equal(before + 1, await fixture.Simulator.Control.RequestsAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheLeadersCallerHangsUp_TheCallGoesOnForTheOthers(bool stream)
    {
        var before = await fixture.Simulator.Control.RequestsAsync();
        var question = Chat(stream ? "fault/m!pace=20,tokens=40" : "fault/m!latency=1000", $"leaves {stream}", stream ? ""","stream":true""" : "");
        using var hangUp = new CancellationTokenSource();
        var leader = CachingFixture.AskAsync(fixture.Gateway, question, cancellationToken: hangUp.Token);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        var others = Enumerable.Range(0, 5).Select(_ => fixture.AskAsync(question)).ToArray();
        await Task.Delay(200, TestContext.Current.CancellationToken);
        await hangUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        Assert.All(await Task.WhenAll(others), answer => Assert.True(answer.IsWhole, answer.ToString()));
        Assert.Equal(before + 1, await fixture.Simulator.Control.RequestsAsync());
        var paid = await fixture.Gateway.WaitForRecordAsync(record => record.GetProperty("outcome").GetString() == "caller_gone" && record.TryGetProperty("cache_shared_by", out _));
        Assert.NotEqual("0", paid.GetProperty("cost_usd").GetString());
    }

    [Fact]
    public async Task AllCallersHangUp_TheCallIsCancelled()
    {
        var before = (await fixture.Simulator.Control.StatsAsync()).GetProperty("aborted").GetInt32();
        var question = Chat("fault/m!pace=100,tokens=400", "nobody", ""","stream":true""");
        using var hangUp = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 3).Select(_ => CachingFixture.AskAsync(fixture.Gateway, question, cancellationToken: hangUp.Token)).ToArray();
        await Task.Delay(300, TestContext.Current.CancellationToken);
        await hangUp.CancelAsync();

        foreach (var caller in callers)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => caller);
        await fixture.Simulator.Control.WaitForStatsAsync(stats => stats.GetProperty("aborted").GetInt32() == before + 1);
    }

    // Where it fails, another tries once, and each of the two calls has the two attempts that one deployment gets; what it asks is refused at once.
    [Theory]
    [InlineData(500, 502, 4)]
    [InlineData(400, 400, 1)]
    public async Task TheCallFailsOrIsRefusedForWhatItAsks_AllAreTold(int fault, int status, int requests)
    {
        var before = await fixture.Simulator.Control.RequestsAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => fixture.AskAsync(Chat($"fault/m!status={fault},latency=100", "fails"))));

        Assert.All(answers, answer => Assert.Equal(status, answer.Status));
        Assert.Equal(before + requests, await fixture.Simulator.Control.RequestsAsync());
    }

    [Fact]
    public async Task TheStreamBreaks_AllWhoReadOfItAreToldByAReset()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => fixture.AskAsync(Chat("fault/m!cut=5,pace=20", "breaks", ""","stream":true"""))));

        Assert.All(answers, answer => Assert.True(answer.IsBroken, answer.ToString()));
        Assert.All(answers, answer => Assert.Contains("\"error\"", answer.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Seeded_WhateverFailsAndWhoeverLeaves_NoQuestionIsAskedMoreOftenThanItFailed()
    {
        var random = SeededRandom.From(20261122);
        await fixture.Simulator.Control.ResetAsync();
        using var slots = new SemaphoreSlim(64);
        var tasks = new List<Task<(string Question, ChatAnswer? Answer)>>();
        for (var i = 0; i < 400; i++)
        {
            var number = random.Next(20);
            var question = Chat("fault/m!pace=3", $"seeded {number}", random.Chance(0.5) ? ""","stream":true""" : "");
            TimeSpan? patience = random.Chance(0.25) ? TimeSpan.FromMilliseconds(random.Next(1, 120)) : null;
            await slots.WaitAsync(TestContext.Current.CancellationToken);
            tasks.Add(Task.Run(async () =>
            {
                using var hangUp = patience is { } soon ? new CancellationTokenSource(soon) : new CancellationTokenSource();
                try
                {
                    return ($"seeded {number}", (ChatAnswer?)await CachingFixture.AskAsync(fixture.Gateway, question, cancellationToken: hangUp.Token));
                }
                catch (OperationCanceledException)
                {
                    return ($"seeded {number}", null);
                }
                finally
                {
                    slots.Release();
                }
            }, TestContext.Current.CancellationToken));
        }
        var results = await Task.WhenAll(tasks);

        var stats = await fixture.Simulator.Control.StatsAsync();
        var asked = stats.GetProperty("requests").GetInt32();
        var left = results.Count(result => result.Answer is null);
        Assert.All(results, result => Assert.True(result.Answer is null or { IsWhole: true }, $"seed {random.Seed}: {result.Answer}"));
        // A call whose callers have all left is asked anew, also where the provider had sent all of it by then; every other question was asked once.
        Assert.InRange(asked, results.Where(result => result.Answer is not null).Select(result => result.Question).Distinct().Count(), 20 + left);
    }

    internal static string TextsOf(ChatAnswer answer) => string.Concat(answer.Body.Split("\"content\":\"").Skip(1).Select(part => part[..part.IndexOf('"', StringComparison.Ordinal)]));
}
