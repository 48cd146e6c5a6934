namespace AiGateway.Pipeline;

/// <summary>Whose layout a caller uses, where an operation has several: vectors, reranking, counting tokens.</summary>
internal enum CallerForm
{
    /// <summary>OpenAI's, for reranking what has become usual beside it, for counting tokens Anthropic's.</summary>
    OpenAI,

    /// <summary>Cohere's own v2: <c>/v2/embed</c>, <c>/v2/rerank</c>.</summary>
    Cohere,

    /// <summary>Gemini's: <c>models/{model}:embedContent</c>, <c>:batchEmbedContents</c>, <c>:countTokens</c>.</summary>
    Gemini,
}
