using AiGateway.Semantics.Acceptance;

namespace AiGateway.Semantics.Tests.Acceptance;

/// <summary>
/// Pins the promise of <c>max_wrong_hits</c> in worlds where the truth is known: over many seeds, the true wrong share of what is
/// served lies above the bound no more often than stated. AIGATEWAY_TEST_FULL=1 runs 200 seeds and longer worlds.
/// </summary>
public sealed class AcceptanceModelTests
{
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("AIGATEWAY_TEST_FULL") == "1";
    private static readonly int Seeds = IsFull ? 200 : 16;
    private static readonly int Hits = IsFull ? 12_000 : 5_000;

    // Of 16 seeds with a chance of 5 % each, more than 4 fail once in 250 runs; of 200, more than 18 once in 80. The seeds are fixed.
    private static readonly int Allowed = IsFull ? 18 : 4;

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.10)]
    public void StillWorld_ServesManyHitsAndKeepsTheBound(double bound)
    {
        var outcomes = RunAll(SimulatedWorld.Still, bound);

        Assert.True(outcomes.Count(o => o.WrongShare > bound) <= Allowed);
        Assert.True(outcomes.Average(o => o.Served) > 0.15 * Hits, "The model serves too little to be of use.");
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.10)]
    public void DriftingWorld_KeepsTheBound(double bound)
    {
        var outcomes = RunAll(SimulatedWorld.Drifting, bound);

        Assert.True(outcomes.Count(o => o.WrongShare > bound) <= Allowed);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.05)]
    [InlineData(0.10)]
    public void WorldAtTheBoundWhereNothingTellsHitsApart_IsHardlyEverServed(double bound)
    {
        // At a risk just above the bound any hit served at all is a failure of the limit.
        var outcomes = RunAll(SimulatedWorld.Blind(bound * 1.02), bound);

        Assert.True(outcomes.Count(o => o.Served > 0) <= Allowed, $"{outcomes.Count(o => o.Served > 0)} of {Seeds} runs served.");
    }

    [Fact]
    public void HitsThatSuddenlyTurnWrong_AreNoticedBeforeTheBoundIsSpent()
    {
        // Both worlds serve a few hundred hits before they turn.
        foreach (var world in (SimulatedWorld[])[SimulatedWorld.AllTurnWrong, SimulatedWorld.ClosestTurnWrong])
        {
            var outcomes = RunAll(world, 0.10);

            Assert.True(outcomes.Count(o => o.WrongShare > 0.10) <= Allowed, $"{world.Name}: {string.Join(", ", outcomes.Select(o => o.WrongShare.ToString("F3")))}");
        }
    }

    [Fact]
    public void WorldThatTurnsWhollyWrong_IsNotServedAnyMore()
    {
        foreach (var outcome in RunAll(SimulatedWorld.AllTurnWrong, 0.10))
            Assert.True(outcome.LastServed < 0.8 * Hits);
    }

    [Fact]
    public void JudgeThatTakesWrongForRight_IsAllowedFor()
    {
        var options = new AcceptanceOptions { MaxWrongHits = 0.10, Judge = new JudgeError(0.5, 0) };
        var world = SimulatedWorld.Blind(0.11);

        var served = Enumerable.Range(1, Seeds).Count(seed => world.Run(new AcceptanceModel(options, ScorerPrior.Generic, seed), Hits, seed, falseAccepts: 0.5).Served > 0);

        Assert.True(served <= Allowed);
    }

    [Fact]
    public void ColdStart_ServesNothingWithoutEvidence()
    {
        foreach (var outcome in RunAll(SimulatedWorld.Blind(0), 0.10))
            // Even if every check is right, some thirty are the least that 95 % at 10 % can rest on.
            Assert.True(outcome.FirstServed is -1 or > 29);
    }

    [Fact]
    public void Checks_BecomeRareAsEvidenceGrows()
    {
        var model = new AcceptanceModel(new AcceptanceOptions { MaxWrongHits = 0.10 }, ScorerPrior.Generic, 1);

        var early = SimulatedWorld.Still.Run(model, 1_500, 1);
        var late = SimulatedWorld.Still.Run(model, 3_000, 2);

        var (earlyShare, lateShare) = (Share(early), Share(late));
        Assert.True(lateShare < earlyShare / 2, $"{earlyShare:P1}, then {lateShare:P1}");
        static double Share(SimulatedOutcome o) => (double)o.TrustedChecks / (o.TrustedChecks + o.Served);
    }

    [Fact]
    public void SameSeed_DecidesTheSame()
    {
        var (a, b) = (Run(), Run());

        Assert.Equal((a.Served, a.TrustedChecks, a.LastServed), (b.Served, b.TrustedChecks, b.LastServed));
        static SimulatedOutcome Run() => SimulatedWorld.Still.Run(new AcceptanceModel(new AcceptanceOptions { MaxWrongHits = 0.1 }, ScorerPrior.Generic, 7), 2_000, 3);
    }

    [Fact]
    public void SimilarityThatIsNoNumber_IsAMiss()
    {
        var model = new AcceptanceModel(new AcceptanceOptions(), ScorerPrior.Generic, 1);

        var verdict = model.Decide(new HitFeatures(float.NaN, 0, 5, 1, 0, 0, 0, 0, 1, 1), default);

        Assert.Equal(AcceptanceDecision.Miss, verdict.Decision);
    }

    [Fact]
    public void ManyThreads_DecideAndLearnWithoutLosingCounts()
    {
        var model = new AcceptanceModel(new AcceptanceOptions { MaxWrongHits = 0.1 }, ScorerPrior.Generic, 1);

        Parallel.For(0, 8, seed => SimulatedWorld.Still.Run(model, 500, seed));

        var saved = model.Save();
        Assert.True(saved.IsSound());
        var bands = RiskBands.Count;
        Assert.All(Enumerable.Range(0, bands), band => Assert.True(saved.Older[bands + band] + saved.Newer[bands + band] <= saved.Older[band] + saved.Newer[band]));
    }

    private static List<SimulatedOutcome> RunAll(SimulatedWorld world, double bound) =>
        [.. Enumerable.Range(1, Seeds).AsParallel().Select(seed =>
            world.Run(new AcceptanceModel(new AcceptanceOptions { MaxWrongHits = bound }, ScorerPrior.Generic, seed), Hits, seed))];
}
