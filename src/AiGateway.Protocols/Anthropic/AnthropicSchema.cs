using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Fits a JSON schema to what Anthropic's structured outputs take (https://platform.claude.com/docs/en/build-with-claude/structured-outputs).</summary>
/// <remarks>
/// Every object must say <c>additionalProperties: false</c>; bounds of numbers, lengths and counts are refused. The first is
/// added, the latter are left out, as the official SDKs do. Objects that are open on purpose, and references to themselves, cannot be said.
/// </remarks>
internal static class AnthropicSchema
{
    /// <summary>The schema as it can be sent.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="changed">True when bounds were left out or objects closed.</param>
    /// <returns>Absent when it cannot be said.</returns>
    public static JsonValue Fit(JsonValue schema, out bool changed)
    {
        changed = false;
        using var document = schema.Open();
        if (document.RootElement.ValueKind != JsonValueKind.Object || document.RootElement.Member("$ref"u8).ValueKind != JsonValueKind.Undefined)
            return default;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            if (!Write(document.RootElement, writer, ref changed))
                return default;
        }
        if (!changed)
            return schema;
        using var fitted = JsonDocument.Parse(buffer.WrittenMemory);
        return JsonValue.Of(fitted.RootElement);
    }

    /// <summary>Whether the schema's root is an object, as a tool's has to be.</summary>
    public static bool IsObject(JsonValue schema)
    {
        using var document = schema.Open();
        var root = document.RootElement;
        return root.ValueKind == JsonValueKind.Object && (root.Member("type"u8).TextOrNull() == "object" || root.Member("properties"u8).ValueKind == JsonValueKind.Object);
    }

    private static bool Write(JsonElement schema, Utf8JsonWriter writer, ref bool changed)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            schema.WriteTo(writer);
            return true;
        }
        var isObject = schema.Member("type"u8).TextOrNull() == "object" || schema.Member("properties"u8).ValueKind == JsonValueKind.Object;
        var closed = false;
        writer.WriteStartObject();
        foreach (var member in schema.EnumerateObject())
        {
            switch (member.Name)
            {
                case "additionalProperties":
                    if (member.Value.ValueKind != JsonValueKind.False)
                        return false;
                    closed = true;
                    writer.WriteBoolean(member.Name, false);
                    break;
                case "$ref" when member.Value.TextOrNull() == "#":
                case "patternProperties":
                    return false;
                case "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" or "minLength" or "maxLength"
                    or "maxItems" or "uniqueItems" or "minProperties" or "maxProperties":
                case "minItems" when member.Value.ValueKind != JsonValueKind.Number || !member.Value.TryGetInt32(out var least) || least > 1:
                    changed = true;
                    break;
                case "properties" or "$defs" or "definitions" when member.Value.ValueKind == JsonValueKind.Object:
                    writer.WriteStartObject(member.Name);
                    foreach (var inner in member.Value.EnumerateObject())
                    {
                        writer.WritePropertyName(inner.Name);
                        if (!Write(inner.Value, writer, ref changed))
                            return false;
                    }
                    writer.WriteEndObject();
                    break;
                case "items" or "not":
                    writer.WritePropertyName(member.Name);
                    if (!Write(member.Value, writer, ref changed))
                        return false;
                    break;
                case "anyOf" or "allOf" or "oneOf" when member.Value.ValueKind == JsonValueKind.Array:
                    writer.WriteStartArray(member.Name);
                    foreach (var inner in member.Value.EnumerateArray())
                    {
                        if (!Write(inner, writer, ref changed))
                            return false;
                    }
                    writer.WriteEndArray();
                    break;
                default:
                    member.WriteTo(writer);
                    break;
            }
        }
        if (isObject && !closed)
        {
            changed = true;
            writer.WriteBoolean("additionalProperties"u8, false);
        }
        writer.WriteEndObject();
        return true;
    }
}
