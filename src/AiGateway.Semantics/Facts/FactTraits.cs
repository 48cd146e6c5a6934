namespace AiGateway.Semantics.Facts;

/// <summary>What else is known of a token.</summary>
[Flags]
internal enum FactTraits : byte
{
    None = 0,

    /// <summary>Written with a capital where grammar asks for none.</summary>
    Capital = 1,

    /// <summary>A participle with <c>by</c>: the word before it is acted on, the word behind <c>by</c> acts.</summary>
    Passive = 2,

    /// <summary>Owner of what follows (<c>India's economy</c>).</summary>
    Genitive = 4,

    /// <summary>All letters are capitals.</summary>
    Acronym = 8,

    /// <summary>A list of related names or numbers knows it, so a letter less or more is another name and not a slip.</summary>
    Known = 16,

    /// <summary>The word directly before it belongs to the same run of content words: nothing separates the two.</summary>
    Joined = 32,
}
