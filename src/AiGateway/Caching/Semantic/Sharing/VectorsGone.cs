namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>What a change of an alias's vectors came to.</summary>
/// <param name="Count">How many vectors the alias has now.</param>
/// <param name="Gone">Those that went.</param>
internal sealed record VectorsGone(long Count, IReadOnlyList<VectorId> Gone);
