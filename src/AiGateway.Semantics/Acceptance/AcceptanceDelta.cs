using System.Text.Json.Serialization;

namespace AiGateway.Semantics.Acceptance;

/// <summary>What one node has seen since it last said so: other nodes' states take it in as if they had seen it themselves.</summary>
/// <param name="Hits">Would-be hits of each band.</param>
/// <param name="Served">Hits served.</param>
/// <param name="Checks">Checks and what came of them, in order.</param>
internal sealed record AcceptanceDelta(
    [property: JsonPropertyName("hits")] long[] Hits,
    [property: JsonPropertyName("served")] long Served,
    [property: JsonPropertyName("checks")] IReadOnlyList<CheckOutcome> Checks);
