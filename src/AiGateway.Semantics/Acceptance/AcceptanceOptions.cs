namespace AiGateway.Semantics.Acceptance;

/// <summary>What a rule says about wrong hits and about what checks may cost.</summary>
internal sealed record AcceptanceOptions
{
    /// <summary>The share of served hits that may be wrong, above 0 and at most 0.25.</summary>
    internal double MaxWrongHits { get; init; } = 0.02;

    /// <summary>The chance that the upper limit ever fails while the world stands still.</summary>
    internal double Alpha { get; init; } = 0.05;

    /// <summary>The share of trusted hits that is checked however sure the model is: what notices a drift.</summary>
    internal double MinCheckShare { get; init; } = 0.02;

    /// <summary>The budget: at most this share of trusted hits is checked, however unsure the model is.</summary>
    internal double MaxCheckShare { get; init; } = 0.25;

    /// <summary>
    /// The share of would-be hits that are not trusted that is judged. They cost no extra call, because the model is asked anyway;
    /// below 1 only where the judge itself costs money.
    /// </summary>
    internal double LearningShare { get; init; } = 1;

    internal JudgeError Judge { get; init; } = JudgeError.None;
}
