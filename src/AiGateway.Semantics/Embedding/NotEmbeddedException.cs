namespace AiGateway.Semantics.Embedding;

/// <summary>An embedding generator has no vector for a text; <see cref="Outcome"/> says why. To a cache it is a miss.</summary>
public sealed class NotEmbeddedException : Exception
{
    public NotEmbeddedException()
    {
    }

    public NotEmbeddedException(string message)
        : base(message)
    {
    }

    public NotEmbeddedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal NotEmbeddedException(EmbeddingOutcome outcome)
        : base($"There is no vector for the text: {outcome}.") => Outcome = outcome;

    /// <summary>Why not; never <see cref="EmbeddingOutcome.Embedded"/>.</summary>
    internal EmbeddingOutcome Outcome { get; } = EmbeddingOutcome.Failed;
}
