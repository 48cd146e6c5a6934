namespace AiGateway.Semantics.Embedding;

/// <summary>How an encoder's vectors, one per token, become one.</summary>
internal enum Pooling
{
    /// <summary>Their mean, special tokens included.</summary>
    Mean,

    /// <summary>That of the first token.</summary>
    Cls,
}
