using AiGateway.Configuration;
using AiGateway.Semantics.Acceptance;
using AiGateway.Semantics.Embedding;

namespace AiGateway.Caching.Semantic;

/// <summary>What an alias that compares questions works with.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Rule">What the configuration says.</param>
/// <param name="Model">Makes vectors.</param>
/// <param name="Index">The questions.</param>
/// <param name="Acceptance">Decides.</param>
internal sealed record SemanticAlias(string Name, SemanticCacheModel Rule, EmbeddingModel Model, ISemanticIndex Index, AcceptanceModel Acceptance)
{
    /// <summary>Compares answers.</summary>
    public AnswerJudge Judge { get; } = new(Model);
}
