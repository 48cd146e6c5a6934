using AiGateway.Pipeline;
using AiGateway.Semantics.Acceptance;

namespace AiGateway.Caching.Semantic;

/// <summary>A look for a question that means the same, with what is needed to learn from what comes of the request.</summary>
/// <param name="Figures">What came of it.</param>
internal sealed record SemanticLook(SemanticFigures Figures)
{
    /// <summary>Where was looked; null where there is no vector: then nothing can be learnt either.</summary>
    public SemanticAlias? Alias { get; init; }

    /// <summary>What is asked, as it will be kept.</summary>
    public SemanticEntry? Asked { get; init; }

    /// <summary>Its vector.</summary>
    public float[] Vector { get; init; } = [];

    /// <summary>On whose behalf answers are compared, where somebody is asked for it; else null.</summary>
    public OwnCall? Caused { get; init; }

    /// <summary>The question that it was compared with and decided upon; null where it came to none.</summary>
    public SemanticEntry? Found { get; init; }

    /// <summary>That question's answer.</summary>
    public StoredAnswer? Answer { get; init; }

    /// <summary>What was decided.</summary>
    public AcceptanceVerdict Verdict { get; init; }

    /// <summary>Whether the live answer is to be compared with the kept one. On trial whatever would have been served as well: the live answer is there for nothing.</summary>
    public bool IsToBeJudged => Found is not null && Figures.Result is SemanticResult.Checked or SemanticResult.WouldServe;
}
