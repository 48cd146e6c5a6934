using System.Runtime.InteropServices;
using AiGateway.Admission;
using AiGateway.Configuration;
using AiGateway.TestKit;

namespace AiGateway.Tests.Admission;

/// <summary>What a batch holds counts as spent until its cost is known, is taken back where it was counted, and never brings a budget more than it has.</summary>
public sealed class BatchHoldTests
{
    private readonly TestClock _clock = new();
    private readonly Limiter _limiter;

    public BatchHoldTests() => _limiter = new Limiter(_clock);

    [Fact]
    public void Hold_CountsAsSpent_UntilTheCostTakesItsPlace()
    {
        var budget = Budget(100, CalendarUnit.Month);
        Make(budget, "a", 60);

        Assert.Equal((60, 0), Standing());
        Assert.Null(TryHold(budget, 41));
        Assert.NotNull(TryHold(budget, 40));
        _limiter.CountBatch(budget, "red", "a", 10);
        Assert.Equal((10, 40), Standing());
    }

    [Fact]
    public void HeldOrCountedAgain_CountsOnce_AndACostWithoutAHoldAlone()
    {
        var budget = Budget(100, CalendarUnit.Month);
        _limiter.HoldBatch(budget, "red", "a", TimeSpan.FromDays(0), 60);
        _limiter.HoldBatch(budget, "red", "a", TimeSpan.FromDays(0), 60);
        Assert.Equal((60, 0), Standing());
        _limiter.CountBatch(budget, "red", "a", 0);
        Assert.Equal((0, 0), Standing());
        _limiter.CountBatch(budget, "red", "made before it was held", 7);
        Assert.Equal((7, 0), Standing());
    }

    [Fact]
    public void HoldOfAPastPeriod_IsOver_AndTheCostIsOfThePeriodInWhichItIsKnown()
    {
        var budget = Budget(100, CalendarUnit.Month);
        _clock.Advance(TimeSpan.FromDays(30));
        Make(budget, "a", 60);
        _clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal((0, 0), Standing());
        Make(budget, "b", 30);

        _limiter.CountBatch(budget, "red", "a", 20);

        Assert.Equal((50, 0), Standing());
    }

    [Fact]
    public void HoldOfAnotherPeriodThanTheBudgetHasNow_IsNotTakenBack()
    {
        Make(Budget(100, CalendarUnit.Month), "a", 60);
        var daily = Budget(100, CalendarUnit.Day);
        Assert.NotNull(TryHold(daily, 5));

        _limiter.CountBatch(daily, "red", "a", 20);

        Assert.Equal((20, 5), Standing());
    }

    [Fact]
    public void BudgetThatBeganAnew_GetsTheCostAlone()
    {
        var budget = Budget(100, CalendarUnit.Month);
        Make(budget, "a", 60);
        _limiter.Forget(budget.Id);

        _limiter.CountBatch(budget, "red", "a", 20);

        Assert.Equal((20, 0), Standing());
    }

    [Fact]
    public void HoldThatOutlivedARestart_IsForgottenWhenItWouldHaveBeen()
    {
        var budget = Budget(100, unit: null);
        _limiter.HoldBatch(budget, "red", "a", TimeSpan.FromHours(20), 60);
        Assert.Equal((60, 0), Standing());
        _clock.Advance(TimeSpan.FromHours(5));
        Assert.Equal((0, 0), Standing());
        _limiter.CountBatch(budget, "red", "a", 3);
        Assert.Equal((3, 0), Standing());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void WhileTimePasses_UseIsNeverLessThanWhatWasSpentOrIsHeldInThePeriod(int seed)
    {
        var budget = Budget(long.MaxValue / 2, unit: null);
        var random = SeededRandom.From(seed);
        var window = TimeSpan.FromDays(1);
        var open = new Dictionary<string, (DateTimeOffset At, long Held)>();
        var costs = new List<(DateTimeOffset At, long Cost)>();
        for (var i = 0; i < 2_000; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(random.Next(30)));
            var now = _clock.GetUtcNow();
            if (open.Count == 0 || random.Next(2) == 0)
            {
                var held = random.NextInt64(1, 1_000);
                Make(budget, $"b{i}", held);
                open[$"b{i}"] = (now, held);
            }
            else
            {
                var (name, batch) = open.ElementAt(random.Next(open.Count));
                var cost = random.NextInt64(0, batch.Held + 1);
                _limiter.CountBatch(budget, "red", name, cost);
                open.Remove(name);
                costs.Add((now, cost));
            }

            var used = Standing().Used;
            // The slot that is half in the window counts whole; what is taken back leaves with the slot it was counted in.
            Assert.InRange(used, SumSince(now - window), SumSince(now - (window * 62 / 60)));
        }

        long SumSince(DateTimeOffset from) => open.Values.Where(batch => batch.At > from).Sum(batch => batch.Held) + costs.Where(cost => cost.At > from).Sum(cost => cost.Cost);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public void ManyMakers_NeverHoldOrSpendMoreThanTheBudget(int seed)
    {
        const long amount = 100_000;
        var budget = Budget(amount, CalendarUnit.Month);
        var books = new Lock();
        var (taken, made, refused, over) = (0L, 0, 0, 0);

        Parallel.For(0, 32, new ParallelOptions { MaxDegreeOfParallelism = 32 }, maker =>
        {
            var random = SeededRandom.From((seed * 1_000) + maker);
            for (var i = 0; i < 200; i++)
            {
                var asked = random.NextInt64(1, 10_000);
                List<Hold>? holds;
                lock (books)
                {
                    holds = TryHold(budget, asked);
                    taken += holds is null ? 0 : asked;
                    over += taken > amount ? 1 : 0;
                }
                if (holds is null)
                {
                    Interlocked.Increment(ref refused);
                    continue;
                }
                Thread.Yield();
                var name = $"{maker}/{i}";
                if (random.Next(4) == 0)
                {
                    // Its provider did not make it.
                    lock (books)
                    {
                        _limiter.Settle(CollectionsMarshal.AsSpan(holds), default);
                        taken -= asked;
                    }
                    continue;
                }
                _limiter.KeepForBatch(CollectionsMarshal.AsSpan(holds), name, _ => asked);
                _limiter.Settle(CollectionsMarshal.AsSpan(holds), default);
                Interlocked.Increment(ref made);
                Thread.Yield();
                var cost = random.Next(3) == 0 ? 0 : random.NextInt64(0, (asked / 50) + 1);
                lock (books)
                {
                    _limiter.CountBatch(budget, "red", name, cost);
                    taken += cost - asked;
                }
            }
        });

        Assert.Equal(0, over);
        Assert.NotEqual(0, made);
        Assert.NotEqual(0, refused);
        Assert.Equal((taken, 0), Standing());
    }

    private static LimitModel Budget(long amount, CalendarUnit? unit) => new()
    {
        Id = "budget",
        Subject = LimitSubject.Team,
        Except = new HashSet<string>(),
        Rates = [new LimitRate(LimitMeasure.Spend, amount, TimeSpan.FromDays(1)) { Calendar = unit is { } calendar ? new CalendarPeriod(calendar, TimeZoneInfo.Utc) : null }],
        WorstCase = true,
        Budget = new BudgetModel([], null),
    };

    private void Make(LimitModel budget, string batch, long nano)
    {
        var holds = TryHold(budget, nano)!;
        _limiter.KeepForBatch(CollectionsMarshal.AsSpan(holds), batch, _ => nano);
        _limiter.Settle(CollectionsMarshal.AsSpan(holds), default);
    }

    private List<Hold>? TryHold(LimitModel budget, long nano)
    {
        var holds = new List<Hold>();
        List<LimitRefusal>? shadows = null;
        return _limiter.TryHold([new Claim(budget, "red", new Demand(1, 0, 0, nano))], newRequest: true, holds, ref shadows) is null ? holds : null;
    }

    private (long Used, long Held) Standing()
    {
        var standings = new List<BudgetStanding>();
        _limiter.ReadBudgets(standings);
        var one = Assert.Single(standings);
        return (one.Used, one.Held);
    }
}
