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
    public void LimitOverGroupsOfOtherWeights_FailsNoMoreOftenThanStated()
    {
        var random = SeededRandom.From(23);

        // A group that is checked wholly, and one of which every fourth is: the share of both together is 0.1, whatever either is.
        var failures = Enumerable.Range(0, 1_000).Count(_ =>
        {
            long[] checks = [0, 0];
            long[] wrong = [0, 0];
            for (var i = 0; i < 400; i++)
            {
                var group = i % 5 == 0 ? 1 : 0;
                checks[group]++;
                if (random.Chance(group == 0 ? 0.02 : 0.18))
                    wrong[group]++;
                if (RegionEvidence.Of([1, 4], checks, wrong).LogAgainst(0.1) >= Math.Log(20))
                    return true;
            }
            return false;
        });

        Assert.InRange(failures, 0, 75);
    }

    [Fact]
    public void Limit_IsNearTheExactOneForASingleLook()
    {
        // Binomial, 1,000 checks, one look: 0.0030, 0.0105 and 0.0313 for 0, 5 and 22.
        Assert.InRange(Of(0, 1_000).Upper(0.05), 0.003, 0.0055);
        Assert.InRange(Of(5, 1_000).Upper(0.05), 0.0105, 0.0155);
        Assert.InRange(Of(22, 1_000).Upper(0.05), 0.0313, 0.041);
    }

    [Theory]
    [InlineData(0, 50)]
    [InlineData(3, 200)]
    [InlineData(120, 4_000)]
    public void Upper_IsTheLargestShareThatChecksDoNotSpeakAgainst(int wrong, int checks)
    {
        var evidence = Of(wrong, checks);

        var limit = evidence.Upper(0.01);

        Assert.True(evidence.LogAgainst(limit + 0.0001) >= Math.Log(100));
        Assert.True(evidence.LogAgainst(limit - 0.0001) < Math.Log(100));
    }

    [Fact]
    public void NothingChecked_SaysNothing()
    {
        Assert.Equal(0, default(RegionEvidence).LogAgainst(0.02));
        Assert.Equal(1, default(RegionEvidence).Upper(0.05), 6);
    }

    [Fact]
    public void RegionOfFour_NeedsLessOnceTheOthersHavePassed()
    {
        RegionEvidence[] regions = [Of(0, 10), Of(1, 20), Of(5, 30), Of(9, 40)];
        double[] shares = [0.4, 0.3, 0.2, 0.1];

        var alone = ClosedTest.Needed(0, regions, [false, true, true, true], shares, 0.05, 0.05);
        var among = ClosedTest.Needed(0, regions, new bool[4], shares, 0.05, 0.05);
        var last = ClosedTest.Needed(3, regions, new bool[4], shares, 0.05, 0.05);

        Assert.Equal(Math.Log(20), alone, 9);
        // As much as an equal division by shares would ask for, at most.
        Assert.InRange(among, alone, Math.Log(20 / 0.4));
        Assert.InRange(last, among, Math.Log(20 / 0.1));
    }

    [Fact]
    public void Rival_IsTheNearestEntryWithAnotherAnswer()
    {
        NearAnswer[] near = [new(0.95f, 1), new(0.94f, 1), new(0.90f, 2), new(0.80f, 3)];

        Assert.Equal(0.05f, NearAnswer.MarginOf(near, 0), 5);
        Assert.Equal(0.04f, NearAnswer.MarginOf(near, 1), 5);
        Assert.Equal(-0.05f, NearAnswer.MarginOf(near, 2), 5);
        Assert.Equal(1, NearAnswer.MarginOf(near.AsSpan(0, 2), 0));
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
        detector.Clear();
        detector.Add(true);
        Assert.True(detector.Suspicion > 0.9);
        for (var i = 0; i < 3; i++)
            detector.Add(false);
        Assert.True(detector.Suspicion < 0.4);
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

    private static RegionEvidence Of(long wrong, long checks) => RegionEvidence.Of([1], [checks], [wrong]);

    private static bool EverFails(SeededRandom random, Func<(int Wrong, double Expected), double> risk)
    {
        var (wrong, expected) = (0, 0.0);
        for (var i = 0; i < 400; i++)
        {
            var p = risk((wrong, expected));
            expected += p;
            if (random.Chance(p))
                wrong++;
            if (Of(wrong, i + 1).LogAgainst(expected / (i + 1)) >= Math.Log(20))
                return true;
        }
        return false;
    }
}
