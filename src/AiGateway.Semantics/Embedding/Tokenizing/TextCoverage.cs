namespace AiGateway.Semantics.Embedding.Tokenizing;

/// <summary>How much of a text a vocabulary can express: what tells a question that the model knows from one in a script that it only spells, letter by letter.</summary>
/// <param name="Characters">Characters in words; white space and punctuation are not counted.</param>
/// <param name="Lost">Those of them in words unknown to the vocabulary, or in pieces of a single letter.</param>
/// <param name="IsCut">Whether the text had more tokens than were asked for. The two counts then speak of its beginning.</param>
internal readonly record struct TextCoverage(int Characters, int Lost, bool IsCut)
{
    /// <summary>The share of characters that the model can make something of, from 0 to 1; 0 for a text without words.</summary>
    public float Share => Characters == 0 ? 0 : (float)(Characters - Lost) / Characters;
}
