using AiGateway.Pipeline;
using AiGateway.Semantics.Embedding;

namespace AiGateway.Caching.Semantic.Embedders;

/// <summary>Turns questions into vectors: a model in this process, or an alias of the gateway's.</summary>
internal interface IQuestionEmbedder
{
    /// <summary>Tells it from any other: vectors of different fingerprints are not to be compared.</summary>
    UInt128 Fingerprint { get; }

    /// <summary>Numbers per vector.</summary>
    int Dimensions { get; }

    /// <summary>Embeds a question.</summary>
    /// <param name="exchange">Whose question it is.</param>
    /// <param name="text">The question.</param>
    /// <param name="vector">Where the vector goes: <see cref="Dimensions"/> numbers.</param>
    /// <param name="cancellationToken">The caller hung up.</param>
    /// <returns>Whether there is one, of unit length, or why not.</returns>
    ValueTask<EmbeddingOutcome> TryEmbedAsync(Exchange exchange, string text, Memory<float> vector, CancellationToken cancellationToken);
}
