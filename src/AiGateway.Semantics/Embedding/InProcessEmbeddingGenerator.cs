using Microsoft.Extensions.AI;

namespace AiGateway.Semantics.Embedding;

/// <summary>A model behind the platform's abstraction. Disposing of it stops nothing: the threads are shared.</summary>
internal sealed class InProcessEmbeddingGenerator(EmbeddingModel model, EmbeddingThreads threads) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new("in-process", defaultModelId: model.Name, defaultModelDimensions: model.Dimensions);

    /// <summary>Embeds texts one after the other.</summary>
    /// <exception cref="NotEmbeddedException">One of them has no vector.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        foreach (var value in values)
        {
            var vector = new float[model.Dimensions];
            var outcome = await threads.TryEmbedAsync(model, value, vector, cancellationToken);
            if (outcome != EmbeddingOutcome.Embedded)
            {
                throw new NotEmbeddedException(outcome);
            }
            embeddings.Add(new Embedding<float>(vector) { ModelId = model.Name });
        }
        return embeddings;
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        if (serviceKey is not null)
        {
            return null;
        }
        return serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(model) ? model
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
    }
}
