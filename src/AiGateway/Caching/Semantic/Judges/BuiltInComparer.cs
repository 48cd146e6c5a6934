using AiGateway.Semantics.Acceptance;
using AiGateway.Semantics.Embedding;

namespace AiGateway.Caching.Semantic.Judges;

/// <summary>The judge in this process.</summary>
/// <param name="model">Tells sentences apart.</param>
internal sealed class BuiltInComparer(EmbeddingModel model) : IAnswerComparer
{
    private readonly AnswerJudge _judge = new(model);

    public bool Waits => false;

    public ValueTask<bool?> AgreeAsync(SemanticLook look, string kept, string live, CancellationToken cancellationToken) => new(_judge.Agree(kept, live));
}
