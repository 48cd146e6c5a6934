namespace AiGateway.Semantics.Embedding.Tokenizing;

/// <summary>What a folder's <c>BertNormalizer</c> does to text.</summary>
/// <param name="CleanText">Control characters are left out.</param>
/// <param name="SeparateIdeographs">Each ideograph is a word.</param>
/// <param name="StripAccents">Characters are decomposed, and marks without room of their own left out.</param>
/// <param name="LowerCase">Letters become small.</param>
internal sealed record BertNormalizerRules(bool CleanText, bool SeparateIdeographs, bool StripAccents, bool LowerCase);
