using System.Text.Json;
using AiGateway.Semantics.Acceptance;

namespace AiGateway.Semantics.Tests.Acceptance;

/// <summary>Pins that what was learnt is neither lost nor invented on its way through a file or another node.</summary>
public sealed class AcceptanceStateTests
{
    private static readonly AcceptanceOptions Options = new() { MaxWrongHits = 0.1 };

    [Fact]
    public void StateThroughJson_DecidesAsBefore()
    {
        var before = Taught();
        var json = JsonSerializer.Serialize(before.Save(), AcceptanceJson.Default.AcceptanceState);
        var after = new AcceptanceModel(Options, ScorerPrior.Generic, 1);

        Assert.True(after.TryRestore(JsonSerializer.Deserialize(json, AcceptanceJson.Default.AcceptanceState)!));

        Assert.Equal(before.Policy.LastBand, after.Policy.LastBand);
        // Hits seen since the last check are counted with the next one, or when the state is kept.
        Assert.Equal(before.UpperLimit, after.UpperLimit, 0.001);
        Assert.True(after.UpperLimit < 1);
    }

    [Fact]
    public void StateOfAnotherBound_GivesItsScorerButNotItsEvidence()
    {
        var before = Taught();
        var after = new AcceptanceModel(Options with { MaxWrongHits = 0.05 }, ScorerPrior.Generic, 1);

        Assert.True(after.TryRestore(before.Save()));

        Assert.Equal(before.Policy.Weights, after.Policy.Weights);
        Assert.Equal(-1, after.Policy.LastBand);
    }

    [Fact]
    public void UnsoundState_IsRefusedAndChangesNothing()
    {
        var sound = Taught().Save();
        var model = new AcceptanceModel(Options, ScorerPrior.Generic, 1);
        AcceptanceState[] unsound =
        [
            sound with { Version = 99 },
            sound with { Weights = sound.Weights[1..] },
            sound with { Covariance = [.. sound.Covariance.Select(_ => double.NaN)] },
            sound with { Newer = sound.Newer[..5] },
            sound with { Newer = [.. sound.Newer.Select(n => -n - 1)] },
            sound with { Older = [.. sound.Older.Select((_, i) => i >= 2 * RiskBands.Count ? 9L : 0L)] },
            sound with { Drift = [] },
            sound with { Passed = [true] },
            sound with { Beginnings = 0 },
            sound with { Bound = 0 },
        ];

        Assert.All(unsound, state => Assert.False(model.TryRestore(state)));
        Assert.Equal(ScorerPrior.Generic.Weights, model.Policy.Weights);
    }

    [Fact]
    public void NodeThatTakesInWhatAnotherHasSeen_TrustsAsIt()
    {
        var (first, second) = (Taught(), new AcceptanceModel(Options, ScorerPrior.Generic, 2));
        var json = JsonSerializer.Serialize(first.TakeDelta(), AcceptanceJson.Default.AcceptanceDelta);

        second.Apply(JsonSerializer.Deserialize(json, AcceptanceJson.Default.AcceptanceDelta)!);

        // The first one's evidence may have been better for a while; the second sees what it has come to.
        Assert.InRange(second.Policy.LastBand, 0, first.Policy.LastBand);
        Assert.Equal(first.Policy.Weights, second.Policy.Weights);
        Assert.Equal(first.Save().Newer, second.Save().Newer);
        Assert.Empty(first.TakeDelta().Checks);
    }

    [Fact]
    public void DeltaOfForeignShape_ChangesNothing()
    {
        var model = new AcceptanceModel(Options, ScorerPrior.Generic, 1);
        var foreign = new AcceptanceVerdict(AcceptanceDecision.Check, double.NaN, true, default);

        model.Apply(new AcceptanceDelta([1], 5, []));
        model.Apply(new AcceptanceDelta(new long[RiskBands.Count], 0, [new CheckOutcome(foreign, true)]));

        Assert.Equal(0, model.Save().Served);
        Assert.Equal(ScorerPrior.Generic.Weights, model.Policy.Weights);
    }

    private static AcceptanceModel Taught()
    {
        var model = new AcceptanceModel(Options, ScorerPrior.Generic, 1);
        SimulatedWorld.Still.Run(model, 1_200, 5);
        return model;
    }
}
