namespace AiGateway.Protocols.Embeddings;

/// <summary>vLLM's copy of OpenAI's. Source: <c>https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html</c>.</summary>
/// <remarks>Some versions answer base64 of 64-bit floats: numbers are asked for, whatever the caller wants, and base64 is read either way.</remarks>
public sealed class VllmEmbeddings : OpenAIShapedEmbeddings
{
    private VllmEmbeddings()
    {
    }

    /// <summary>The codec.</summary>
    public static VllmEmbeddings Instance { get; } = new();

    /// <inheritdoc/>
    public override EmbeddingsForm Form => EmbeddingsForm.Vllm;

    /// <inheritdoc/>
    public override int MostInputs => int.MaxValue;

    private protected override bool TakesTokens => true;

    private protected override bool TakesUser => true;

    private protected override bool MaySend64Bit => true;

    private protected override bool IsFamily(EmbeddingsForm source) => source is EmbeddingsForm.Vllm or EmbeddingsForm.OpenAI;
}
