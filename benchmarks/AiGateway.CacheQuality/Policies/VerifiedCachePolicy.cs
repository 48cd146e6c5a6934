using AiGateway.CacheQuality.Questions;
using AiGateway.Semantics.Acceptance;

namespace AiGateway.CacheQuality.Policies;

/// <summary>
/// vCache as published (arXiv 2502.03771), written from its mathematics: a logistic curve for each cached text, explored with a
/// chance that keeps the error over all requests, misses included, below the bound.
/// </summary>
internal sealed class VerifiedCachePolicy(double bound, long seed) : HitPolicy
{
    private readonly Dictionary<int, VerifiedEntry> _entries = [];
    private readonly Random _random = new(unchecked((int)seed));
    private VerifiedEntry? _explored;
    private double _similarity;

    internal override int Width => 1;

    internal override bool KeepsConfirmed => false;

    internal override PolicyDecision Decide(int asked, ReadOnlySpan<Candidate> near)
    {
        _similarity = Math.Round(near[0].Similarity, 3);
        if (!_entries.TryGetValue(near[0].Text, out _explored))
            _entries.Add(near[0].Text, _explored = new VerifiedEntry());
        var explore = _random.NextDouble() <= _explored.ExploreShare(_similarity, bound);
        return new PolicyDecision(explore ? AcceptanceDecision.Check : AcceptanceDecision.Serve, near[0].Text, explore);
    }

    internal override void Learn(bool wrong) => _explored!.Add(_similarity, !wrong);
}
