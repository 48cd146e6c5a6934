namespace AiGateway.Pipeline;

/// <summary>Whose layout a caller uses for vectors and reranking.</summary>
internal enum CallerForm
{
    /// <summary>OpenAI's, and for reranking what has become usual beside it.</summary>
    OpenAI,

    /// <summary>Cohere's own v2: <c>/v2/embed</c>, <c>/v2/rerank</c>.</summary>
    Cohere,

    /// <summary>Gemini's: <c>models/{model}:embedContent</c>, <c>:batchEmbedContents</c>.</summary>
    Gemini,
}
