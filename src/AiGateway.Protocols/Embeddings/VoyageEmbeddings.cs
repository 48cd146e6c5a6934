namespace AiGateway.Protocols.Embeddings;

/// <summary>Voyage AI's. Source: <c>https://docs.voyageai.com/reference/embeddings-api</c>. Numbers are the default and have no name.</summary>
/// <remarks>The largest models take 120,000 tokens a call.</remarks>
public sealed class VoyageEmbeddings : OpenAIShapedEmbeddings
{
    private VoyageEmbeddings()
    {
    }

    /// <summary>The codec.</summary>
    public static VoyageEmbeddings Instance { get; } = new();

    /// <inheritdoc/>
    public override EmbeddingsForm Form => EmbeddingsForm.Voyage;

    /// <inheritdoc/>
    public override int MostInputs => 1000;

    /// <inheritdoc/>
    public override int MostCharacters => 360_000;

    private protected override string DimensionsName => "output_dimension";

    private protected override bool TakesFloatByName => false;

    private protected override string? InputTypeName => "input_type";

    private protected override string? TruncateName => "truncation";

    private protected override string? WriteInputType(string word) => word is "query" or "document" ? word : null;

    private protected override bool IsFamily(EmbeddingsForm source) => source == Form || source == EmbeddingsForm.OpenAI;
}
