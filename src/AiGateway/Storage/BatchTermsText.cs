using System.Buffers;
using System.Text.Json;
using AiGateway.Pipeline;

namespace AiGateway.Storage;

/// <summary>What is kept of a batch's making, as JSON: <c>{"model":…,"tags":[[name,value]…],"expected":…,"most":…}</c>, amounts in billionths of a USD.</summary>
internal static class BatchTermsText
{
    /// <summary>Writes it.</summary>
    public static byte[] Write(BatchTerms terms)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model"u8, terms.Model);
            json.WriteStartArray("tags"u8);
            foreach (var (name, value) in terms.Tags)
            {
                json.WriteStartArray();
                json.WriteStringValue(name);
                json.WriteStringValue(value);
                json.WriteEndArray();
            }
            json.WriteEndArray();
            if (terms.Hold is { } hold)
            {
                json.WriteNumber("expected"u8, hold.Expected);
                json.WriteNumber("most"u8, hold.Most);
            }
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static BatchTerms Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            var tags = new List<KeyValuePair<string, string>>();
            foreach (var tag in root.GetProperty("tags"u8).EnumerateArray())
            {
                tags.Add(new(tag[0].GetString()!, tag[1].GetString()!));
            }
            var hold = root.TryGetProperty("most"u8, out var most) ? new BatchHold(root.GetProperty("expected"u8).GetInt64(), most.GetInt64()) : null;
            return new BatchTerms(root.GetProperty("model"u8).GetString()!, [.. tags], hold);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException("What is kept of a batch's making cannot be read.", e);
        }
    }
}
