namespace AiGateway.Protocols.Embeddings;

/// <summary>A provider's own form of embeddings.</summary>
public enum EmbeddingsForm
{
    /// <summary>OpenAI's <c>/v1/embeddings</c>, and Azure's.</summary>
    OpenAI,

    /// <summary>Cohere's <c>/v2/embed</c>.</summary>
    Cohere,

    /// <summary>Voyage AI.</summary>
    Voyage,

    /// <summary>Jina AI.</summary>
    Jina,

    /// <summary>Mistral.</summary>
    Mistral,

    /// <summary>vLLM: OpenAI's with base64 of its own.</summary>
    Vllm,

    /// <summary>Amazon Titan as the body of Bedrock's <c>invoke</c>.</summary>
    BedrockTitan,

    /// <summary>Cohere Embed as the body of Bedrock's <c>invoke</c>.</summary>
    BedrockCohere,

    /// <summary>Ollama's <c>/api/embed</c>.</summary>
    Ollama,

    /// <summary>Gemini's <c>batchEmbedContents</c>.</summary>
    Gemini,

    /// <summary>Vertex AI's <c>embedContent</c>: one input a call (Gemini models after the first).</summary>
    VertexContent,

    /// <summary>Vertex AI's <c>predict</c>: the older models.</summary>
    VertexPredict,
}
