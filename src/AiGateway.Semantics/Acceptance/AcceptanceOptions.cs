namespace AiGateway.Semantics.Acceptance;

/// <summary>What a rule says about wrong hits and about what checks may cost.</summary>
internal sealed record AcceptanceOptions
{
    /// <summary>The share of served hits that may be wrong, above 0 and at most 0.25.</summary>
    internal double MaxWrongHits { get; init; } = 0.02;

    /// <summary>The budget: at most this share of trusted hits is checked, however unsure the model is; more only while a drift is suspected. At least 0.02.</summary>
    internal double MaxCheckShare { get; init; } = 0.25;

    internal JudgeError Judge { get; init; } = JudgeError.None;
}
