using AiGateway.Semantics.Facts;

namespace AiGateway.Semantics.Tests.Facts;

/// <summary>Pairs of our own, by class of failure: what means the same is not vetoed, what does not is. The limits that are known are pinned as limits.</summary>
public sealed class FactPairsTests
{
    public static TheoryData<string> Classes => [.. FactPair.All.Select(p => p.Class).Distinct()];

    [Theory]
    [MemberData(nameof(Classes))]
    public void Pairs_AreVetoedWhereTheyMeanSomethingElse(string name)
    {
        var wrong = FactPair.All.Where(p => p.Class == name)
            .Select(p => (Pair: p, Verdict: Compare(p.A, p.B)))
            .Where(r => r.Verdict.Agrees != (r.Pair.Same != r.Pair.IsLimit))
            .Select(r => $"{(r.Pair.Same ? "same" : "different")}{(r.Pair.IsLimit ? " (limit)" : "")}, verdict '{r.Verdict.Explain()}': {r.Pair}");

        Assert.Empty(wrong);
    }

    [Fact]
    public void Pairs_InLowerCaseWithoutPunctuationAtTheEnd_GetTheSameVerdictNearlyAlways()
    {
        static string Typed(string text) => text.ToLowerInvariant().TrimEnd('?', '.');
        var pairs = FactPair.All.Where(p => p.Class is not "language").ToList();

        var changed = pairs.Count(p => Compare(p.A, p.B).Agrees != Compare(Typed(p.A), Typed(p.B)).Agrees);

        // Abbreviations and names that are words besides lose what their capitals said.
        Assert.InRange(changed, 0, pairs.Count / 50);
    }

    [Fact]
    public void Pairs_TurnedRound_GetTheSameVerdict()
    {
        var changed = FactPair.All.Where(p => Compare(p.A, p.B).Agrees != Compare(p.B, p.A).Agrees);

        Assert.Empty(changed);
    }

    [Fact]
    public void Texts_AgreeWithThemselves()
    {
        foreach (var pair in FactPair.All)
        {
            var verdict = Compare(pair.A, pair.A);

            Assert.True(verdict.Agrees, $"{verdict.Explain()}: {pair.A}");
            Assert.Equal(1, verdict.Features.Overlap);
            Assert.Equal(0, verdict.Features.Unmatched);
            Assert.Equal(0, verdict.Features.OrderDisagreement);
        }
    }

    private static FactVerdict Compare(string a, string b) => FactComparison.Compare(TextFacts.Extract(a), TextFacts.Extract(b));
}
