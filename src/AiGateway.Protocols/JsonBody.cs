using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols;

/// <summary>Reads JSON that others wrote: whatever is wrong with it becomes a <see cref="ChatFormatException"/>.</summary>
/// <remarks>Members named <c>…Of</c> take a value of another type for absent; those named <c>Want…</c> refuse it with its path.</remarks>
internal static class JsonBody
{
    /// <summary>Parses a body, which may begin with a byte order mark, and reads it while the document is open.</summary>
    public static T Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read)
    {
        if (body.Span.StartsWith("\uFEFF"u8))
            body = body[3..];
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new ChatFormatException("The body must be a JSON object.");
            return read(document.RootElement);
        }
        catch (Exception exception) when (IsDefect(exception))
        {
            throw Broken("The body", exception);
        }
    }

    /// <summary>Parses one JSON value of a stream; nothing may follow it. The caller disposes it before the next.</summary>
    /// <param name="json">The value.</param>
    /// <param name="buffer">Holds a copy while the document lives; grows as needed.</param>
    public static JsonDocument Parse(ReadOnlySpan<byte> json, ref byte[] buffer)
    {
        if (buffer.Length < json.Length)
            buffer = new byte[Math.Max(json.Length, buffer.Length * 2)];
        json.CopyTo(buffer);
        return JsonDocument.Parse(buffer.AsMemory(0, json.Length));
    }

    /// <summary>What the JSON reader throws for bytes that are no JSON, no UTF-8, or half a surrogate pair.</summary>
    public static bool IsDefect(Exception exception) =>
        exception is JsonException or InvalidOperationException or FormatException or ArgumentException or OverflowException;

    /// <summary>The error for such bytes.</summary>
    /// <param name="what">What they were to be, as a sentence begins.</param>
    /// <param name="exception">What the reader threw.</param>
    public static ChatFormatException Broken(string what, Exception exception) => new($"{what} is not valid JSON: {exception.Message}", exception);

    /// <summary>True when the bytes are one JSON object.</summary>
    public static bool IsObject(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A member's value; undefined when it is absent or null, or <paramref name="element"/> is no object.</summary>
    public static JsonElement Member(this JsonElement element, ReadOnlySpan<byte> name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : default;

    /// <summary>A member that is a string; null for all else.</summary>
    public static string? TextOf(this JsonElement element, ReadOnlySpan<byte> name) => Member(element, name).TextOrNull();

    /// <summary>The text of a string; null for all else.</summary>
    public static string? TextOrNull(this JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A member that is true or false; null for all else.</summary>
    public static bool? BoolOf(this JsonElement element, ReadOnlySpan<byte> name) => Member(element, name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>A number that is whole, however it is written (1, 1.0, 1e3); null for all else, and where it is too large.</summary>
    public static long? Whole(this JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
            return null;
        if (value.TryGetInt64(out var whole))
            return whole;
        return value.TryGetDouble(out var number) && number == Math.Floor(number) && Math.Abs(number) < 1e15 ? (long)number : null;
    }

    /// <summary>A member that is a whole number, fractions rounded up; null for all else.</summary>
    public static long? LongOf(this JsonElement element, ReadOnlySpan<byte> name) => Long(Member(element, name));

    /// <summary>A count; null when it is no number or negative. Fractions, which some providers' own descriptions permit, are rounded up.</summary>
    public static long? CountOf(this JsonElement element, ReadOnlySpan<byte> name) => LongOf(element, name) is { } count and >= 0 and <= 1_000_000_000_000 ? count : null;

    /// <summary>Reads the members that are not null, and keeps those that the reading does not know; null when it knows all.</summary>
    /// <param name="element">The object.</param>
    /// <param name="read">Reads a member by its name; false when it does not know it.</param>
    public static JsonMembers? ReadMembers(this JsonElement element, Func<string, JsonElement, bool> read)
    {
        JsonMembers? unknown = null;
        foreach (var member in element.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && !read(member.Name, member.Value))
                JsonMembers.Add(ref unknown, member.Name, member.Value);
        }
        return unknown;
    }

    /// <summary>Items of a list; none when it is no list.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (var item in list.EnumerateArray())
            yield return item;
    }

    /// <summary>The first item of a list; undefined when there is none.</summary>
    public static JsonElement First(this JsonElement list) => list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? list[0] : default;

    public static string WantText(this JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new ChatFormatException($"'{path}' must be a string.", path);

    public static bool WantBool(this JsonElement value, string path) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new ChatFormatException($"'{path}' must be true or false.", path);

    /// <summary>A whole number that is at least 1.</summary>
    public static long WantPositive(this JsonElement value, string path) =>
        value.WantLong(path) is > 0 and var number ? number : throw new ChatFormatException($"'{path}' must be at least 1.", path);

    public static long WantLong(this JsonElement value, string path) => Long(value) ?? throw new ChatFormatException($"'{path}' must be a whole number.", path);

    public static int WantInt(this JsonElement value, string path) =>
        Long(value) is { } number and >= int.MinValue and <= int.MaxValue ? (int)number : throw new ChatFormatException($"'{path}' must be a whole number.", path);

    public static double WantDouble(this JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw new ChatFormatException($"'{path}' must be a number.", path);

    public static JsonElement WantList(this JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Array ? value : throw new ChatFormatException($"'{path}' must be a list.", path);

    public static JsonElement WantObject(this JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Object ? value : throw new ChatFormatException($"'{path}' must be an object.", path);

    /// <summary>A text, or a list of texts.</summary>
    public static void WantTexts(this JsonElement value, string path, List<string> texts)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            texts.Add(value.GetString()!);
            return;
        }
        var number = 0;
        foreach (var item in WantList(value, path).EnumerateArray())
            texts.Add(WantText(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{number++}]")));
    }

    private static long? Long(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
            return null;
        if (value.TryGetInt64(out var number))
            return number;
        return value.TryGetDouble(out var fraction) && Math.Abs(fraction) < 1e15 ? (long)Math.Ceiling(fraction) : null;
    }
}
