namespace AiGateway.Caching.Semantic;

/// <summary>Two answers to be compared.</summary>
/// <param name="Look">The decision that they tell something about.</param>
/// <param name="Live">What the model said; null where it was no text.</param>
internal sealed record SemanticCheck(SemanticLook Look, string? Live);
