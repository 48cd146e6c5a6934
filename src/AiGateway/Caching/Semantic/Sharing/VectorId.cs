namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>Where a question's vector lies among those of its embedder.</summary>
/// <param name="Partition">What it may be compared with.</param>
/// <param name="Id">Its name there.</param>
internal readonly record struct VectorId(UInt128 Partition, UInt128 Id);
