using AiGateway.Semantics.Acceptance;
using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Acceptance;

/// <summary>Pins the statistics that the promise rests on.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData(0.01)]
    [InlineData(0.05)]
    [InlineData(0.3)]
    public void LimitLookedAtAfterEveryCheck_FailsNoMoreOftenThanStated(double risk)
    {
        var random = SeededRandom.From(20);

        var failures = Enumerable.Range(0, 1_000).Count(_ => EverFails(random, _ => risk));

        // 5 % of 1,000 are 50; more than 75 would be chance once in 5,000 runs.
        Assert.InRange(failures, 0, 75);
    }

    [Fact]
    public void LimitAgainstAnAdversaryWhoKnowsAllThatWasSeen_FailsNoMoreOftenThanStated()
    {
        var random = SeededRandom.From(21);

        // Turns wrong as soon as few were seen wrong, and good when the limit is safe again.
        var failures = Enumerable.Range(0, 1_000).Count(_ => EverFails(random, state => state.Wrong < 0.7 * state.Expected ? 0.2 : 0.005));

        Assert.InRange(failures, 0, 75);
    }

    [Fact]
    public void Limit_IsNearTheExactOneForASingleLook()
    {
        // Poisson, one look: 3.0, 10.5 and 31.4 for 0, 5 and 22.
        Assert.InRange(WrongCountLimit.Upper(0, 0.05), 3.0, 5.5);
        Assert.InRange(WrongCountLimit.Upper(5, 0.05), 10.5, 15);
        Assert.InRange(WrongCountLimit.Upper(22, 0.05), 31.4, 40);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3.4)]
    [InlineData(120)]
    public void IsBelow_AgreesWithTheLimit(double wrong)
    {
        var limit = WrongCountLimit.Upper(wrong, 0.01);

        Assert.True(WrongCountLimit.IsBelow(wrong, limit + 0.001, 0.01));
        Assert.False(WrongCountLimit.IsBelow(wrong, limit - 0.001, 0.01));
    }

    [Theory]
    [InlineData(0, 10, 0, 0.3085)]
    [InlineData(5, 10, 0.1871, 0.8129)]
    [InlineData(10, 10, 0.6915, 1)]
    [InlineData(36, 1000, 0.0253, 0.0495)]
    [InlineData(0, 0, 0, 1)]
    public void ExactInterval_IsThatOfTheTables(int successes, int trials, double low, double high)
    {
        var interval = ProportionInterval.Exact(successes, trials);

        Assert.Equal(low, interval.Low, 0.0001);
        Assert.Equal(high, interval.High, 0.0001);
    }

    [Fact]
    public void JudgeErrors_AreUndone()
    {
        var judge = new JudgeError(0.3, 0.02);

        Assert.Equal(0.05, judge.Corrected(judge.JudgedBound(0.05)), 12);
        Assert.Equal(0.05, JudgeError.None.JudgedBound(0.05));
    }

    [Fact]
    public void DriftDetector_AlarmsSoonWhenAllIsWrongAndHardlyEverWhenNothingChanges()
    {
        var detector = new DriftDetector(0.05);
        var random = SeededRandom.From(22);
        var alarms = 0;
        for (var i = 0; i < 20_000; i++)
        {
            detector.Add(random.Chance(0.03));
            if (detector.Alarm < 1)
                continue;
            alarms++;
            detector.Clear();
        }
        detector.Clear();
        var needed = 0;
        for (; detector.Alarm < 1; needed++)
            detector.Add(true);

        Assert.InRange(alarms, 0, 4);
        Assert.InRange(needed, 2, 4);
    }

    [Fact]
    public void EntryThatWasWrong_RaisesItsRisk()
    {
        var entry = default(EntryEvidence);

        Assert.Equal(0.04, entry.Blend(0.04), 12);
        Assert.True(entry.With(wrong: true).Blend(0.04) > 0.25);
        Assert.True(entry.With(wrong: false).With(wrong: false).Blend(0.04) < 0.03);
        Assert.True(entry.With(wrong: true).With(wrong: true).IsBad);
    }

    private static bool EverFails(SeededRandom random, Func<(int Wrong, double Expected), double> risk)
    {
        var (wrong, expected) = (0, 0.0);
        for (var i = 0; i < 400; i++)
        {
            var p = risk((wrong, expected));
            expected += p;
            if (random.Chance(p))
                wrong++;
            if (WrongCountLimit.IsBelow(wrong, expected, 0.05))
                return true;
        }
        return false;
    }
}
