namespace AiGateway.Protocols.Embeddings;

/// <summary>Jina AI's. Source: <c>https://api.jina.ai/redoc</c>. What the vectors are for is a <c>task</c>.</summary>
public sealed class JinaEmbeddings : OpenAIShapedEmbeddings
{
    private JinaEmbeddings()
    {
    }

    /// <summary>The codec.</summary>
    public static JinaEmbeddings Instance { get; } = new();

    /// <inheritdoc/>
    public override EmbeddingsForm Form => EmbeddingsForm.Jina;

    /// <inheritdoc/>
    public override int MostInputs => 512;

    private protected override string? EncodingName => "embedding_type";

    private protected override string? InputTypeName => "task";

    private protected override string? TruncateName => "truncate";

    private protected override bool TakesImages => true;

    private protected override string? WriteInputType(string word) => word switch
    {
        "query" => "retrieval.query",
        "document" => "retrieval.passage",
        "similarity" => "text-matching",
        "clustering" => "separation",
        "image" => null,
        _ => word,
    };

    private protected override bool IsFamily(EmbeddingsForm source) => source == Form || source == EmbeddingsForm.OpenAI;
}
