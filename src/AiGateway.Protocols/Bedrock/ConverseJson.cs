using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Members of parsed JSON, with the error that codecs promise where they are of another kind.</summary>
internal static class ConverseJson
{
    public static string? String(JsonElement parent, string name, string path)
    {
        if (!parent.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, path, "a string");
    }

    public static JsonElement Object(JsonElement value, string name, string path) =>
        value.ValueKind == JsonValueKind.Object ? value : throw Wrong(name, path, "an object");

    public static JsonElement Array(JsonElement value, string name, string path) =>
        value.ValueKind == JsonValueKind.Array ? value : throw Wrong(name, path, "an array");

    public static long Long(JsonElement value, string name, string path) => JsonBody.Whole(value) ?? throw Wrong(name, path, "a whole number");

    public static double Double(JsonElement value, string name, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Wrong(name, path, "a number");

    /// <summary>A count that is there and no negative or absurd number; else 0.</summary>
    public static long Count(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count is > 0 and <= 1_000_000_000_000 ? count : 0;

    /// <summary>All members but the named ones, as an object; absent when there are none.</summary>
    public static JsonValue Rest(JsonElement parent, params ReadOnlySpan<string> known)
    {
        JsonMembers? rest = null;
        foreach (var member in parent.EnumerateObject())
        {
            if (!known.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.Null)
                JsonMembers.Add(ref rest, member.Name, member.Value);
        }
        return rest?.ToValue() ?? default;
    }

    /// <summary>The object with one member before its own.</summary>
    public static JsonValue WithMember(JsonElement element, string name, JsonValue value)
    {
        JsonMembers? members = new JsonMembers().Add(name, value);
        foreach (var member in element.EnumerateObject())
            JsonMembers.Add(ref members, member.Name, member.Value);
        return members!.ToValue();
    }

    /// <summary>Writes the members of an object into the object that is open.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, JsonValue value)
    {
        if (value.IsAbsent)
            return;
        using var document = value.Open();
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in document.RootElement.EnumerateObject())
            member.WriteTo(writer);
    }

    public static ChatFormatException Wrong(string name, string path, string expected) =>
        new($"'{name}' is to be {expected}.", path.Length == 0 ? name : $"{path}.{name}");
}
