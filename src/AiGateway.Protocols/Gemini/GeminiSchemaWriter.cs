using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Makes Gemini's <c>Schema</c> of a JSON schema (https://ai.google.dev/api/caching#Schema).</summary>
/// <remarks>
/// References are put in where they stand, lists of types become <c>nullable</c> or <c>anyOf</c>, <c>const</c> an <c>enum</c>.
/// What it has no words for is left out or said in the description, and named. It has none at all for recursion and for values
/// of any type: those need the JSON schema members, which models from 2.5 on take.
/// </remarks>
internal sealed class GeminiSchemaWriter
{
    private const int DeepestNesting = 40;
    private const int LargestSchema = 512 * 1024;
    private const int MostReferences = 64;

    private readonly JsonElement _root;
    private readonly ArrayBufferWriter<byte> _buffer;
    private readonly Utf8JsonWriter _writer;
    private readonly List<string> _references = [];
    private readonly SortedSet<string> _losses = new(StringComparer.Ordinal);
    private bool _needsJsonSchema;

    private GeminiSchemaWriter(JsonElement root, ArrayBufferWriter<byte> buffer, Utf8JsonWriter writer)
    {
        _root = root;
        _buffer = buffer;
        _writer = writer;
    }

    /// <summary>Converts a schema.</summary>
    /// <param name="schema">The JSON schema.</param>
    /// <param name="path">Where it stands in the source, for the losses.</param>
    /// <param name="mayRefuse">True when the target has a member for JSON schemas: then a schema that would lose its sense is not converted.</param>
    /// <param name="translation">Takes the losses.</param>
    /// <returns>The <c>Schema</c>; absent when it was not converted.</returns>
    public static JsonValue Convert(JsonValue schema, string path, bool mayRefuse, Translation translation)
    {
        using var document = schema.Open();
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions);
        var conversion = new GeminiSchemaWriter(document.RootElement, buffer, writer);
        conversion.Write(document.RootElement, nullable: false, description: null, depth: 0);
        writer.Flush();
        if (conversion._needsJsonSchema && mayRefuse)
            return default;
        foreach (var loss in conversion._losses)
            translation.Approximate(path, loss);
        using var written = JsonDocument.Parse(buffer.WrittenMemory, new JsonDocumentOptions { MaxDepth = 512 });
        return JsonValue.Of(written.RootElement);
    }

    private void Write(JsonElement schema, bool nullable, string? description, int depth)
    {
        var references = _references.Count;
        var facets = new GeminiSchemaFacets();
        var isCut = depth > DeepestNesting || _buffer.WrittenCount + _writer.BytesPending > LargestSchema;
        if (!isCut)
        {
            facets.Add(schema, pointer =>
            {
                var target = Resolve(pointer);
                isCut |= target.ValueKind == JsonValueKind.Undefined;
                return target;
            });
        }
        if (isCut)
        {
            _needsJsonSchema = true;
            _losses.Add("a schema that refers to itself is cut off: the rest is any object");
            WriteAny("OBJECT", nullable, description);
        }
        else
        {
            if (facets.IsMerged)
                _losses.Add("allOf is merged into one schema");
            WriteFacets(facets, nullable, description ?? facets.Text("description"), depth);
        }
        _references.RemoveRange(references, _references.Count - references);
    }

    private JsonElement Resolve(string pointer)
    {
        if (_references.Count >= MostReferences || _references.Contains(pointer) || !pointer.StartsWith('#'))
            return default;
        _references.Add(pointer);
        var target = _root;
        foreach (var step in pointer.Split('/').AsSpan(1))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target.ValueKind != JsonValueKind.Object || !target.TryGetProperty(name, out target))
                return default;
        }
        return target;
    }

    private void WriteFacets(GeminiSchemaFacets facets, bool nullable, string? description, int depth)
    {
        var choices = Choices(facets, ref nullable);
        if (choices is [var only] && facets.Properties.Count == 0)
        {
            Write(only, nullable, description, depth + 1);
            return;
        }
        var types = Types(facets, ref nullable);
        if (choices is { Count: > 1 })
        {
            if (facets.Properties.Count > 0)
                _losses.Add("properties beside anyOf are left out");

            // "When using any_of, it must be the only field set": what stands beside it goes into each choice.
            _writer.WriteStartObject();
            _writer.WriteStartArray("anyOf");
            foreach (var choice in choices)
                Write(choice, nullable, choice.ValueKind == JsonValueKind.Object && choice.TryGetProperty("description", out _) ? null : description, depth + 1);
            _writer.WriteEndArray();
            _writer.WriteEndObject();
        }
        else if (types.Count > 1)
        {
            _writer.WriteStartObject();
            _writer.WriteStartArray("anyOf");
            foreach (var type in types)
                WriteOne(facets, type, nullable, description, depth);
            _writer.WriteEndArray();
            _writer.WriteEndObject();
        }
        else if (types.Count == 1)
        {
            WriteOne(facets, types[0], nullable, description, depth);
        }
        else
        {
            _needsJsonSchema = true;
            _losses.Add("a value of any type is said as a string");
            WriteOne(facets, "string", nullable, description, depth);
        }
    }

    /// <summary>The choices of anyOf and oneOf but null, which becomes <c>nullable</c>.</summary>
    private List<JsonElement>? Choices(GeminiSchemaFacets facets, ref bool nullable)
    {
        var list = facets.Find("anyOf");
        if (list.ValueKind != JsonValueKind.Array)
        {
            list = facets.Find("oneOf");
            if (list.ValueKind != JsonValueKind.Array)
                return null;
        }
        var choices = new List<JsonElement>();
        foreach (var choice in list.EnumerateArray())
        {
            if (choice.ValueKind == JsonValueKind.Object && ((choice.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("null"u8))
                || (choice.TryGetProperty("const", out var value) && value.ValueKind == JsonValueKind.Null)))
            {
                nullable = true;
            }
            else
            {
                choices.Add(choice);
            }
        }
        if (choices.Count > 1 && facets.Find("anyOf").ValueKind != JsonValueKind.Array)
            _losses.Add("oneOf is said as anyOf");
        return choices;
    }

    private static List<string> Types(GeminiSchemaFacets facets, ref bool nullable)
    {
        var types = new List<string>();
        var given = facets.Find("type");
        if (given.ValueKind == JsonValueKind.String)
        {
            types.Add(given.GetString()!.ToLowerInvariant());
        }
        else if (given.ValueKind == JsonValueKind.Array)
        {
            foreach (var type in given.EnumerateArray())
            {
                if (JsonBody.TextOrNull(type) is { } name)
                    types.Add(name.ToLowerInvariant());
            }
        }
        if (types.Count > 1 && types.Remove("null"))
            nullable = true;
        if (types.Count > 0)
            return types;
        if (facets.Properties.Count > 0)
            types.Add("object");
        else if (facets.Find("items").ValueKind == JsonValueKind.Object)
            types.Add("array");
        else if (facets.Members.ContainsKey("enum") || facets.Members.ContainsKey("const"))
            types.Add(TypeOfValue(facets.Members.TryGetValue("const", out var value) ? value : FirstOf(facets.Find("enum"))));
        return types;
    }

    private static JsonElement FirstOf(JsonElement list)
    {
        if (list.ValueKind == JsonValueKind.Array)
        {
            foreach (var value in list.EnumerateArray())
            {
                if (value.ValueKind != JsonValueKind.Null)
                    return value;
            }
        }
        return default;
    }

    private static string TypeOfValue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => GeminiJson.TryLong(value, out _) ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        _ => "string",
    };

    private void WriteAny(string type, bool nullable, string? description)
    {
        _writer.WriteStartObject();
        _writer.WriteString("type", type);
        if (description is not null)
            _writer.WriteString("description", description);
        if (nullable)
            _writer.WriteBoolean("nullable", true);
        _writer.WriteEndObject();
    }

    private void WriteOne(GeminiSchemaFacets facets, string type, bool nullable, string? description, int depth)
    {
        string? note = null;
        _writer.WriteStartObject();
        _writer.WriteString("type", type.ToUpperInvariant());
        foreach (var (name, value) in facets.Members)
        {
            switch (name)
            {
                case "type" or "description" or "anyOf" or "oneOf" or "enum" or "const" or "items" or "nullable" or "examples":
                case "$defs" or "definitions" or "$schema" or "$id" or "$comment" or "$anchor" or "additionalItems" or "propertyOrdering":
                    break;
                case "title" or "example" or "default":
                    _writer.WritePropertyName(name);
                    value.WriteTo(_writer);
                    break;
                case "format" when IsKnownFormat(type, value):
                case "minimum" or "maximum" when type is "integer" or "number" && value.ValueKind == JsonValueKind.Number:
                case "minItems" or "maxItems" when type is "array" && value.ValueKind == JsonValueKind.Number:
                case "minLength" or "maxLength" when type is "string" && value.ValueKind == JsonValueKind.Number:
                case "pattern" when type is "string" && value.ValueKind == JsonValueKind.String:
                case "minProperties" or "maxProperties" when type is "object" && value.ValueKind == JsonValueKind.Number:
                    _writer.WritePropertyName(name);
                    value.WriteTo(_writer);
                    break;
                case "format" when value.ValueKind == JsonValueKind.String:
                    _losses.Add("formats that Gemini does not know are said in the description");
                    note = $"Format: {value.GetString()}.";
                    break;
                case "exclusiveMinimum" or "exclusiveMaximum" when value.ValueKind == JsonValueKind.Number && !facets.Members.ContainsKey(name is "exclusiveMinimum" ? "minimum" : "maximum"):
                    WriteExclusive(name, type, value);
                    break;
                case "minimum" or "maximum" or "minItems" or "maxItems" or "minLength" or "maxLength" or "pattern" or "minProperties" or "maxProperties" or "format":
                    // Of another type than this one: it says nothing here.
                    break;
                default:
                    _losses.Add($"{name} is left out");
                    break;
            }
        }
        note = WriteEnum(facets, type, ref nullable) ?? note;
        description = note is null ? description : string.IsNullOrEmpty(description) ? note : $"{description} {note}";
        if (!string.IsNullOrEmpty(description))
            _writer.WriteString("description", description);
        if (nullable)
            _writer.WriteBoolean("nullable", true);
        if (type is "array")
            WriteItems(facets, depth);
        if (type is "object")
            WriteProperties(facets, depth);
        _writer.WriteEndObject();
    }

    private static bool IsKnownFormat(string type, JsonElement value) => JsonBody.TextOrNull(value) switch
    {
        "date-time" or "enum" => type is "string",
        "int32" or "int64" => type is "integer",
        "float" or "double" => type is "number",
        _ => false,
    };

    private void WriteExclusive(string name, string type, JsonElement value)
    {
        if (type is not ("integer" or "number"))
            return;
        var member = name is "exclusiveMinimum" ? "minimum" : "maximum";
        if (type is "integer" && GeminiJson.TryLong(value, out var bound) && bound is > long.MinValue and < long.MaxValue)
        {
            _writer.WriteNumber(member, name is "exclusiveMinimum" ? bound + 1 : bound - 1);
            return;
        }
        _losses.Add("exclusive bounds are said as inclusive ones");
        _writer.WritePropertyName(member);
        value.WriteTo(_writer);
    }

    /// <summary>Writes the values of a string; those of other types have no place but the description.</summary>
    private string? WriteEnum(GeminiSchemaFacets facets, string type, ref bool nullable)
    {
        var values = new List<JsonElement>();
        if (facets.Members.TryGetValue("const", out var constant))
            values.Add(constant);
        else if (facets.Find("enum") is { ValueKind: JsonValueKind.Array } list)
            values.AddRange(list.EnumerateArray());
        nullable |= values.RemoveAll(static value => value.ValueKind == JsonValueKind.Null) > 0;
        if (values.Count == 0)
            return null;
        if (type is not "string")
        {
            _losses.Add("enums of other types than string are said in the description");
            return string.Create(CultureInfo.InvariantCulture, $"One of: {string.Join(", ", values.ConvertAll(static value => value.GetRawText()))}.");
        }
        _writer.WriteStartArray("enum");
        foreach (var value in values)
        {
            if (value.ValueKind == JsonValueKind.String)
                value.WriteTo(_writer);
        }
        _writer.WriteEndArray();
        return null;
    }

    private void WriteItems(GeminiSchemaFacets facets, int depth)
    {
        _writer.WritePropertyName("items");
        var items = facets.Find("items");
        if (items.ValueKind == JsonValueKind.Object)
        {
            Write(items, nullable: false, description: null, depth + 1);
            return;
        }

        // A list must say what it holds.
        _needsJsonSchema = true;
        _losses.Add("a list of anything is said as a list of strings");
        WriteAny("STRING", nullable: false, description: null);
    }

    private void WriteProperties(GeminiSchemaFacets facets, int depth)
    {
        if (facets.Properties.Count > 0)
        {
            _writer.WriteStartObject("properties");
            foreach (var (name, schema) in facets.Properties)
            {
                _writer.WritePropertyName(name);
                Write(schema, nullable: false, description: null, depth + 1);
            }
            _writer.WriteEndObject();
        }
        var required = facets.Required.FindAll(facets.Has);
        if (required.Count == 0)
            return;
        _writer.WriteStartArray("required");
        foreach (var name in required)
            _writer.WriteStringValue(name);
        _writer.WriteEndArray();
    }
}
