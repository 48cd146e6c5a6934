using AiGateway.Caching.Levels;
using AiGateway.Caching.Semantic.Embedders;
using AiGateway.Configuration;

namespace AiGateway.Caching.Semantic.Sharing;

/// <summary>Makes the index of an alias: in memory, or shared where the rule says so.</summary>
/// <param name="sets">Vectors that nodes share; null where there are none.</param>
/// <param name="level">Where nodes share answers; null where they do not.</param>
/// <param name="purges">What was purged.</param>
/// <param name="clock">The clock.</param>
/// <param name="metrics">Counts what goes.</param>
internal sealed class SemanticIndexes(IVectorSets? sets, ISharedLevel? level, PurgeTable purges, TimeProvider clock, SemanticMetrics metrics)
{
    /// <summary>Whether indexes can be shared. The section that says so takes a restart.</summary>
    public bool CanShare => sets is not null && level is not null;

    /// <summary>The index of an alias.</summary>
    public ISemanticIndex Make(string alias, SemanticCacheModel rule, IQuestionEmbedder embedder) => rule.IsShared && sets is not null && level is not null
        ? new SharedIndex(new AcceptanceKey(alias, embedder.Fingerprint), rule, sets, level, purges, clock, metrics)
        : new SemanticIndex(embedder.Fingerprint, embedder.Dimensions, rule.MaxEntries);
}
