using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using AiGateway.Admission;
using AiGateway.Configuration;
using AiGateway.TestKit;

namespace AiGateway.Tests.Admission;

/// <summary>What limits promise, at any number of callers: nothing beyond them, all or nothing over several, and nobody is refused while there is room.</summary>
public sealed class LimiterTests
{
    private readonly TestClock _clock = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ManyCallers_NestedLimits_NeverMoreThanTheLimit_NoneRefusedWhileThereIsRoom(int seed)
    {
        const int callers = 64;
        const long teamLimit = 100_000, allLimit = 250_000;
        var team = Limit("team", LimitMeasure.Tokens, teamLimit);
        var all = Limit("all", LimitMeasure.Tokens, allLimit);
        var limiter = new Limiter(_clock);
        var held = new ConcurrentDictionary<string, long>();
        var settled = new ConcurrentDictionary<string, long>();
        var wrongly = 0;
        var check = new Lock();

        Parallel.For(0, callers, new ParallelOptions { MaxDegreeOfParallelism = callers }, caller =>
        {
            var random = SeededRandom.From((seed * 1_000) + caller);
            var name = $"team{caller % 4}";
            for (var i = 0; i < 300; i++)
            {
                var asked = random.NextInt64(1, 5_000);
                var demand = new Demand(1, asked / 2, asked - (asked / 2), 0);
                var holds = new List<Hold>();
                List<LimitRefusal>? shadows = null;
                LimitRefusal? refusal;
                // What is free is only known while nobody else moves; the decision itself is taken inside, together with the books.
                lock (check)
                {
                    refusal = limiter.TryHold([new Claim(team, name, demand), new Claim(all, "*", demand)], newRequest: true, holds, ref shadows);
                    var mine = Of(held, name) + Of(settled, name) + asked;
                    var everybody = Of(held, "*") + Of(settled, "*") + asked;
                    if (refusal is null)
                    {
                        held.AddOrUpdate(name, asked, (_, old) => old + asked);
                        held.AddOrUpdate("*", asked, (_, old) => old + asked);
                    }
                    if ((refusal is null) != (mine <= teamLimit && everybody <= allLimit))
                    {
                        wrongly++;
                    }
                }
                if (refusal is not null)
                {
                    Assert.Empty(holds);
                    continue;
                }
                Thread.Yield();
                // Cancelled, failed, or answered with less than was held.
                var used = random.Next(3) == 0 ? 0 : random.NextInt64(0, asked + 1);
                lock (check)
                {
                    limiter.Settle(CollectionsMarshal.AsSpan(holds), new Demand(0, used / 2, used - (used / 2), 0));
                    foreach (var subject in (string[])[name, "*"])
                    {
                        held[subject] -= asked;
                        settled.AddOrUpdate(subject, used, (_, old) => old + used);
                    }
                }
            }
        });

        Assert.Equal(0, wrongly);
        Assert.All(held.Values, rest => Assert.Equal(0, rest));
        Assert.InRange(settled["*"], 1, allLimit);
        Assert.All(Enumerable.Range(0, 4), i => Assert.InRange(settled[$"team{i}"], 1, teamLimit));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public async Task ManyCallers_WhileTimePasses_NoStretchHoldsMoreRequestsThanAllowed(int seed)
    {
        const long limit = 50;
        var requests = Limit("requests", LimitMeasure.Requests, limit);
        var limiter = new Limiter(_clock);
        var admitted = new ConcurrentBag<DateTimeOffset>();
        using var done = new CancellationTokenSource();

        var callers = Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                var holds = new List<Hold>();
                List<LimitRefusal>? shadows = null;
                // The earliest it can have been; the limiter's own time is the same or later.
                if (limiter.TryHold([new Claim(requests, "a", new Demand(1, 0, 0, 0))], newRequest: true, holds, ref shadows) is null)
                {
                    admitted.Add(_clock.GetUtcNow());
                    limiter.Settle(CollectionsMarshal.AsSpan(holds), default);
                }
                await Task.Yield();
            }
        })).ToList();
        var random = SeededRandom.From(seed);
        for (var i = 0; i < 200; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(random.Next(1, 1_000)));
            // Real time, so that the callers get to run; how much does not matter.
            await Task.Delay(1);
        }
        await done.CancelAsync();
        await Task.WhenAll(callers);

        var times = admitted.Order().ToList();
        Assert.True(times.Count > limit, "some time must have passed");
        for (var i = 0; i + (int)limit < times.Count; i++)
        {
            // A time is noted after its admission, by when the clock may have gone one step.
            Assert.True(times[i + (int)limit] - times[i] >= TimeSpan.FromSeconds(59), $"{limit + 1} requests within {times[i + (int)limit] - times[i]}");
        }
    }

    [Fact]
    public void Concurrent_CountsThoseThatRun()
    {
        var limit = new LimitModel { Id = "few", Subject = LimitSubject.Key, Except = new HashSet<string>(), Rates = [], Concurrent = 2 };
        var limiter = new Limiter(_clock);

        var first = Hold(limiter, limit);
        Assert.NotNull(first);
        Assert.NotNull(Hold(limiter, limit));
        Assert.Null(Hold(limiter, limit));
        limiter.Settle(CollectionsMarshal.AsSpan(first), default);
        Assert.NotNull(Hold(limiter, limit));
    }

    [Fact]
    public void Shadow_TellsAndLetsThrough()
    {
        var limit = new LimitModel { Id = "try", Subject = LimitSubject.Key, Except = new HashSet<string>(), Rates = [new LimitRate(LimitMeasure.Requests, 1, TimeSpan.FromMinutes(1))], Shadow = true };
        var limiter = new Limiter(_clock);
        List<LimitRefusal>? shadows = null;

        Assert.NotNull(Hold(limiter, limit));
        Assert.Null(limiter.TryHold([new Claim(limit, "a", new Demand(1, 0, 0, 0))], newRequest: true, [], ref shadows));

        Assert.Equal("try", Assert.Single(shadows!).Limit.Id);
    }

    [Fact]
    public void MoreThanTheWholeLimit_PassesAloneWhenEstimated_NeverWhenItIsTheWorstCase()
    {
        var learned = Limit("learned", LimitMeasure.Tokens, 100);
        var worst = new LimitModel { Id = "worst", Subject = LimitSubject.Key, Except = new HashSet<string>(), Rates = learned.Rates, WorstCase = true };
        var limiter = new Limiter(_clock);
        List<LimitRefusal>? shadows = null;
        var large = new Demand(1, 150, 0, 0);

        var refused = limiter.TryHold([new Claim(worst, "a", large)], newRequest: true, [], ref shadows);
        Assert.NotNull(refused);
        Assert.Null(refused.Wait);

        var holds = new List<Hold>();
        Assert.Null(limiter.TryHold([new Claim(learned, "a", large)], newRequest: true, holds, ref shadows));
        Assert.NotNull(limiter.TryHold([new Claim(learned, "a", new Demand(1, 1, 0, 0))], newRequest: true, [], ref shadows));
    }

    [Fact]
    public void AChangedLimit_KeepsWhatWasUsedInTheSameWindow()
    {
        var limiter = new Limiter(_clock);
        List<LimitRefusal>? shadows = null;
        var holds = new List<Hold>();
        limiter.TryHold([new Claim(Limit("t", LimitMeasure.Tokens, 100), "a", new Demand(1, 90, 0, 0))], newRequest: true, holds, ref shadows);
        limiter.Settle(CollectionsMarshal.AsSpan(holds), new Demand(0, 90, 0, 0));

        var wider = Limit("t", LimitMeasure.Tokens, 120);

        Assert.Null(limiter.TryHold([new Claim(wider, "a", new Demand(1, 30, 0, 0))], newRequest: true, [], ref shadows));
        Assert.NotNull(limiter.TryHold([new Claim(wider, "a", new Demand(1, 1, 0, 0))], newRequest: true, [], ref shadows));
    }

    [Fact]
    public void ManyStrangers_ShareOneUseBeyondTheBound()
    {
        var limit = Limit("user", LimitMeasure.Requests, 1);
        var limiter = new Limiter(_clock);
        List<LimitRefusal>? shadows = null;
        var refused = 0;

        for (var i = 0; i < Limiter.MostSubjects + 100; i++)
        {
            refused += limiter.TryHold([new Claim(limit, $"user{i}", new Demand(1, 0, 0, 0))], newRequest: true, [], ref shadows) is null ? 0 : 1;
        }

        // The first of those beyond the bound takes the one request that they share.
        Assert.Equal(99, refused);
        _clock.Advance(TimeSpan.FromMinutes(2));
    }

    private static List<Hold>? Hold(Limiter limiter, LimitModel limit)
    {
        var holds = new List<Hold>();
        List<LimitRefusal>? shadows = null;
        return limiter.TryHold([new Claim(limit, "a", new Demand(1, 0, 0, 0))], newRequest: true, holds, ref shadows) is null ? holds : null;
    }

    private static LimitModel Limit(string id, LimitMeasure measure, long amount) => new()
    {
        Id = id,
        Subject = LimitSubject.Key,
        Except = new HashSet<string>(),
        Rates = [new LimitRate(measure, amount, TimeSpan.FromMinutes(1))],
    };

    private static long Of(ConcurrentDictionary<string, long> books, string subject) => books.GetValueOrDefault(subject);
}
