namespace AiGateway.Semantics.Embedding.Tokenizing;

/// <summary>What a character is to BERT's normaliser and pre-tokeniser.</summary>
internal enum CharacterClass
{
    /// <summary>Part of a word.</summary>
    Word,

    /// <summary>Ends a word and is none itself.</summary>
    WhiteSpace,

    /// <summary>A word of its own.</summary>
    Punctuation,

    /// <summary>A Chinese, Japanese or Korean ideograph: a word of its own where the folder asks for that.</summary>
    Ideograph,

    /// <summary>A control or format character, the null or the replacement character: left out where the folder asks for clean text.</summary>
    Control,
}
