namespace AiGateway.Protocols.Embeddings;

/// <summary>OpenAI's and Azure's. Source: <c>https://platform.openai.com/docs/api-reference/embeddings/create</c>.</summary>
public sealed class OpenAIEmbeddings : OpenAIShapedEmbeddings
{
    private OpenAIEmbeddings()
    {
    }

    /// <summary>The codec.</summary>
    public static OpenAIEmbeddings Instance { get; } = new();

    /// <inheritdoc/>
    public override EmbeddingsForm Form => EmbeddingsForm.OpenAI;

    /// <inheritdoc/>
    public override int MostInputs => 2048;

    private protected override bool TakesTokens => true;

    private protected override bool TakesUser => true;
}
