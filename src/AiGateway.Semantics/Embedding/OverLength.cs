namespace AiGateway.Semantics.Embedding;

/// <summary>What happens to a text of more tokens than a model reads.</summary>
internal enum OverLength
{
    /// <summary>Its beginning is embedded.</summary>
    Cut,

    /// <summary>It is not embedded.</summary>
    Skip,
}
