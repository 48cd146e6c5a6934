namespace AiGateway.Semantics.Facts;

/// <summary>The script of a text's letters.</summary>
internal enum Script : byte
{
    /// <summary>No letters.</summary>
    None,
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Indic,
    Thai,
    Han,
    Kana,
    Hangul,
    Other,
}
