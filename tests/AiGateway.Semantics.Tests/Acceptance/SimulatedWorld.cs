using AiGateway.Semantics.Acceptance;
using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Acceptance;

/// <summary>Would-be hits whose true chance of being wrong is known.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Risk">The true chance from what the scorer sees, which is better or worse as the world is; and when, from 0 (begin) to 1 (end).</param>
internal sealed record SimulatedWorld(string Name, Func<HitFeatures, double, double> Risk)
{
    /// <summary>Nothing ever changes; close questions with the same words are nearly always right.</summary>
    internal static SimulatedWorld Still { get; } = new("still", (hit, _) => Natural(hit));

    /// <summary>Hits become wrong up to five times as often, little by little.</summary>
    internal static SimulatedWorld Drifting { get; } = new("drifting", (hit, time) => Math.Min(1, Natural(hit) * (1 + 4 * time)));

    /// <summary>From the middle on, the closest hits are wrong.</summary>
    internal static SimulatedWorld ClosestTurnWrong { get; } =
        new("closest turn wrong", (hit, time) => time > 0.6 && hit.Similarity > 0.93 ? 0.9 : Natural(hit));

    /// <summary>From the middle on, all hits are wrong.</summary>
    internal static SimulatedWorld AllTurnWrong { get; } = new("all turn wrong", (hit, time) => time > 0.6 ? 1 : Natural(hit));

    /// <summary>How often a hit is wrong has nothing to do with what is seen of it.</summary>
    internal static SimulatedWorld Blind(double risk) => new($"blind {risk}", (_, _) => risk);

    /// <summary>Replays so many would-be hits.</summary>
    internal SimulatedOutcome Run(AcceptanceModel model, int hits, int seed, double falseAccepts = 0)
    {
        var random = SeededRandom.From(seed);
        var outcome = new SimulatedOutcome();
        for (var i = 0; i < hits; i++)
            Step(model, random, i, hits, outcome, falseAccepts);
        return outcome;
    }

    /// <summary>Replays one would-be hit of so many.</summary>
    internal void Step(AcceptanceModel model, SeededRandom random, int hit, int hits, SimulatedOutcome outcome, double falseAccepts = 0)
    {
        var features = Draw(random);
        var risk = Risk(features, (double)hit / hits);
        var wrong = random.Chance(risk);
        var verdict = model.Decide(features, default);
        if (verdict.Decision == AcceptanceDecision.Check)
            model.Learn(verdict, wrong && !random.Chance(falseAccepts));
        outcome.Count(hit, verdict, risk);
    }

    private static double Natural(in HitFeatures hit)
    {
        var logit = 0.3 - 3 * (hit.Similarity - 0.85) / 0.08 - 1.6 * (hit.Overlap - 0.6) / 0.25 + 2.5 * hit.UnmatchedRare;
        return 0.002 + 0.998 / (1 + Math.Exp(-logit));
    }

    private static HitFeatures Draw(SeededRandom random)
    {
        var similarity = 0.7 + 0.3 * Math.Sqrt(random.NextDouble());
        var overlap = 0.3 + 0.7 * random.NextDouble();
        return new HitFeatures(
            (float)similarity, (float)(0.1 * random.NextDouble()), 10, (float)overlap, (float)Math.Round(8 * (1 - overlap)), random.Chance(0.2) ? 1 : 0, 0, 0, 1, 1);
    }
}
