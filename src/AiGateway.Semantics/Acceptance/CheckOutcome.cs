using System.Text.Json.Serialization;

namespace AiGateway.Semantics.Acceptance;

/// <summary>One check.</summary>
/// <param name="Verdict">How the hit was decided.</param>
/// <param name="Wrong">Whether the cached answer was judged wrong.</param>
internal readonly record struct CheckOutcome(
    [property: JsonPropertyName("verdict")] AcceptanceVerdict Verdict,
    [property: JsonPropertyName("wrong")] bool Wrong);
