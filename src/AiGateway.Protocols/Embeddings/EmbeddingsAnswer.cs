namespace AiGateway.Protocols.Embeddings;

/// <summary>Vectors, in no provider's form.</summary>
public sealed class EmbeddingsAnswer
{
    /// <summary>The provider's id; null when it gave none.</summary>
    public string? Id { get; set; }

    /// <summary>The model that answered, as the provider names it; empty when it does not say.</summary>
    public string Model { get; set; } = "";

    /// <summary>The vectors in the order of the inputs. Providers compute with 32 bits or fewer: more is not kept.</summary>
    public List<float[]> Vectors { get; } = [];

    /// <summary>What it consumed; null when the body does not say (Bedrock's Cohere says it in the header <c>x-amzn-bedrock-input-token-count</c>).</summary>
    public Usage? Usage { get; set; }
}
