using System.Text.Json;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Converse's usage: <c>inputTokens</c> are the uncached ones only, cache reads and writes stand beside them, <c>totalTokens</c> covers all.</summary>
/// <remarks>Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html.</remarks>
internal static class ConverseUsage
{
    public static Usage? Read(JsonElement usage)
    {
        if (usage.ValueKind != JsonValueKind.Object)
            return null;
        if (!usage.TryGetProperty("inputTokens", out _) && !usage.TryGetProperty("outputTokens", out _))
            return null;

        // The older names with "Count" stand beside the newer ones in recorded answers, with the same numbers.
        var read = Math.Max(ConverseJson.Count(usage, "cacheReadInputTokens"), ConverseJson.Count(usage, "cacheReadInputTokenCount"));
        var written = Math.Max(ConverseJson.Count(usage, "cacheWriteInputTokens"), ConverseJson.Count(usage, "cacheWriteInputTokenCount"));
        var hour = 0L;
        if (usage.TryGetProperty("cacheDetails", out var details) && details.ValueKind == JsonValueKind.Array)
        {
            foreach (var detail in details.EnumerateArray())
            {
                if (detail.ValueKind == JsonValueKind.Object && detail.TryGetProperty("ttl", out var ttl) && ttl.ValueKind == JsonValueKind.String && ttl.ValueEquals("1h"u8))
                    hour += ConverseJson.Count(detail, "inputTokens");
            }
        }
        hour = Math.Min(hour, written);
        return new Usage
        {
            InputTokens = ConverseJson.Count(usage, "inputTokens") + read + written,
            CachedInputTokens = read,
            CacheWriteTokens = written - hour,
            CacheWrite1hTokens = hour,
            OutputTokens = ConverseJson.Count(usage, "outputTokens"),
        };
    }

    /// <summary>Writes the object. The numbers are required: zero where the provider reported none.</summary>
    public static void Write(Utf8JsonWriter writer, Usage? usage)
    {
        usage ??= new Usage();
        var written = usage.CacheWriteTokens + usage.CacheWrite1hTokens + usage.CacheWrite12hTokens;
        writer.WriteStartObject("usage"u8);
        writer.WriteNumber("inputTokens"u8, Math.Max(0, usage.InputTokens - usage.CachedInputTokens - written));
        writer.WriteNumber("outputTokens"u8, usage.OutputTokens);
        writer.WriteNumber("totalTokens"u8, usage.InputTokens + usage.OutputTokens);
        if (usage.CachedInputTokens > 0 || written > 0)
        {
            writer.WriteNumber("cacheReadInputTokens"u8, usage.CachedInputTokens);
            writer.WriteNumber("cacheWriteInputTokens"u8, written);
        }
        if (written > 0)
        {
            // Longest first, as Bedrock sorts them. Twelve hours (OpenAI) have no word here and count to the longest.
            writer.WriteStartArray("cacheDetails"u8);
            WriteDetail(writer, "1h", usage.CacheWrite1hTokens + usage.CacheWrite12hTokens);
            WriteDetail(writer, "5m", usage.CacheWriteTokens);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static void WriteDetail(Utf8JsonWriter writer, string ttl, long tokens)
    {
        if (tokens == 0)
            return;
        writer.WriteStartObject();
        writer.WriteString("ttl"u8, ttl);
        writer.WriteNumber("inputTokens"u8, tokens);
        writer.WriteEndObject();
    }
}
