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
}
