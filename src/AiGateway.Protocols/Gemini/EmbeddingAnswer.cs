namespace AiGateway.Protocols.Gemini;

/// <summary>Embeddings, in no provider's dialect.</summary>
public sealed class EmbeddingAnswer
{
    /// <summary>The vectors, in the order of the inputs.</summary>
    public List<float[]> Vectors { get; } = [];

    /// <summary>The model that answered; empty when the provider does not say.</summary>
    public string Model { get; set; } = "";

    /// <summary>Input tokens; null when the provider does not say, as the Gemini API did not for its first models.</summary>
    public long? InputTokens { get; set; }
}
