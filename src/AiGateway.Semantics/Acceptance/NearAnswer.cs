namespace AiGateway.Semantics.Acceptance;

/// <summary>An entry near a question, by what tells how sure it is.</summary>
/// <param name="Similarity">Cosine of the two vectors, -1 to 1.</param>
/// <param name="Answer">Stands for its answer: entries that a check has found to have the same one have the same number.</param>
internal readonly record struct NearAnswer(float Similarity, UInt128 Answer)
{
    /// <summary>How far the rival of an entry is behind it: the nearest entry that is not known to have the same answer.</summary>
    /// <remarks>
    /// Other ways to ask the same lie as near as the entry itself and say nothing against it. What speaks against it is a question
    /// near by that is answered otherwise.
    /// </remarks>
    /// <param name="near">The entries, nearest first.</param>
    /// <param name="entry">Which of them.</param>
    /// <returns>The difference of the similarities, negative where the rival is nearer; 1 where none is among them.</returns>
    internal static float MarginOf(ReadOnlySpan<NearAnswer> near, int entry)
    {
        foreach (var other in near)
            if (other.Answer != near[entry].Answer)
                return near[entry].Similarity - other.Similarity;
        return 1;
    }
}
