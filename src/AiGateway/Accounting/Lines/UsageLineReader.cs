using System.Globalization;
using System.Text.Json;

namespace AiGateway.Accounting.Lines;

/// <summary>Reads one line of <c>prices cost</c>.</summary>
internal static class UsageLineReader
{
    private const int LongestName = 500;

    /// <summary>Reads a line.</summary>
    /// <param name="json">The line, without its end.</param>
    /// <param name="line">Receives what it says; of a bad line at least the id, where that could be read.</param>
    /// <returns>What is wrong with the line; null when it is good.</returns>
    public static string? Read(ReadOnlyMemory<byte> json, out UsageLine line)
    {
        line = new UsageLine();
        try
        {
            var reader = new Utf8JsonReader(json.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return "the line is not a JSON object";
            }
            string? wrong = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                wrong = ReadMember(ref reader, json, line) ?? wrong;
            }
            // Whatever follows the object is a defect, which shows here.
            reader.Read();
            return wrong ?? WhatIsMissing(line);
        }
        catch (JsonException exception)
        {
            return $"the line is not valid JSON at byte {(exception.BytePositionInLine ?? 0).ToString(CultureInfo.InvariantCulture)}";
        }
        catch (InvalidOperationException)
        {
            // A string that is JSON, but not text: half of a surrogate pair, broken UTF-8.
            return "the line holds a string that is not valid text";
        }
    }

    private static string? ReadMember(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, UsageLine line)
    {
        var name = reader.ValueSpan;
        if (name.SequenceEqual("id"u8))
        {
            reader.Read();
            var isScalar = reader.TokenType is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.Null;
            var id = ValueOf(ref reader, json);
            line.Id = isScalar && !id.Span.SequenceEqual("null"u8) ? id : default;
            return isScalar ? null : "'id' must be a string or a number";
        }
        if (name.SequenceEqual("usage"u8) || name.SequenceEqual("request"u8))
        {
            var isUsage = name.SequenceEqual("usage"u8);
            reader.Read();
            var type = reader.TokenType;
            var value = ValueOf(ref reader, json);
            if (type is not (JsonTokenType.StartObject or JsonTokenType.Null))
            {
                return $"'{(isUsage ? "usage" : "request")}' must be an object";
            }
            if (type == JsonTokenType.StartObject && isUsage)
            {
                line.UsageJson = value;
            }
            else if (type == JsonTokenType.StartObject)
            {
                line.Request = value;
            }
            return null;
        }
        if (name.SequenceEqual("at"u8))
        {
            reader.Read();
            var at = InstantOf(ref reader);
            reader.Skip();
            line.At = at ?? default;
            return at is null ? "'at' must be a time in ISO 8601: 2026-11-21T12:00:00Z" : null;
        }
        if (name.SequenceEqual("batch"u8))
        {
            reader.Read();
            line.IsBatch = reader.TokenType == JsonTokenType.True;
            var isFlag = reader.TokenType is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null;
            reader.Skip();
            return isFlag ? null : "'batch' must be true or false";
        }
        return ReadText(name, ref reader, line);
    }

    private static string? ReadText(ReadOnlySpan<byte> name, ref Utf8JsonReader reader, UsageLine line)
    {
        var member = name.SequenceEqual("provider"u8) ? "provider"
            : name.SequenceEqual("model"u8) ? "model"
            : name.SequenceEqual("api"u8) ? "api"
            : name.SequenceEqual("service_tier"u8) ? "service_tier"
            : name.SequenceEqual("region"u8) ? "region"
            : name.SequenceEqual("deployment"u8) ? "deployment"
            : null;
        reader.Read();
        if (member is null || reader.TokenType == JsonTokenType.Null)
        {
            reader.Skip();
            return null;
        }
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return $"'{member}' must be a string";
        }
        if (reader.ValueSpan.Length > LongestName)
        {
            return $"'{member}' is longer than {LongestName} bytes";
        }
        var text = reader.GetString()!;
        switch (member)
        {
            case "provider": line.Provider = text; break;
            case "model": line.Model = text; break;
            case "api": line.Api = text; break;
            case "service_tier": line.ServiceTier = text; break;
            case "region": line.Region = text; break;
            default: line.Deployment = text; break;
        }
        return null;
    }

    private static string? WhatIsMissing(UsageLine line) =>
        line.Provider.Length == 0 && line.Deployment is null ? "'provider' is missing"
        : line.Model.Length == 0 ? "'model' is missing"
        : line.Api.Length == 0 ? "'api' is missing"
        : line.At == default ? "'at' is missing"
        : line.UsageJson.IsEmpty && line.Request.IsEmpty ? "'usage' is missing"
        : null;

    private static ReadOnlyMemory<byte> ValueOf(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed];
    }

    // Without a zone UTC is meant, whatever zone this machine is in.
    private static DateTimeOffset? InstantOf(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return null;
        }
        if (reader.TryGetDateTime(out var time))
        {
            return time.Kind == DateTimeKind.Local
                ? reader.TryGetDateTimeOffset(out var zoned) ? zoned : null
                : new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc));
        }
        // "2026-11-21 12:00:00+00:00", as databases write it.
        return reader.ValueSpan.Length > 10 && reader.ValueSpan[10] == (byte)' '
            && DateTimeOffset.TryParse(reader.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var spaced)
            ? spaced
            : null;
    }
}
