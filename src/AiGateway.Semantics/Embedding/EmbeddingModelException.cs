namespace AiGateway.Semantics.Embedding;

/// <summary>A model's folder cannot be used. The message names the file, what is wrong with it and, where there is one, the way out; it is meant for whoever configured the folder.</summary>
public sealed class EmbeddingModelException : Exception
{
    public EmbeddingModelException()
    {
    }

    public EmbeddingModelException(string message)
        : base(message)
    {
    }

    public EmbeddingModelException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
