using AiGateway.CacheQuality.Questions;
using AiGateway.Semantics.Acceptance;

namespace AiGateway.CacheQuality.Policies;

/// <summary>Ours: the facts' veto, then the acceptance model.</summary>
internal sealed class AcceptancePolicy(EmbeddedWorkload workload, AcceptanceModel model) : HitPolicy
{
    private readonly EntryEvidence[] _entries = new EntryEvidence[workload.Workload.Texts.Count];
    private AcceptanceVerdict _verdict;
    private int _checked;

    internal override int Width => 2;

    internal override bool KeepsConfirmed => true;

    internal override PolicyDecision Decide(int asked, ReadOnlySpan<Candidate> near)
    {
        var best = -1;
        var bestRisk = double.PositiveInfinity;
        HitFeatures bestFeatures = default;
        for (var i = 0; i < near.Length; i++)
        {
            if (workload.Features(asked, near, i) is not { } features)
                continue;
            var risk = model.Risk(features, _entries[near[i].Text]);
            if (risk >= bestRisk)
                continue;
            (best, bestRisk, bestFeatures) = (near[i].Text, risk, features);
        }
        if (best < 0)
            return PolicyDecision.Miss;
        _verdict = model.Decide(bestFeatures, _entries[best]);
        _checked = best;
        return new PolicyDecision(_verdict.Decision, best, _verdict.Trusted);
    }

    internal override void Learn(bool wrong)
    {
        model.Learn(_verdict, wrong);
        _entries[_checked] = _entries[_checked].With(wrong);
    }
}
