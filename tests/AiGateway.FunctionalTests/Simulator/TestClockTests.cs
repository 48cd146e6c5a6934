using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Simulator;

/// <summary>The clock that tests of time-outs, cooldowns and limits rest on.</summary>
public sealed class TestClockTests
{
    [Fact]
    public void DueTimers_FireInOrder_WithTheClockAtTheirTime()
    {
        var clock = new TestClock();
        var start = clock.GetUtcNow();
        var fired = new List<(string Name, double Seconds)>();
        using var late = clock.CreateTimer(_ => fired.Add(("late", (clock.GetUtcNow() - start).TotalSeconds)), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var often = clock.CreateTimer(_ => fired.Add(("often", (clock.GetUtcNow() - start).TotalSeconds)), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        clock.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal([("often", 1), ("late", 3), ("often", 3)], fired.OrderBy(entry => entry.Seconds).ThenBy(entry => entry.Name));
        Assert.Equal(1, clock.ArmedTimers);
    }

    [Fact]
    public async Task Delay_EndsWhenTheClockIsMoved()
    {
        var clock = new TestClock();
        var delay = Task.Delay(TimeSpan.FromMinutes(1), clock);
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.False(delay.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(1));
        await delay;
    }

    [Fact]
    public void Timestamps_MeasureTheSameTime()
    {
        var clock = new TestClock();
        var start = clock.GetTimestamp();
        clock.Advance(TimeSpan.FromMilliseconds(1500));

        Assert.Equal(1500, clock.GetElapsedTime(start).TotalMilliseconds, 2);
    }
}
