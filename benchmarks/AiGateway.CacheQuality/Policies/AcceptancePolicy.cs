using AiGateway.CacheQuality.Questions;
using AiGateway.Semantics.Acceptance;
using AiGateway.Semantics.Index;

namespace AiGateway.CacheQuality.Policies;

/// <summary>Ours: the facts' veto, then the acceptance model.</summary>
internal sealed class AcceptancePolicy(EmbeddedWorkload workload, AcceptanceModel model) : HitPolicy
{
    private readonly EntryEvidence[] _entries = new EntryEvidence[workload.Workload.Texts.Count];
    // Of each text the one whose answer it is known to share.
    private readonly int[] _answers = [.. Enumerable.Range(0, workload.Workload.Texts.Count)];
    private AcceptanceVerdict _verdict;
    private int _checked;
    private int _asked;

    internal override int Width => Neighbours.Most;

    internal override bool KeepsConfirmed => true;

    internal override PolicyDecision Decide(int asked, ReadOnlySpan<Candidate> near)
    {
        var best = -1;
        var bestRisk = double.PositiveInfinity;
        HitFeatures bestFeatures = default;
        Span<NearAnswer> known = stackalloc NearAnswer[near.Length];
        for (var i = 0; i < near.Length; i++)
            known[i] = new NearAnswer(near[i].Similarity, (UInt128)_answers[near[i].Text]);
        for (var i = 0; i < near.Length; i++)
        {
            if (workload.Features(asked, near[i], NearAnswer.MarginOf(known, i)) is not { } features)
                continue;
            var risk = model.Risk(features, _entries[near[i].Text]);
            if (risk >= bestRisk)
                continue;
            (best, bestRisk, bestFeatures) = (near[i].Text, risk, features);
        }
        if (best < 0)
            return PolicyDecision.Miss;
        _verdict = model.Decide(bestFeatures, _entries[best]);
        (_checked, _asked) = (best, asked);
        return new PolicyDecision(_verdict.Decision, best, _verdict.Trusted);
    }

    internal override void Learn(bool wrong)
    {
        model.Learn(_verdict, wrong);
        _entries[_checked] = _entries[_checked].With(wrong);
        if (!wrong)
            _answers[_asked] = _answers[_checked];
    }
}
