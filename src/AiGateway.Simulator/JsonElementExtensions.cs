using System.Text.Json;

namespace AiGateway.Simulator;

/// <summary>Reads members that may be absent, null or of another type.</summary>
internal static class JsonElementExtensions
{
    public static JsonElement? Member(this JsonElement value, ReadOnlySpan<byte> name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    public static JsonElement? Member(this JsonElement? value, ReadOnlySpan<byte> name) => value?.Member(name);

    public static string? Text(this JsonElement value, ReadOnlySpan<byte> name) =>
        value.Member(name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

    public static bool Is(this JsonElement value, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text) =>
        value.Member(name) is { ValueKind: JsonValueKind.String } member && member.ValueEquals(text);

    public static bool? Truth(this JsonElement value, ReadOnlySpan<byte> name) => value.Member(name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static int? Whole(this JsonElement value, ReadOnlySpan<byte> name) =>
        value.Member(name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt32(out var number) ? number : null;

    /// <summary>The elements of an array; none when it is anything else.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];
}
