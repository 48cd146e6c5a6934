using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Reading members, with the defect's path in the exception.</summary>
internal static class AnthropicJson
{
    /// <summary>The same defect, seen from further outside.</summary>
    public static ChatFormatException Inside(string outer, ChatFormatException inner) =>
        new(inner.Message, inner.Path is not { Length: > 0 } path ? outer : path[0] == '[' ? outer + path : $"{outer}.{path}");

    public static bool IsAbsent(this JsonElement element) => element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    /// <summary>A member; undefined when there is none, or the element is no object.</summary>
    public static JsonElement Member(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    public static string? Text(this JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => throw new ChatFormatException("Must be a string.", path),
    };

    public static string RequiredText(this JsonElement element, string path) => element.Text(path) ?? throw new ChatFormatException("Is missing.", path);

    public static bool? Flag(this JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => throw new ChatFormatException("Must be true or false.", path),
    };

    public static long? Whole(this JsonElement element, string path)
    {
        if (element.IsAbsent())
            return null;
        return JsonBody.Whole(element) ?? throw new ChatFormatException("Must be a whole number.", path);
    }

    public static double? Real(this JsonElement element, string path)
    {
        if (element.IsAbsent())
            return null;
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var real) && double.IsFinite(real)
            ? real
            : throw new ChatFormatException("Must be a number.", path);
    }

    public static void MustBe(this JsonElement element, JsonValueKind kind, string path)
    {
        if (element.ValueKind != kind)
            throw new ChatFormatException(kind == JsonValueKind.Array ? "Must be a list." : "Must be an object.", path);
    }

    /// <summary>Writes an object's members but the known ones into the object that is open.</summary>
    public static void WriteRest(this JsonElement element, Utf8JsonWriter writer, params ReadOnlySpan<string> known)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return;
        foreach (var member in element.EnumerateObject())
        {
            if (!known.Contains(member.Name))
                member.WriteTo(writer);
        }
    }
}
