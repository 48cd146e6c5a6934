using AiGateway.Pipeline;

namespace AiGateway.Tests.Pipeline;

/// <summary>When a drain is over.</summary>
public sealed class DrainStateTests
{
    [Fact]
    public void NothingInFlight_IsDrainedAtOnce()
    {
        using var drain = new DrainState();
        drain.Enter();
        drain.Leave();
        Assert.False(drain.Drained.IsCompleted);

        drain.Begin();

        Assert.True(drain.Drained.IsCompleted);
    }

    [Fact]
    public void RequestsInFlight_AreWaitedForToTheLast()
    {
        using var drain = new DrainState();
        drain.Enter();
        drain.Enter();
        drain.Begin();
        drain.Leave();
        Assert.Equal((true, false), (drain.IsDraining, drain.Drained.IsCompleted));

        drain.Leave();

        Assert.True(drain.Drained.IsCompleted);
    }
}
