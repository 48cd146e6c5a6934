namespace AiGateway.Protocols.Embeddings;

/// <summary>Mistral's. Source: <c>https://docs.mistral.ai/api/endpoint/embeddings</c>. Numbers are asked for, whatever the caller wants: base64 is made here.</summary>
/// <remarks>The provider bounds the tokens of a call (16,384) and not its inputs.</remarks>
public sealed class MistralEmbeddings : OpenAIShapedEmbeddings
{
    private MistralEmbeddings()
    {
    }

    /// <summary>The codec.</summary>
    public static MistralEmbeddings Instance { get; } = new();

    /// <inheritdoc/>
    public override EmbeddingsForm Form => EmbeddingsForm.Mistral;

    /// <inheritdoc/>
    public override int MostInputs => 512;

    /// <inheritdoc/>
    public override int MostCharacters => 48_000;

    private protected override string DimensionsName => "output_dimension";

    private protected override string? EncodingName => null;

    private protected override bool IsFamily(EmbeddingsForm source) => source == Form || source == EmbeddingsForm.OpenAI;
}
