using AiGateway.Semantics.Facts;

namespace AiGateway.Semantics.Acceptance;

/// <summary>A sentence of an answer, an entry of a list, or a block of code.</summary>
/// <param name="Text">As it stands, without marks of lists and headings.</param>
/// <param name="Facts">Its facts.</param>
/// <param name="Vector">Its meaning, of unit length; empty where it has none that the model could tell.</param>
internal sealed record AnswerPiece(string Text, TextFacts Facts, float[] Vector)
{
    /// <summary>How much it says: its words with content, one at least.</summary>
    public int Weight { get; } = Math.Max(1, Facts.ContentCount);
}
