using System.Runtime.InteropServices;
using AiGateway.Admission;
using AiGateway.Configuration;
using AiGateway.TestKit;

namespace AiGateway.Tests.Admission;

/// <summary>What <c>reserve: learned</c> promises: at 64 callers a limit is passed by at most 2 %, and nothing that is free is held back.</summary>
public sealed class LearnedReserveTests
{
    private const int Callers = 64;

    private readonly TestClock _clock = new();

    [Theory]
    [InlineData(1, 300, 0.8, 600_000)]
    [InlineData(2, 800, 1.2, 2_000_000)]
    [InlineData(3, 60, 0.3, 200_000)]
    public void AnswersOfRandomLength_PassTheLimitByAtMostTwoPercent(int seed, double median, double spread, long perMinute)
    {
        var random = SeededRandom.From(seed);
        var expectations = new Expectations();
        var limiter = new Limiter(_clock);
        var limit = new LimitModel { Id = "tokens", Subject = LimitSubject.Team, Except = new HashSet<string>(), Rates = [new LimitRate(LimitMeasure.Tokens, perMinute, TimeSpan.FromMinutes(1))] };
        var running = new (List<Hold> Holds, long Output, int EndsAt)[Callers];
        var used = new List<(DateTimeOffset At, long Tokens)>();
        var wrongly = 0;
        long settled = 0, held = 0;
        var heldBy = new long[Callers];

        // Ten minutes in steps of 100 ms: every caller asks again as soon as it may.
        for (var step = 0; step < 6_000; step++)
        {
            for (var caller = 0; caller < Callers; caller++)
            {
                ref var own = ref running[caller];
                if (own.Holds is { Count: > 0 } holds && own.EndsAt <= step)
                {
                    // One in ten fails and gives everything back.
                    var output = random.Next(10) == 0 ? 0 : own.Output;
                    limiter.Settle(CollectionsMarshal.AsSpan(holds), new Demand(0, output == 0 ? 0 : 100, output, 0));
                    used.Add((_clock.GetUtcNow(), output == 0 ? 0 : 100 + output));
                    (held, heldBy[caller]) = (held - heldBy[caller], 0);
                    holds.Clear();
                    if (output > 0)
                    {
                        expectations.Learn("chat", $"key{caller % 8}", "m", 100, 100, output);
                    }
                }
                if (own.Holds is not { Count: > 0 })
                {
                    own = (own.Holds ?? [], Output(random, median, spread), step + random.Next(1, 40));
                    var demand = new Demand(1, 100, expectations.Output("chat", $"key{caller % 8}"), 0);
                    List<LimitRefusal>? shadows = null;
                    var refused = limiter.TryHold([new Claim(limit, "red", demand)], newRequest: true, own.Holds, ref shadows) is not null;
                    settled = Within(used, _clock.GetUtcNow(), TimeSpan.FromSeconds(61));
                    wrongly += refused && settled + held + demand.Input + demand.Output <= perMinute ? 1 : 0;
                    (held, heldBy[caller]) = refused ? (held, 0) : (held + demand.Input + demand.Output, demand.Input + demand.Output);
                }
            }
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal(0, wrongly);
        var most = used.Select(one => Within(used, one.At, TimeSpan.FromMinutes(1))).Max();
        Assert.InRange(most, perMinute * 0.9, perMinute * 1.02);
    }

    private static long Within(List<(DateTimeOffset At, long Tokens)> used, DateTimeOffset now, TimeSpan window)
    {
        long sum = 0;
        for (var i = used.Count - 1; i >= 0 && now - used[i].At < window; i--)
        {
            sum += used[i].At <= now ? used[i].Tokens : 0;
        }
        return sum;
    }

    // Lengths of answers are about log-normal: most are short, some are very long.
    private static long Output(Random random, double median, double spread) =>
        Math.Max(1, (long)(median * Math.Exp(spread * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))));
}
