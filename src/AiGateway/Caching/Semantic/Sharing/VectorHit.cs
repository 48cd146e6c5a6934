namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>A vector near to the one that is searched for.</summary>
/// <param name="Id">Its name in its partition.</param>
/// <param name="Similarity">The cosine of the angle between both, -1 to 1, off by 0.005 at most: vectors are kept in 8 bits.</param>
internal readonly record struct VectorHit(UInt128 Id, float Similarity);
