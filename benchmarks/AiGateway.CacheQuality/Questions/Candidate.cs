namespace AiGateway.CacheQuality.Questions;

/// <summary>A cached text near a question.</summary>
/// <param name="Text">Which.</param>
/// <param name="Similarity">Cosine of the two vectors.</param>
internal readonly record struct Candidate(int Text, float Similarity);
