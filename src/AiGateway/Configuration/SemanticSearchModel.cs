namespace AiGateway.Configuration;

/// <summary>How thoroughly a shared index is searched, resolved.</summary>
/// <param name="Effort">How many candidates are looked at; null for Redis' own choice.</param>
/// <param name="IsExact">Whether every vector is compared.</param>
internal sealed record SemanticSearchModel(int? Effort, bool IsExact)
{
    /// <summary>What an empty section means.</summary>
    public static readonly SemanticSearchModel Default = new(null, IsExact: false);
}
