namespace AiGateway.Pipeline;

/// <summary>What the gateway asks itself for. A closed set.</summary>
internal enum OwnPurpose
{
    /// <summary>Vectors of questions, to find others that mean the same.</summary>
    Embedding,

    /// <summary>Whether a kept answer says what a live one says.</summary>
    CacheCheck,
}
