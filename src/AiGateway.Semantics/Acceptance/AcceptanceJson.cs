using System.Text.Json.Serialization;

namespace AiGateway.Semantics.Acceptance;

/// <summary>Reads and writes <see cref="AcceptanceState"/> and <see cref="AcceptanceDelta"/> as JSON.</summary>
[JsonSerializable(typeof(AcceptanceState))]
[JsonSerializable(typeof(AcceptanceDelta))]
internal sealed partial class AcceptanceJson : JsonSerializerContext;
