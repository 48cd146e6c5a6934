namespace AiGateway.Semantics.Facts;

/// <summary>One token of a text.</summary>
/// <param name="Key">What equality means: the stem of a word, the value with its dimension of a number. Of dates the year, month and day packed, zero where not given.</param>
/// <param name="Entry">What the lexicon knows of the word; null for rare ones and for what is no word.</param>
/// <param name="Start">First character in the text.</param>
/// <param name="Length">In characters.</param>
/// <param name="Role">Of function words: which.</param>
/// <param name="Marker">Of content: the preposition or conjunction that governs it, <see cref="WordRole.None"/> for subjects, objects and verbs.</param>
internal readonly record struct FactToken(ulong Key, LexiconEntry? Entry, int Start, int Length, FactTokenKind Kind, WordRole Role, WordRole Marker, FactTraits Traits)
{
    public bool IsContent => Kind != FactTokenKind.Function;

    public bool IsValue => Kind >= FactTokenKind.Number;
}
