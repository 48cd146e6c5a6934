using AiGateway.CacheQuality.Policies;
using AiGateway.CacheQuality.Questions;
using AiGateway.CacheQuality.Reports;
using AiGateway.Semantics.Acceptance;

namespace AiGateway.CacheQuality;

/// <summary>Runs all that is compared on one workload.</summary>
internal sealed class QualityRun(EmbeddedWorkload embedded, QualityArguments arguments)
{
    // What the curve has besides the bounds that were asked for.
    private static readonly decimal[] CurveBounds = [0.01m, 0.02m, 0.03m, 0.05m, 0.075m, 0.10m, 0.15m, 0.20m];

    internal QualityReport Run()
    {
        var (ours, theirs) = (LookupTimes.Measure(embedded, decides: true), LookupTimes.Measure(embedded, decides: false));
        var (judge, quality) = ChooseJudge();
        var thresholds = Enumerable.Range(70, 30).AsParallel().AsOrdered().Select(t => new QualityRow(
            $"threshold_0.{t}", null, Replay.Run(embedded, new ThresholdPolicy(t / 100f), judge), theirs));
        var curve = arguments.Bounds.Union(CurveBounds).Order().Select(Ours).ToList();
        return new QualityReport(
            [.. arguments.Bounds.Select(bound => curve.Find(row => row.Bound == bound)!)],
            curve,
            [.. thresholds],
            [.. arguments.Bounds.Select(b => new QualityRow("vcache", b, Replay.Run(embedded, new VerifiedCachePolicy((double)b, arguments.Seed), judge), theirs))],
            quality);

        QualityRow Ours(decimal bound)
        {
            var options = new AcceptanceOptions { MaxWrongHits = (double)bound, Judge = quality?.Assumed ?? JudgeError.None };
            var model = new AcceptanceModel(options, ScorerPrior.Generic, arguments.Seed);
            return new QualityRow("acceptance", bound, Replay.Run(embedded, new AcceptancePolicy(embedded, model), judge), ours);
        }
    }

    private (Func<int, int, bool> Judge, JudgeQuality? Quality) ChooseJudge()
    {
        var workload = embedded.Workload;
        if (!arguments.BuiltInJudge)
            return (workload.IsSame, null);

        var builtIn = new AnswerJudge(embedded.Model);
        bool Judge(int cached, int asked) => builtIn.Agree(workload.Texts[cached], workload.Texts[asked]);

        // The judge's own error is estimated where it matters: among the hits that look safest, from one question of five.
        var hits = new List<(double Risk, bool IsSample, bool IsSame, bool Agrees)>();
        for (var question = 0; question < workload.Asked.Count; question++)
        {
            var near = embedded.Neighbours(question);
            var asked = workload.Asked[question];
            if (near.Length == 0 || embedded.Features(asked, near[0], near.Length == 1 ? 1 : near[0].Similarity - near[1].Similarity) is not { } features)
                continue;
            var risk = RiskScorer.Risk(ScorerPrior.Generic.Weights, features);
            if (RiskBands.Of(risk) < RiskBands.Count)
                hits.Add((risk, (question + arguments.Seed) % 5 == 0, workload.IsSame(near[0].Text, asked), Judge(near[0].Text, asked)));
        }
        var safest = hits.OrderBy(h => h.Risk).Take(hits.Count / 3).Where(h => h is { IsSample: true, IsSame: false }).ToList();
        var upper = ProportionInterval.Exact(safest.Count(h => h.Agrees), safest.Count).High;
        return (Judge, new JudgeQuality(
            hits.Count(h => !h.IsSame),
            hits.Count(h => h is { IsSame: false, Agrees: true }),
            hits.Count(h => h.IsSame),
            hits.Count(h => h is { IsSame: true, Agrees: false }),
            new JudgeError(Math.Min(upper, 0.999), 0)));
    }
}
