using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace AiGateway.Protocols.Chat;

/// <summary>A JSON value that the gateway carries without looking inside: a schema, a tool's result, a member it does not know. Owns its bytes; equal when the bytes are.</summary>
public readonly struct JsonValue : IEquatable<JsonValue>
{
    private readonly byte[]? _utf8;

    private JsonValue(byte[] utf8) => _utf8 = utf8;

    /// <summary>Copies a value that was parsed, as it was written but for white space.</summary>
    public static JsonValue Of(JsonElement element)
    {
        if (element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Undefined))
        {
            // Most members are single values: copied, unless a string's text has to be checked.
            var raw = JsonMarshal.GetRawUtf8Value(element);
            if (raw.IndexOf((byte)'\\') < 0 && Ascii.IsValid(raw))
                return new JsonValue(raw.ToArray());
        }
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
            element.WriteTo(writer);
        return new JsonValue(buffer.WrittenSpan.ToArray());
    }

    /// <summary>Takes JSON text.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonValue Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Of(document.RootElement);
    }

    /// <summary>Takes text that may be a JSON object.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The object.</param>
    /// <returns>False when it is something else, no JSON, or holds what is no text (half a surrogate pair).</returns>
    public static bool TryParseObject(string text, out JsonValue value)
    {
        value = default;
        if (!text.AsSpan().TrimStart().StartsWith('{'))
            return false;
        try
        {
            value = Parse(text);
            return true;
        }
        catch (Exception exception) when (JsonBody.IsDefect(exception))
        {
            return false;
        }
    }

    /// <summary>A JSON string.</summary>
    public static JsonValue OfString(string text) => new(JsonSerializer.SerializeToUtf8Bytes(text, JsonText.StringContext.Default.String));

    /// <summary>The JSON text; empty for the default value, which is no JSON.</summary>
    public ReadOnlySpan<byte> Utf8 => _utf8;

    /// <summary>True for the default value: there is none.</summary>
    public bool IsAbsent => _utf8 is null;

    /// <summary>Writes it where a value is expected.</summary>
    public void WriteTo(Utf8JsonWriter writer) => writer.WriteRawValue(Utf8, skipInputValidation: true);

    /// <summary>Parses it for reading; the caller disposes the document.</summary>
    public JsonDocument Open() => JsonDocument.Parse(_utf8);

    /// <summary>The text of a JSON string; the JSON of everything else.</summary>
    public string Words
    {
        get
        {
            if (Utf8 is not [(byte)'"', ..])
                return ToString();
            using var document = Open();
            return document.RootElement.GetString()!;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(Utf8);

    /// <inheritdoc/>
    public bool Equals(JsonValue other) => Utf8.SequenceEqual(other.Utf8);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is JsonValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Utf8);
        return hash.ToHashCode();
    }

    /// <summary>Same bytes.</summary>
    public static bool operator ==(JsonValue left, JsonValue right) => left.Equals(right);

    /// <summary>Other bytes.</summary>
    public static bool operator !=(JsonValue left, JsonValue right) => !left.Equals(right);
}
