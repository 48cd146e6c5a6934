using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Framing;

namespace AiGateway.Protocols.OpenAI;

/// <summary>Reads names and strings off a <see cref="Utf8JsonReader"/> or a <see cref="JsonScanner"/> without throwing over lone surrogates.</summary>
internal static class JsonText
{
    /// <summary>Longer names, even with every character escaped, are none of ours.</summary>
    private const int LongestEscapedName = 64 * 6;

    /// <summary>
    /// The member name at <paramref name="reader"/>, unescaped: <c>"mod\u0065l"</c> is <c>model</c> to the provider, so it must be
    /// to us. Empty when it cannot be a name we know. Allocates only for escaped names, which no client writes.
    /// </summary>
    public static ReadOnlySpan<byte> Name(scoped ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        if (reader.ValueSpan.Length > LongestEscapedName)
            return default;
        var name = new byte[reader.ValueSpan.Length];
        try
        {
            return name.AsSpan(0, reader.CopyString(name));
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate.
            return default;
        }
    }

    /// <inheritdoc cref="Name(ref Utf8JsonReader)"/>
    public static ReadOnlySpan<byte> Name(scoped in JsonScanner reader)
    {
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        if (reader.ValueSpan.Length > LongestEscapedName)
            return default;
        var unescaping = reader.StringReader();
        return Name(ref unescaping);
    }

    /// <summary>The string at <paramref name="reader"/>; null when it is not a string or not valid Unicode.</summary>
    public static string? String(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
            return null;
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate (\ud800) or invalid UTF-8: valid to the JSON grammar, no text.
            return null;
        }
    }

    /// <summary>The name or string at <paramref name="reader"/>; null when it is neither or not valid Unicode.</summary>
    public static string? String(in JsonScanner reader)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
            return null;
        var unescaping = reader.StringReader();
        return String(ref unescaping);
    }

    /// <summary>True when the name or string at <paramref name="reader"/> is <paramref name="text"/>, however it is escaped.</summary>
    /// <remarks>Unlike <see cref="Utf8JsonReader.ValueTextEquals(ReadOnlySpan{byte})"/> it does not throw over a lone surrogate.</remarks>
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> text) => Name(ref reader).SequenceEqual(text);

    /// <inheritdoc cref="Is(ref Utf8JsonReader, ReadOnlySpan{byte})"/>
    public static bool Is(in JsonScanner reader, ReadOnlySpan<byte> text) => Name(in reader).SequenceEqual(text);

    /// <summary>Takes the string at <paramref name="reader"/> over if it is not empty and differs; allocates only then.</summary>
    public static void Update(ref Utf8JsonReader reader, ref string? field)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueSpan.IsEmpty)
            return;
        if (field is not null && !reader.ValueIsEscaped && Ascii.Equals(reader.ValueSpan, field))
            return;
        field = String(ref reader) ?? field;
    }

    /// <summary>True for a string, array or object that is not empty; leaves <paramref name="reader"/> at the end of the value.</summary>
    public static bool SkipIsFilled(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String)
            return !reader.ValueSpan.IsEmpty;
        if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
            return false;
        var depth = reader.CurrentDepth;
        reader.Read();
        if (reader.CurrentDepth == depth)
            return false;
        while (reader.CurrentDepth > depth)
            reader.Read();
        return true;
    }

    /// <summary>The range of the value at <paramref name="reader"/> (a scalar), quotes included, shifted by <paramref name="offset"/>.</summary>
    public static ByteRange ScalarRange(ref Utf8JsonReader reader, int offset = 0)
    {
        var start = (int)reader.TokenStartIndex;
        return new ByteRange(offset + start, (int)reader.BytesConsumed - start);
    }

    /// <summary>The range of the value at <paramref name="reader"/> (a scalar), quotes included.</summary>
    public static ByteRange ScalarRange(in JsonScanner reader) =>
        new(reader.TokenStartIndex, reader.BytesConsumed - reader.TokenStartIndex);
}
