using AiGateway.Configuration;

namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>Vectors that nodes share, a set for each embedder and partition. Nothing here throws: null says that it could not be asked, or not in time.</summary>
internal interface IVectorSets
{
    /// <summary>The ids of the nearest vectors of a partition that have not expired.</summary>
    /// <param name="embedder">The embedder's fingerprint: vectors of two embedders never meet.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="vector">What is searched for, finite and not zero.</param>
    /// <param name="how">How thoroughly.</param>
    /// <param name="most">How many.</param>
    ValueTask<IReadOnlyList<UInt128>?> SearchAsync(UInt128 embedder, UInt128 partition, ReadOnlyMemory<float> vector, SemanticSearchModel how, int most);

    /// <summary>Adds a vector, in place of one with the same id. The ones of the alias that expire first go to make room.</summary>
    /// <param name="owner">Whose it is.</param>
    /// <param name="id">Where.</param>
    /// <param name="vector">The vector, finite and not zero.</param>
    /// <param name="expires">From when on it is not found.</param>
    /// <param name="most">Most vectors of the alias.</param>
    ValueTask<VectorsGone?> AddAsync(AcceptanceKey owner, VectorId id, ReadOnlyMemory<float> vector, DateTimeOffset expires, int most);

    /// <summary>Takes a vector out.</summary>
    ValueTask RemoveAsync(AcceptanceKey owner, VectorId id);

    /// <summary>Takes out some of those that have expired, unless another node does so: vectors have no lifetime of their own.</summary>
    ValueTask<VectorsGone?> SweepAsync(AcceptanceKey owner);
}
