namespace AiGateway.Pipeline;

/// <summary>What looking for a question that means the same came to.</summary>
/// <param name="Result">What came of it.</param>
internal sealed record SemanticFigures(SemanticResult Result)
{
    /// <summary>How near the nearest question was, -1 to 1; null where there was none.</summary>
    public float? Similarity { get; init; }

    /// <summary>The estimated chance that its answer is wrong, 0 to 1; null where it was not estimated.</summary>
    public double? Risk { get; init; }

    /// <summary>The upper confidence limit of the share of wrong answers among those that are trusted, 0 to 1; 1 while none are. Null where nothing was decided.</summary>
    public double? Limit { get; init; }

    /// <summary>The fact that differs, in printable ASCII: its kind, and where the same caller asked both questions the two values; null where none does.</summary>
    public string? Veto { get; init; }
}
