using AiGateway.Semantics.Index;

namespace AiGateway.Caching.Semantic;

/// <summary>A question near to the one that is asked.</summary>
/// <param name="Entry">The question.</param>
/// <param name="Similarity">The cosine of the angle between both vectors, -1 to 1.</param>
/// <param name="Place">Where it lies in this process's memory, if it does.</param>
internal readonly record struct NearQuestion(SemanticEntry Entry, float Similarity, Neighbour Place = default)
{
    /// <summary>Says that it was of use: it is spared when room is next made.</summary>
    public void MarkUsed()
    {
        Place.MarkUsed();
        Entry.IsUsed = true;
    }
}
