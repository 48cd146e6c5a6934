using System.Text.Json.Serialization;

namespace AiGateway.Semantics.Acceptance;

/// <summary>What one node has seen since it last said so: a piece of the log that nodes share.</summary>
/// <param name="Hits">Would-be hits of each band.</param>
/// <param name="Served">Hits served.</param>
/// <param name="Checks">Checks and what came of them, in order.</param>
/// <param name="Begins">Whether the node, while it was alone, dropped all evidence because what was served had become wrong too often; what it counts here came afterwards.</param>
internal sealed record AcceptanceDelta(
    [property: JsonPropertyName("hits")] long[] Hits,
    [property: JsonPropertyName("served")] long Served,
    [property: JsonPropertyName("checks")] IReadOnlyList<CheckOutcome> Checks,
    [property: JsonPropertyName("begins")] bool Begins = false)
{
    /// <summary>Whether there is nothing in it to tell.</summary>
    internal bool IsEmpty => Served == 0 && Checks.Count == 0 && !Begins && Array.TrueForAll(Hits, static hits => hits == 0);

    /// <summary>Whether every number is one that a model could have written: a truncated or foreign value is not.</summary>
    internal bool IsSound() =>
        Hits is { } hits && hits.Length == RiskBands.Count && Array.TrueForAll(hits, static n => n >= 0) && Served >= 0
        && Checks is { } checks && checks.All(static check => check.Verdict.Features.IsFinite && check.Verdict.Risk is >= 0 and <= 1);
}
