using System.Text;
using System.Text.Json;

namespace AiGateway.Simulator.Answers;

/// <summary>Makes a JSON value that conforms to a JSON schema.</summary>
/// <remarks>
/// Obeys <c>type</c>, <c>enum</c>, <c>const</c>, <c>required</c>, <c>properties</c>, <c>items</c>, the bounds of numbers, lengths and arrays,
/// common <c>format</c>s, <c>anyOf</c>/<c>oneOf</c>/<c>allOf</c> (the first that is not null) and local <c>$ref</c>s.
/// Not <c>pattern</c>, <c>not</c>, <c>if</c> and <c>dependentRequired</c>. Below <see cref="MaxDepth"/> levels recursive schemas get null.
/// </remarks>
internal readonly ref struct SchemaValue
{
    private const int MaxDepth = 24;

    private readonly Utf8JsonWriter _json;
    private readonly JsonElement _root;
    private readonly ulong _hash;

    private SchemaValue(Utf8JsonWriter json, JsonElement root, ulong hash)
    {
        _json = json;
        _root = root;
        _hash = hash;
    }

    /// <summary>A conforming value as JSON text; <c>{}</c> without a schema.</summary>
    public static string Text(JsonElement? schema, ulong hash)
    {
        if (schema is not { } root)
            return "{}";
        using var output = PooledOutput.Rent();
        var json = output.StartJson();
        new SchemaValue(json, root, hash).Write(root, "value", 0);
        json.Flush();
        return Encoding.UTF8.GetString(output.Written.Span);
    }

    private void Write(JsonElement schema, string name, int depth)
    {
        if (depth > MaxDepth)
        {
            _json.WriteNullValue();
            return;
        }
        if (schema.Text("$ref"u8) is { } reference)
            Write(Resolve(reference), name, depth + 1);
        else if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("const"u8, out var constant))
            constant.WriteTo(_json);
        else if (schema.Member("enum"u8) is { ValueKind: JsonValueKind.Array } values && values.GetArrayLength() > 0)
            values[(int)(Hashing.Of(name, _hash) % (ulong)values.GetArrayLength())].WriteTo(_json);
        else if (Alternative(schema) is { } alternative)
            Write(alternative, name, depth + 1);
        else
            WriteTyped(schema, TypeOf(schema), name, depth);
    }

    private void WriteTyped(JsonElement schema, string type, string name, int depth)
    {
        switch (type)
        {
            case "object":
                WriteObject(schema, depth);
                break;
            case "array":
                WriteArray(schema, name, depth);
                break;
            case "integer":
            case "number":
                _json.WriteNumberValue(NumberIn(schema));
                break;
            case "boolean":
                _json.WriteBooleanValue((Hashing.Of(name, _hash) & 1) == 0);
                break;
            case "null":
                _json.WriteNullValue();
                break;
            default:
                _json.WriteStringValue(TextOf(schema, name));
                break;
        }
    }

    private void WriteObject(JsonElement schema, int depth)
    {
        _json.WriteStartObject();
        if (schema.Member("properties"u8) is { ValueKind: JsonValueKind.Object } properties)
        {
            var required = schema.Member("required"u8);
            foreach (var property in properties.EnumerateObject())
            {
                // Without a list of required properties all are given: an empty object would show nothing.
                if (required is not null && !IsAmong(required, property.Name))
                    continue;
                _json.WritePropertyName(property.Name);
                Write(property.Value, property.Name, depth + 1);
            }
        }
        _json.WriteEndObject();
    }

    private void WriteArray(JsonElement schema, string name, int depth)
    {
        var count = schema.Whole("minItems"u8) ?? (schema.Whole("maxItems"u8) == 0 || depth >= MaxDepth / 2 ? 0 : 1);
        _json.WriteStartArray();
        var prefix = schema.Member("prefixItems"u8);
        foreach (var item in prefix.Items())
        {
            Write(item, name, depth + 1);
            count--;
        }
        for (; count > 0; count--)
        {
            if (schema.Member("items"u8) is { ValueKind: JsonValueKind.Object } items)
                Write(items, name, depth + 1);
            else
                _json.WriteStringValue("simulated");
        }
        _json.WriteEndArray();
    }

    private static bool IsAmong(JsonElement? names, string name)
    {
        foreach (var candidate in names.Items())
        {
            if (candidate.ValueKind == JsonValueKind.String && candidate.ValueEquals(name))
                return true;
        }
        return false;
    }

    private JsonElement Resolve(string reference)
    {
        var found = _root;
        foreach (var step in reference.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (step == "#")
                continue;
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (found.ValueKind != JsonValueKind.Object || !found.TryGetProperty(name, out found))
                return default;
        }
        return found;
    }

    private static JsonElement? Alternative(JsonElement schema)
    {
        foreach (var candidate in (schema.Member("anyOf"u8) ?? schema.Member("oneOf"u8) ?? schema.Member("allOf"u8)).Items())
        {
            if (!candidate.Is("type"u8, "null"u8))
                return candidate;
        }
        return null;
    }

    private static string TypeOf(JsonElement schema)
    {
        var type = schema.Member("type"u8);
        if (type is { ValueKind: JsonValueKind.String } single)
            return single.GetString()!;
        foreach (var candidate in type.Items())
        {
            if (candidate.ValueKind == JsonValueKind.String && !candidate.ValueEquals("null"u8))
                return candidate.GetString()!;
        }
        return schema.Member("properties"u8) is not null ? "object" : schema.Member("items"u8) is not null ? "array" : "string";
    }

    private static decimal NumberIn(JsonElement schema)
    {
        var step = Bound(schema, "multipleOf"u8) is { } multiple and > 0 ? multiple : 1;
        var value = step;
        if ((Bound(schema, "minimum"u8) ?? Bound(schema, "exclusiveMinimum"u8)) is { } lower && value <= lower)
            value = (Math.Floor(lower / step) * step) + (lower % step == 0 && Bound(schema, "minimum"u8) is not null ? 0 : step);
        if ((Bound(schema, "maximum"u8) ?? Bound(schema, "exclusiveMaximum"u8)) is { } upper && value >= upper)
        {
            value = (Math.Floor(upper / step) * step) - (upper % step == 0 && Bound(schema, "maximum"u8) is null ? step : 0);
            // A range narrower than 1, such as 0 < x < 1, holds no whole number.
            if ((Bound(schema, "minimum"u8) ?? Bound(schema, "exclusiveMinimum"u8)) is { } from && value <= from && from < upper && TypeOf(schema) == "number")
                value = (from + upper) / 2;
        }
        return value;

        static decimal? Bound(JsonElement schema, ReadOnlySpan<byte> name) =>
            schema.Member(name) is { ValueKind: JsonValueKind.Number } bound && bound.TryGetDecimal(out var number) ? number : null;
    }

    private static string TextOf(JsonElement schema, string name)
    {
        var text = schema.Text("format"u8) switch
        {
            "date" => "2024-01-31",
            "date-time" => "2024-01-31T12:00:00Z",
            "time" => "12:00:00Z",
            "duration" => "PT1H",
            "email" => "simulated@example.com",
            "hostname" => "example.com",
            "uri" or "url" => "https://example.com/simulated",
            "uuid" => "00000000-0000-4000-8000-000000000000",
            "ipv4" => "192.0.2.1",
            "ipv6" => "2001:db8::1",
            _ => "simulated " + name,
        };
        if (schema.Whole("minLength"u8) is { } least && text.Length < least)
            text = text.PadRight(least, 'x');
        return schema.Whole("maxLength"u8) is { } most && text.Length > most ? text[..Math.Max(0, most)] : text;
    }
}
