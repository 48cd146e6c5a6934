namespace AiGateway.Protocols.Rerank;

/// <summary>Documents in order, the best first.</summary>
public sealed class RerankAnswer
{
    /// <summary>The provider's id; null when it gave none.</summary>
    public string? Id { get; set; }

    /// <summary>The model that answered; empty when the provider does not say.</summary>
    public string Model { get; set; } = "";

    /// <summary>The results as the provider ordered them.</summary>
    public List<RerankResult> Results { get; } = [];

    /// <summary>What it consumed, in search units (Cohere) or tokens (Voyage, Jina); null when the provider does not say (Bedrock).</summary>
    public Usage? Usage { get; set; }
}

/// <summary>One result.</summary>
/// <param name="Index">The document's number in the request, from 0.</param>
/// <param name="Score">How relevant it is; 0 to 1 with most models, but each has a scale of its own.</param>
public sealed record RerankResult(int Index, double Score);
