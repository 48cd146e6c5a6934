using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Reads values as Google's JSON mapping allows them: numbers also as strings, one object where a list is expected, null for nothing.</summary>
internal static class GeminiJson
{
    public static JsonElement Object(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Object ? element : throw new ChatFormatException($"'{path}' must be an object.", path);

    /// <summary>The elements of a list; one object counts as a list of one, as Google's parser takes it; null and a missing member as an empty one.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray(),
        JsonValueKind.Undefined or JsonValueKind.Null => [],
        JsonValueKind.Object => [element],
        _ => throw new ChatFormatException($"'{path}' must be a list.", path),
    };

    public static string Text(JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw new ChatFormatException($"'{path}' must be a string.", path);

    public static bool Bool(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new ChatFormatException($"'{path}' must be true or false.", path),
    };

    public static double Double(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var value) && double.IsFinite(value))
            return value;
        if (element.ValueKind == JsonValueKind.String && double.TryParse(element.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value))
            return value;
        throw new ChatFormatException($"'{path}' must be a number.", path);
    }

    public static long Long(JsonElement element, string path) =>
        TryLong(element, out var value) ? value : throw new ChatFormatException($"'{path}' must be a whole number.", path);

    public static bool TryLong(JsonElement element, out long value)
    {
        if (element.ValueKind == JsonValueKind.String)
            return long.TryParse(element.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
        var whole = JsonBody.Whole(element);
        value = whole ?? 0;
        return whole is not null;
    }

    /// <summary>Writes those of <paramref name="members"/> whose name begins with <paramref name="prefix"/>, without it.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, JsonMembers? members, string prefix)
    {
        if (members is null)
            return;
        foreach (var (name, value) in members.All)
        {
            if (!name.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var rest = name[prefix.Length..];
            if (prefix.Length == 0 ? IsNested(name) : rest.Contains('.', StringComparison.Ordinal))
                continue;
            writer.WritePropertyName(rest);
            value.WriteTo(writer);
        }
    }

    /// <summary>Whether any member stands below <paramref name="prefix"/>.</summary>
    public static bool HasMembers(JsonMembers? members, string prefix)
    {
        if (members is null)
            return false;
        foreach (var (name, _) in members.All)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private static bool IsNested(string name) =>
        name.StartsWith("generationConfig.", StringComparison.Ordinal) || name.StartsWith("toolConfig.", StringComparison.Ordinal)
        || name.StartsWith("usageMetadata.", StringComparison.Ordinal) || name.StartsWith("functionCall.", StringComparison.Ordinal)
        || name.StartsWith("functionResponse.", StringComparison.Ordinal) || name.StartsWith("inlineData.", StringComparison.Ordinal)
        || name.StartsWith("fileData.", StringComparison.Ordinal);
}
