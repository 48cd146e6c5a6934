using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Members of parsed JSON, with defects named.</summary>
internal static class JsonReading
{
    /// <summary>Runs a reading; whatever broken JSON throws becomes <see cref="ChatFormatException"/>.</summary>
    public static T Guard<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ChatFormatException("The body must be a JSON object.");
            return read(document.RootElement);
        }
        catch (Exception exception) when (IsDefect(exception))
        {
            throw new ChatFormatException("The body is not valid JSON.", exception);
        }
    }

    /// <summary>What System.Text.Json throws for JSON that parses but holds broken text, and for JSON that does not.</summary>
    public static bool IsDefect(Exception exception) => exception is JsonException or InvalidOperationException or FormatException or ArgumentException;

    /// <summary>A member; undefined when there is none, or it is null.</summary>
    public static JsonElement Find(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : default;

    /// <summary>A member that is a string; null for all else.</summary>
    public static string? FindText(this JsonElement element, ReadOnlySpan<byte> name) => element.Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>A member that is a whole number; null for all else.</summary>
    public static long? FindNumber(this JsonElement element, ReadOnlySpan<byte> name) => element.Find(name).AsWholeNumber();

    /// <summary>The value as a whole number, fractions cut off; null when it is none.</summary>
    public static long? AsWholeNumber(this JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
            return null;
        if (value.TryGetInt64(out var number))
            return number;
        return value.TryGetDouble(out var fractional) && Math.Abs(fractional) < 9e18 ? (long)fractional : null;
    }

    /// <summary>The value, which must be a string.</summary>
    /// <exception cref="ChatFormatException">It is none.</exception>
    public static string Text(this JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new ChatFormatException($"'{path}' must be a string.", path);

    /// <summary>The value, which must be a number.</summary>
    /// <exception cref="ChatFormatException">It is none.</exception>
    public static double Number(this JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw new ChatFormatException($"'{path}' must be a number.", path);

    /// <summary>The value, which must be a whole number.</summary>
    /// <exception cref="ChatFormatException">It is none.</exception>
    public static long WholeNumber(this JsonElement value, string path) =>
        value.AsWholeNumber() ?? throw new ChatFormatException($"'{path}' must be a whole number.", path);

    /// <summary>The value, which must be true or false.</summary>
    /// <exception cref="ChatFormatException">It is neither.</exception>
    public static bool Flag(this JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new ChatFormatException($"'{path}' must be true or false.", path),
    };

    /// <summary>The value, which must be an object.</summary>
    /// <exception cref="ChatFormatException">It is none.</exception>
    public static JsonElement Object(this JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Object ? value : throw new ChatFormatException($"'{path}' must be an object.", path);

    /// <summary>The value, which must be a list.</summary>
    /// <exception cref="ChatFormatException">It is none.</exception>
    public static JsonElement.ArrayEnumerator List(this JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw new ChatFormatException($"'{path}' must be a list.", path);
}
