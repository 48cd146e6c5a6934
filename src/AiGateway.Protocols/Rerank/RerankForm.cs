namespace AiGateway.Protocols.Rerank;

/// <summary>A provider's own form of reranking.</summary>
public enum RerankForm
{
    /// <summary>Cohere's <c>/v2/rerank</c> and <c>/v1/rerank</c>: what our callers speak.</summary>
    Cohere,

    /// <summary>Voyage AI.</summary>
    Voyage,

    /// <summary>Jina AI, and servers that copy it (vLLM).</summary>
    Jina,

    /// <summary>Bedrock's agent runtime, <c>/rerank</c>.</summary>
    Bedrock,

    /// <summary>The body of Bedrock's <c>invoke</c> for its rerank models.</summary>
    BedrockInvoke,
}
