namespace AiGateway.Semantics.Facts;

/// <summary>What a token of a text is.</summary>
internal enum FactTokenKind : byte
{
    /// <summary>Grammar: articles, prepositions, auxiliaries, question words, negations, fillers, and signs that separate.</summary>
    Function,

    /// <summary>A frequent word with content.</summary>
    Word,

    /// <summary>A name, or a word so rare that it is likely to be one.</summary>
    Name,

    /// <summary>Letters with digits or signs: versions, models, identifiers, file names, addresses.</summary>
    Technical,

    /// <summary>A sign that stands for itself: operators, symbols, emoji.</summary>
    Symbol,

    /// <summary>Code between backticks.</summary>
    Code,

    Number,
    Quantity,
    Money,
    Percentage,
    Date,
    Time,
}
