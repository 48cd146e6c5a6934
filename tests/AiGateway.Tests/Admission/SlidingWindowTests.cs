using AiGateway.Admission;
using AiGateway.TestKit;

namespace AiGateway.Tests.Admission;

public sealed class SlidingWindowTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AdmittedAgainstItsSum_NoStretchOfItsLengthHoldsMore(int seed)
    {
        const long limit = 1_000;
        var random = SeededRandom.From(seed);
        var window = new SlidingWindow(Minute);
        var admitted = new List<(long At, long Amount)>();
        var now = 0L;

        for (var i = 0; i < 5_000; i++)
        {
            now += random.NextInt64(0, Minute.Ticks / 20);
            var amount = random.NextInt64(1, 200);
            if (window.Sum(At(now)) + amount <= limit)
            {
                window.Add(At(now), amount);
                admitted.Add((now, amount));
            }
        }

        // The fullest stretch begins with one that was admitted.
        for (var i = 0; i < admitted.Count; i++)
        {
            var sum = 0L;
            for (var j = i; j < admitted.Count && admitted[j].At < admitted[i].At + Minute.Ticks; j++)
            {
                sum += admitted[j].Amount;
            }
            Assert.InRange(sum, 0, limit);
        }
    }

    [Fact]
    public void UseOlderThanTheWindow_IsForgotten_ASixtiethLateAtMost()
    {
        var window = new SlidingWindow(Minute);
        window.Add(At(TimeSpan.FromSeconds(30).Ticks), 7);

        Assert.Equal(7, window.Sum(At(TimeSpan.FromSeconds(89).Ticks)));
        Assert.Equal(0, window.Sum(At(TimeSpan.FromSeconds(91).Ticks)));
    }

    [Theory]
    [InlineData(1, 61)]
    [InlineData(5, 61)]
    [InlineData(6, 71)]
    [InlineData(15, 71)]
    [InlineData(99, 71)]
    public void TimeUntilFree_IsWhenEnoughHasPassedAway(long amount, int freeAtSecond)
    {
        var window = new SlidingWindow(Minute);
        window.Add(At(0), 5);
        window.Add(At(TimeSpan.FromSeconds(10).Ticks), 10);
        var now = TimeSpan.FromSeconds(20).Ticks;

        var wait = window.TimeUntilFree(At(now), amount);

        Assert.Equal(TimeSpan.FromSeconds(freeAtSecond - 20), wait);
        Assert.True(15 - window.Sum(At(now + wait.Ticks)) >= Math.Min(amount, 15));
    }

    [Fact]
    public void LongSilence_EmptiesIt()
    {
        var window = new SlidingWindow(Minute);
        window.Add(At(1), long.MaxValue / 4);

        Assert.Equal(0, window.Sum(At(TimeSpan.FromDays(400).Ticks)));
        Assert.Equal(TimeSpan.Zero, window.TimeUntilFree(At(TimeSpan.FromDays(400).Ticks), 1));
    }

    private static Moment At(long ticks) => new(ticks, DateTimeOffset.UnixEpoch);
}
