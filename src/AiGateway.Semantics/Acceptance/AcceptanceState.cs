using System.Text.Json.Serialization;

namespace AiGateway.Semantics.Acceptance;

/// <summary>All that an <see cref="AcceptanceModel"/> has learnt, to be kept over a restart, and for nodes that come. Plain numbers; no text.</summary>
/// <remarks>Of one (embedder, alias): whoever stores it keys it by both. It depends on the bound only in what it spends of the 5 %.</remarks>
internal sealed record AcceptanceState
{
    internal const int CurrentVersion = 2;

    /// <summary>Of the features and bands; a state of another version is of no use.</summary>
    [JsonPropertyName("version")]
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The bound that the evidence was judged by; under another one it starts anew, the scorer does not.</summary>
    [JsonPropertyName("bound")]
    public double Bound { get; init; }

    [JsonPropertyName("weights")]
    public double[] Weights { get; init; } = [];

    /// <summary>Row by row.</summary>
    [JsonPropertyName("covariance")]
    public double[] Covariance { get; init; } = [];

    /// <summary>Hits, checks and wrong ones of the older stretch, one band after the other.</summary>
    [JsonPropertyName("older")]
    public long[] Older { get; init; } = [];

    /// <summary>The same of the newer stretch.</summary>
    [JsonPropertyName("newer")]
    public long[] Newer { get; init; } = [];

    [JsonPropertyName("drift")]
    public double[] Drift { get; init; } = [];

    /// <summary>Which candidates have passed.</summary>
    [JsonPropertyName("passed")]
    public bool[] Passed { get; init; } = [];

    [JsonPropertyName("beginnings")]
    public int Beginnings { get; init; } = 1;

    /// <summary>Hits served since evidence began.</summary>
    [JsonPropertyName("served")]
    public long Served { get; init; }

    /// <summary>Whether every number is one that a model could have written: a truncated or foreign value is not.</summary>
    internal bool IsSound() =>
        Version == CurrentVersion && Bound is > 0 and <= 1 && Beginnings >= 1 && Served >= 0
        && Weights.Length == HitFeatures.Dimension && Covariance.Length == HitFeatures.Dimension * HitFeatures.Dimension
        && Array.TrueForAll(Weights, double.IsFinite) && Array.TrueForAll(Covariance, double.IsFinite)
        && Drift.Length == DriftDetector.Alternatives && Array.TrueForAll(Drift, d => double.IsFinite(d) && d >= 0)
        && BandEvidence.IsSound(Older) && BandEvidence.IsSound(Newer);
}
