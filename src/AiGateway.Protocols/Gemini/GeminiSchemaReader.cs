using System.Buffers;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Makes a JSON schema of Gemini's <c>Schema</c>, a selection of OpenAPI 3.0's (https://ai.google.dev/api/caching#Schema).</summary>
internal static class GeminiSchemaReader
{
    public static JsonValue ToJsonSchema(JsonValue schema)
    {
        using var document = schema.Open();
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            Write(document.RootElement, writer);
        using var written = JsonDocument.Parse(buffer.WrittenMemory);
        return JsonValue.Of(written.RootElement);
    }

    private static void Write(JsonElement schema, Utf8JsonWriter writer)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            schema.WriteTo(writer);
            return;
        }
        var nullable = GeminiNames.Find(schema, "nullable").ValueKind == JsonValueKind.True;
        writer.WriteStartObject();
        foreach (var member in schema.EnumerateObject())
        {
            switch (Name(member.Name))
            {
                case "nullable" or "propertyOrdering":
                    break;
                case "type" when member.Value.ValueKind == JsonValueKind.String:
                    WriteType(member.Value.GetString()!.ToLowerInvariant(), nullable, writer);
                    break;
                case "properties" or "$defs" when member.Value.ValueKind == JsonValueKind.Object:
                    writer.WriteStartObject(member.Name);
                    foreach (var property in member.Value.EnumerateObject())
                    {
                        writer.WritePropertyName(property.Name);
                        Write(property.Value, writer);
                    }
                    writer.WriteEndObject();
                    break;
                case "items" or "additionalProperties":
                    writer.WritePropertyName(Name(member.Name));
                    Write(member.Value, writer);
                    break;
                case "anyOf" when member.Value.ValueKind == JsonValueKind.Array:
                    WriteAnyOf(member.Value, nullable, writer);
                    break;
                case "enum" when nullable && member.Value.ValueKind == JsonValueKind.Array:
                    WriteEnum(member.Value, writer);
                    break;
                case "example":
                    writer.WriteStartArray("examples");
                    member.Value.WriteTo(writer);
                    writer.WriteEndArray();
                    break;
                case "format" when member.Value.ValueKind == JsonValueKind.String && member.Value.ValueEquals("enum"u8):
                    break;
                case "minItems" or "maxItems" or "minLength" or "maxLength" or "minProperties" or "maxProperties" when GeminiJson.TryLong(member.Value, out var bound):
                    // Google's JSON writes 64-bit numbers as strings.
                    writer.WriteNumber(Name(member.Name), bound);
                    break;
                default:
                    writer.WritePropertyName(Name(member.Name));
                    member.Value.WriteTo(writer);
                    break;
            }
        }
        writer.WriteEndObject();
    }

    private static string Name(string name) => name switch
    {
        "any_of" => "anyOf",
        "min_items" => "minItems",
        "max_items" => "maxItems",
        "min_length" => "minLength",
        "max_length" => "maxLength",
        "min_properties" => "minProperties",
        "max_properties" => "maxProperties",
        "property_ordering" => "propertyOrdering",
        "additional_properties" => "additionalProperties",
        "ref" => "$ref",
        "defs" => "$defs",
        _ => name,
    };

    private static void WriteType(string type, bool nullable, Utf8JsonWriter writer)
    {
        if (type is "type_unspecified")
            return;
        if (!nullable)
        {
            writer.WriteString("type", type);
            return;
        }
        writer.WriteStartArray("type");
        writer.WriteStringValue(type);
        writer.WriteStringValue("null");
        writer.WriteEndArray();
    }

    private static void WriteAnyOf(JsonElement choices, bool nullable, Utf8JsonWriter writer)
    {
        writer.WriteStartArray("anyOf");
        foreach (var choice in choices.EnumerateArray())
            Write(choice, writer);
        if (nullable)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "null");
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private static void WriteEnum(JsonElement values, Utf8JsonWriter writer)
    {
        writer.WriteStartArray("enum");
        foreach (var value in values.EnumerateArray())
            value.WriteTo(writer);
        writer.WriteNullValue();
        writer.WriteEndArray();
    }
}
