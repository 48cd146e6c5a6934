using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AiGateway.Accounting.Lines;

/// <summary>Judges the numbers of a usage object before they become money.</summary>
/// <remarks>
/// In a running answer a count that makes no sense is taken as not reported. Here somebody asks what it costs, and is told.
/// Only members that are counted, billed or timed are judged: what else a provider adds is its own affair.
/// </remarks>
internal static class UsageNumbers
{
    /// <summary>Most tokens, searches, pages of one call.</summary>
    public const long MostCounted = 1_000_000_000_000;

    /// <summary>Most seconds, and most USD that a provider may say a call cost.</summary>
    public const long MostMeasured = 1_000_000_000;

    private enum Kind
    {
        Other,
        Count,
        Measure,
    }

    /// <summary>Judges a usage object.</summary>
    /// <param name="usage">The object.</param>
    /// <param name="clean">Receives the object with counts as plain digits: <c>12.0</c>, <c>1e3</c> and <c>"12"</c> are whole numbers too.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Check(ReadOnlyMemory<byte> usage, out ReadOnlyMemory<byte> clean)
    {
        clean = usage;
        List<(int Start, int Length, long Value)>? edits = null;
        var reader = new Utf8JsonReader(usage.Span);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || KindOf(reader.ValueSpan) is not (var kind and not Kind.Other))
            {
                continue;
            }
            var name = reader.ValueSpan;
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null || (kind == Kind.Measure && reader.TokenType == JsonTokenType.StartObject))
            {
                continue;
            }
            var isNumber = TryNumber(ref reader, out var number);
            if (!isNumber && reader.TokenType != JsonTokenType.Number)
            {
                return $"'{Encoding.UTF8.GetString(name)}' is not a number that can be counted";
            }
            // What is too near to zero for a decimal has become zero: its sign is looked for in the text.
            if (number < 0 || (reader.ValueSpan.StartsWith("-"u8) && reader.ValueSpan.ContainsAnyInRange((byte)'1', (byte)'9')))
            {
                return $"'{Encoding.UTF8.GetString(name)}' is negative";
            }
            var most = kind == Kind.Count ? MostCounted : MostMeasured;
            if (!isNumber || number > most)
            {
                return $"'{Encoding.UTF8.GetString(name)}' is larger than {most.ToString(CultureInfo.InvariantCulture)}";
            }
            if (kind == Kind.Count && number != decimal.Truncate(number))
            {
                return $"'{Encoding.UTF8.GetString(name)}' is not a whole number";
            }
            if (kind == Kind.Count && (reader.TokenType == JsonTokenType.String || reader.ValueSpan.ContainsAny(".eE"u8)))
            {
                (edits ??= []).Add(((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex), (long)number));
            }
        }
        if (edits is not null)
        {
            clean = Apply(usage.Span, edits);
        }
        return null;
    }

    private static Kind KindOf(ReadOnlySpan<byte> name) =>
        name.EndsWith("okens"u8) ? name.Length > "tokens".Length ? Kind.Count : Kind.Other
        : name.EndsWith("okenCount"u8) || name.EndsWith("_count"u8) || name.EndsWith("_requests"u8) || name.EndsWith("_queries"u8) || name.EndsWith("_pages"u8)
            || name.SequenceEqual("search_units"u8) || name.SequenceEqual("pages_processed"u8) ? Kind.Count
        : name.SequenceEqual("cost"u8) || name.SequenceEqual("total_cost"u8) || name.SequenceEqual("seconds"u8) || name.SequenceEqual("prompt_audio_seconds"u8) ? Kind.Measure
        : Kind.Other;

    private static bool TryNumber(ref Utf8JsonReader reader, out decimal number)
    {
        number = 0;
        return reader.TokenType switch
        {
            JsonTokenType.Number => reader.TryGetDecimal(out number),
            JsonTokenType.String => reader.ValueSpan.Length <= 40 && decimal.TryParse(reader.ValueSpan, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number),
            _ => false,
        };
    }

    private static byte[] Apply(ReadOnlySpan<byte> usage, List<(int Start, int Length, long Value)> edits)
    {
        var text = new StringBuilder(usage.Length);
        var from = 0;
        foreach (var (start, length, value) in edits)
        {
            text.Append(Encoding.UTF8.GetString(usage[from..start])).Append(value.ToString(CultureInfo.InvariantCulture));
            from = start + length;
        }
        return Encoding.UTF8.GetBytes(text.Append(Encoding.UTF8.GetString(usage[from..])).ToString());
    }
}
