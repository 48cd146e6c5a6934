using AiGateway.Configuration;
using AiGateway.Forwarding.Realtime;
using AiGateway.Pipeline;

namespace AiGateway.Tests.Forwarding.Realtime;

/// <summary>Pins that the count never passes either bound, and comes back to nothing.</summary>
public sealed class OpenSessionsTests
{
    [Fact]
    public async Task InParallel_NeitherBoundIsPassed()
    {
        var sessions = new OpenSessions();
        var bounds = Defaults.Realtime(new RealtimeConfig { MaxSessions = 10, MaxSessionsPerCaller = 4 });
        var callers = Enumerable.Range(0, 5).Select(static i => new CallerModel { Id = $"caller{i}", Tags = [], AllowsEverything = true, AllowedNames = [], AllowedPrefixes = [] }).ToArray();
        var open = new int[callers.Length];
        var (all, refused) = (0, 0);
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var who = i % callers.Length;
            if (sessions.TryEnter(callers[who], bounds) is { } rejection)
            {
                Assert.Equal(RejectionReason.TooManySessions, rejection.Reason);
                Interlocked.Increment(ref refused);
                return;
            }
            Assert.InRange(Interlocked.Increment(ref all), 1, 10);
            Assert.InRange(Interlocked.Increment(ref open[who]), 1, 4);
            await Task.Yield();
            Interlocked.Decrement(ref open[who]);
            Interlocked.Decrement(ref all);
            sessions.Leave(callers[who]);
        });

        Assert.Equal(0, sessions.Count);
        Assert.True(refused > 0);
        Assert.All(callers, caller => Assert.Null(sessions.TryEnter(caller, bounds with { MaxSessions = 1000 })));
    }

    [Fact]
    public void Zero_ClosesTheEndpoint() =>
        Assert.NotNull(new OpenSessions().TryEnter(CallerModel.Anonymous, Defaults.Realtime(new RealtimeConfig { MaxSessions = 0 })));
}
