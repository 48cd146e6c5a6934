using System.Text.Json.Serialization;

namespace AiGateway.Forwarding;

/// <summary>Writes JSON strings without reflection.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class JsonStringContext : JsonSerializerContext;
