using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Reads values off parsed JSON without throwing over texts that are no valid Unicode.</summary>
internal static class JsonReading
{
    /// <summary>The member when it is there and not null.</summary>
    public static bool Has(this JsonElement element, ReadOnlySpan<byte> name, out JsonElement value)
    {
        value = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>The member's text; null when there is none or it is no string.</summary>
    public static string? TextOf(this JsonElement element, ReadOnlySpan<byte> name) => element.Has(name, out var value) ? value.Text() : null;

    /// <summary>The member's text; null when there is none, it is no string or an empty one.</summary>
    public static string? FilledTextOf(this JsonElement element, ReadOnlySpan<byte> name) => element.TextOf(name) is { Length: > 0 } text ? text : null;

    /// <summary>The text of a string, broken characters replaced; null for other values.</summary>
    public static string? Text(this JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate, as servers send that cut a character in two, or invalid UTF-8.
            return Repaired(JsonMarshal.GetRawUtf8Value(element));
        }
    }

    /// <summary>A whole number; null when it is none or too large.</summary>
    public static long? WholeOf(this JsonElement element, ReadOnlySpan<byte> name) => element.Has(name, out var value) ? value.Whole() : null;

    /// <summary>True or false; null for other values.</summary>
    public static bool? Bool(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static string Repaired(ReadOnlySpan<byte> raw)
    {
        var escaped = Encoding.UTF8.GetString(raw[1..^1]);
        var text = new StringBuilder(escaped.Length);
        for (var i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '\\' || i + 1 == escaped.Length)
            {
                text.Append(escaped[i]);
                continue;
            }
            i++;
            switch (escaped[i])
            {
                case 'u' when i + 4 < escaped.Length && ushort.TryParse(escaped.AsSpan(i + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit):
                    text.Append((char)unit);
                    i += 4;
                    break;
                case 'n':
                    text.Append('\n');
                    break;
                case 'r':
                    text.Append('\r');
                    break;
                case 't':
                    text.Append('\t');
                    break;
                case 'b':
                    text.Append('\b');
                    break;
                case 'f':
                    text.Append('\f');
                    break;
                default:
                    text.Append(escaped[i]);
                    break;
            }
        }
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                text[i] = '\uFFFD';
        }
        return text.ToString();
    }
}
