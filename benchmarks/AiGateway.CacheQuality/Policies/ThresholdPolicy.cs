using AiGateway.CacheQuality.Questions;
using AiGateway.Semantics.Acceptance;

namespace AiGateway.CacheQuality.Policies;

/// <summary>What other gateways do: serves whatever is at least this similar.</summary>
internal sealed class ThresholdPolicy(float threshold) : HitPolicy
{
    internal override int Width => 1;

    internal override bool KeepsConfirmed => false;

    internal override PolicyDecision Decide(int asked, ReadOnlySpan<Candidate> near) =>
        near[0].Similarity >= threshold ? new PolicyDecision(AcceptanceDecision.Serve, near[0].Text, false) : PolicyDecision.Miss;

    internal override void Learn(bool wrong) => throw new InvalidOperationException("A threshold checks nothing.");
}
