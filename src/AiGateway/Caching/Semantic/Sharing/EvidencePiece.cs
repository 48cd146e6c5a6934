namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>Something that stands in a log of evidence.</summary>
/// <param name="Position">Where, or of a state: up to where it goes.</param>
/// <param name="Content">What; null where it cannot be read.</param>
internal readonly record struct EvidencePiece(string Position, byte[]? Content);
