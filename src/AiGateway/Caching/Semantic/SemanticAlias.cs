using AiGateway.Caching.Semantic.Embedders;
using AiGateway.Configuration;
using AiGateway.Semantics.Acceptance;

namespace AiGateway.Caching.Semantic;

/// <summary>What an alias that compares questions works with.</summary>
/// <param name="Name">Its name in the configuration.</param>
/// <param name="Rule">What the configuration says.</param>
/// <param name="Embedder">Makes vectors.</param>
/// <param name="Index">The questions.</param>
/// <param name="Acceptance">Decides.</param>
/// <param name="Judge">Compares answers.</param>
internal sealed record SemanticAlias(string Name, SemanticCacheModel Rule, IQuestionEmbedder Embedder, SemanticIndex Index, AcceptanceModel Acceptance, AnswerJudge Judge);
