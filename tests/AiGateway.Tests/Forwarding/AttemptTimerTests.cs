using AiGateway.Forwarding;
using AiGateway.Pipeline;
using AiGateway.TestKit;

namespace AiGateway.Tests.Forwarding;

/// <summary>The time-outs of one attempt, and who ended it.</summary>
public sealed class AttemptTimerTests
{
    private readonly TestClock _clock = new();

    [Fact]
    public void Phase_EndsTheAttemptUnderItsName()
    {
        using var timer = new AttemptTimer(_clock, TimeSpan.FromSeconds(100), CancellationToken.None);
        timer.Arm(TimeSpan.FromSeconds(10), AttemptOutcome.FirstByteTimeout);

        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(timer.Token.IsCancellationRequested);
        timer.Arm(TimeSpan.FromSeconds(5), AttemptOutcome.IdleTimeout);
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(timer.Token.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromSeconds(0.2));

        Assert.True(timer.Token.IsCancellationRequested);
        Assert.Equal(AttemptOutcome.IdleTimeout, timer.Expired);
    }

    [Fact]
    public void Total_HoldsHoweverOftenAPhaseIsArmed()
    {
        using var timer = new AttemptTimer(_clock, TimeSpan.FromSeconds(20), CancellationToken.None);
        for (var second = 0; second < 20; second++)
        {
            Assert.False(timer.Token.IsCancellationRequested);
            timer.Arm(TimeSpan.FromSeconds(10), AttemptOutcome.IdleTimeout);
            _clock.Advance(TimeSpan.FromSeconds(1.01));
        }

        Assert.True(timer.Token.IsCancellationRequested);
        Assert.Equal(AttemptOutcome.TotalTimeout, timer.Expired);
    }

    [Fact]
    public void CallerAndDrain_EndIt()
    {
        using var caller = new CancellationTokenSource();
        using var drain = new CancellationTokenSource();
        using var left = new AttemptTimer(_clock, TimeSpan.FromSeconds(20), caller.Token);
        using var drained = new AttemptTimer(_clock, TimeSpan.FromSeconds(20), CancellationToken.None);
        drained.EndWith(drain.Token);

        caller.Cancel();
        drain.Cancel();

        Assert.True(left.Token.IsCancellationRequested && drained.Token.IsCancellationRequested);
        Assert.Equal((AttemptOutcome.CallerGone, false), (left.Expired, left.IsDrained));
        Assert.True(drained.IsDrained);
    }

    [Fact]
    public void NoTimeLeft_EndsAtOnce()
    {
        using var timer = new AttemptTimer(_clock, TimeSpan.FromSeconds(-1), CancellationToken.None);
        timer.Arm(TimeSpan.FromSeconds(10), AttemptOutcome.FirstByteTimeout);
        _clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.True(timer.Token.IsCancellationRequested);
        Assert.Equal(AttemptOutcome.TotalTimeout, timer.Expired);
        Assert.Equal(0, _clock.ArmedTimers);
    }
}
