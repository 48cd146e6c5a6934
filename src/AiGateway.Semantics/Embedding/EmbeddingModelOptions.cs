namespace AiGateway.Semantics.Embedding;

/// <summary>What may be chosen about a model besides its folder.</summary>
internal sealed record EmbeddingModelOptions
{
    /// <summary>The most tokens of a text that are read, special ones included; 0, the default, leaves it to the folder. Never more than the folder permits.</summary>
    public int MaxTokens { get; init; }

    /// <summary>Stands before every text, such as <c>"query: "</c> for e5 models; empty by default.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>What happens to a text of more tokens; it is cut by default.</summary>
    public OverLength OverLength { get; init; }

    /// <summary>The least share of a text's characters, from 0 to 1, that the vocabulary has to express; half by default. A text below is <see cref="EmbeddingOutcome.NotRepresentable"/>.</summary>
    public float MinimumCoverage { get; init; } = 0.5f;
}
