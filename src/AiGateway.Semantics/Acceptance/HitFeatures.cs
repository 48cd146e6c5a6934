namespace AiGateway.Semantics.Acceptance;

/// <summary>What is known of a would-be hit before it is decided: how close the two questions are, by meaning and by words.</summary>
/// <remarks>All of it is cheap and comes from the look-up itself; nothing here has seen an answer.</remarks>
/// <param name="Similarity">Cosine of the two vectors, -1 to 1.</param>
/// <param name="Margin">Similarity less that of the runner-up in the partition; 1 where there is none.</param>
/// <param name="QueryWords">Words of the question asked.</param>
/// <param name="EntryWords">Words of the question that was answered.</param>
/// <param name="Overlap">Share of the content words that both have, 0 to 1.</param>
/// <param name="Unmatched">Content words that only one side has.</param>
/// <param name="RareUnmatched">Of these, the ones that look like names or technical tokens.</param>
/// <param name="OrderDisagreement">How far the common words stand in another order, 0 (the same) to 1.</param>
/// <param name="NearMisses">Facts that differ in a way that is no veto: question word, modality and the like.</param>
internal readonly record struct HitFeatures(
    float Similarity,
    float Margin,
    int QueryWords,
    int EntryWords,
    float Overlap,
    float Unmatched,
    float RareUnmatched,
    float OrderDisagreement,
    float NearMisses)
{
    /// <summary>Length of the vector that <see cref="WriteTo"/> fills.</summary>
    internal const int Dimension = 12;

    /// <summary>Whether all of it is finite; a hit for which it is not is a miss.</summary>
    internal bool IsFinite =>
        float.IsFinite(Similarity) && float.IsFinite(Margin) && float.IsFinite(Overlap) && float.IsFinite(Unmatched)
        && float.IsFinite(RareUnmatched) && float.IsFinite(OrderDisagreement) && float.IsFinite(NearMisses);

    /// <summary>Writes the features centred and scaled, so that each is about 1 where it matters, and none can run away.</summary>
    /// <param name="target"><see cref="Dimension"/> numbers; the first is 1.</param>
    internal void WriteTo(Span<double> target)
    {
        target[0] = 1;
        target[1] = Math.Clamp((Similarity - 0.85) / 0.08, -5, 2);
        // The last steps towards 1 say more than the same steps lower down.
        target[2] = Math.Clamp((Similarity - 0.93) / 0.03, 0, 2.5);
        target[3] = Math.Clamp(Margin / 0.06, 0, 2);
        target[4] = (Math.Clamp(Overlap, 0, 1) - 0.6) / 0.25;
        target[5] = Math.Clamp(Unmatched, 0, 8) / 2.5;
        target[6] = Math.Clamp(RareUnmatched, 0, 3);
        target[7] = Math.Clamp(OrderDisagreement, 0, 1) * 2;
        target[8] = Math.Clamp(Math.Log2((1 + QueryWords) / 10.0), -3, 3);
        target[9] = Math.Clamp(Math.Abs(Math.Log2((1.0 + QueryWords) / (1.0 + EntryWords))), 0, 2);
        target[10] = Math.Clamp(NearMisses, 0, 3);
        target[11] = OnlyOneSideLonger ? 1 : 0;
    }

    /// <summary>The same words and some more on one side: a question that asks for something more special.</summary>
    private bool OnlyOneSideLonger => Unmatched > 0 && Math.Abs(QueryWords - EntryWords) >= Unmatched;
}
