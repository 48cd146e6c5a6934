using AiGateway.Protocols.Embeddings;

namespace AiGateway.Configuration;

/// <summary>The form of embeddings that a provider's models speak whose name has <paramref name="Part"/> in it.</summary>
/// <param name="Part">A part of the model's name; empty for every model.</param>
/// <param name="Form">The form.</param>
internal readonly record struct EmbeddingsFormOfModel(string Part, EmbeddingsForm Form);
