using System.Runtime.InteropServices;
using AiGateway.Semantics.Facts;

namespace AiGateway.Semantics.Acceptance;

/// <summary>What is known of a would-be hit before it is decided: how close the two questions are, by meaning and by words.</summary>
/// <remarks>All of it is cheap and comes from the look-up itself; nothing here has seen an answer.</remarks>
/// <param name="Similarity">Cosine of the two vectors, -1 to 1.</param>
/// <param name="Margin">Similarity less that of its rival (<see cref="NearAnswer"/>), negative where that one is nearer; 1 where there is none.</param>
/// <param name="Words">Words of the question asked.</param>
/// <param name="Overlap">Share of the content words that both have, 0 to 1.</param>
/// <param name="Unmatched">Content words that only one side has.</param>
/// <param name="UnmatchedRare">Of these, the ones that look like names, values or technical words.</param>
/// <param name="Near">Words that agree only by a synonym, another ending or a slip of the keyboard.</param>
/// <param name="Order">How far the common words stand in another order, 0 (the same) to 1.</param>
/// <param name="LengthRatio">Content words of the shorter question by those of the longer, 0 to 1.</param>
/// <param name="Question">Whether both ask for the same kind of answer: 1 the same, 0.5 kinds that go together, 0 others.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HitFeatures(
    float Similarity,
    float Margin,
    int Words,
    float Overlap,
    float Unmatched,
    float UnmatchedRare,
    float Near,
    float Order,
    float LengthRatio,
    float Question)
{
    /// <summary>Length of the vector that <see cref="WriteTo"/> fills.</summary>
    internal const int Dimension = 13;

    /// <summary>The features of a hit from what the look-up and the comparison of facts have found.</summary>
    internal static HitFeatures Of(float similarity, float margin, int words, in FactFeatures facts) => new(
        similarity, margin, words, facts.Overlap, facts.Unmatched, facts.UnmatchedRare, facts.Near, facts.OrderDisagreement, facts.LengthRatio, facts.Question);

    /// <summary>Whether all of it is finite; a hit for which it is not is a miss.</summary>
    internal bool IsFinite =>
        float.IsFinite(Similarity) && float.IsFinite(Margin) && float.IsFinite(Overlap) && float.IsFinite(Unmatched)
        && float.IsFinite(UnmatchedRare) && float.IsFinite(Near) && float.IsFinite(Order) && float.IsFinite(LengthRatio) && float.IsFinite(Question);

    /// <summary>Writes the features centred and scaled, so that each is about 1 where it matters, and none can run away.</summary>
    /// <param name="target"><see cref="Dimension"/> numbers; the first is 1.</param>
    internal void WriteTo(Span<double> target)
    {
        target[0] = 1;
        target[1] = Math.Clamp((Similarity - 0.85) / 0.08, -5, 2);
        // The last steps towards 1 say more than the same steps lower down.
        target[2] = Math.Clamp((Similarity - 0.93) / 0.03, 0, 2.5);
        target[3] = Math.Clamp(Margin / 0.06, -1, 3);
        target[4] = (Math.Clamp(Overlap, 0, 1) - 0.6) / 0.25;
        target[5] = Math.Clamp(Unmatched, 0, 8) / 2.5;
        target[6] = Math.Clamp(UnmatchedRare, 0, 3);
        target[7] = Math.Clamp(Near, 0, 4);
        target[8] = Math.Clamp(Order, 0, 1) * 2;
        target[9] = (1 - Math.Clamp(LengthRatio, 0, 1)) * 2;
        target[10] = (1 - Math.Clamp(Question, 0, 1)) * 2;
        target[11] = Math.Clamp(Math.Log2((1 + Words) / 10.0), -3, 3);
        // The distance of the entry by that of its rival: 1 in the middle between two answers, near 0 where no other answer is near.
        target[12] = Math.Clamp((1.01 - Similarity) / Math.Max(1.01 - Similarity + Margin, 0.01), 0, 1.5) * 2;
    }
}
