using AiGateway.Pipeline;
using AiGateway.Semantics.Embedding;

namespace AiGateway.Caching.Semantic.Embedders;

/// <summary>Embeds by a model in this process, on threads of its own.</summary>
internal sealed class InProcessEmbedder(EmbeddingModel model, EmbeddingThreads threads) : IQuestionEmbedder
{
    public UInt128 Fingerprint => model.Fingerprint;

    public int Dimensions => model.Dimensions;

    public ValueTask<EmbeddingOutcome> TryEmbedAsync(Exchange exchange, string text, Memory<float> vector, CancellationToken cancellationToken) =>
        new(threads.TryEmbedAsync(model, text, vector, cancellationToken));
}
