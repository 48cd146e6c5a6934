using System.Text;
using System.Text.Json;

namespace AiGateway.Protocols.Tests.Recorded;

/// <summary>The provider's own numbers, read with <see cref="JsonDocument"/> and without any of the product's code.</summary>
internal static class ExpectedUsage
{
    /// <summary>The last usage object in a body or stream; null when there is none.</summary>
    public static JsonElement? Last(byte[] body, bool isStream)
    {
        if (!isStream)
            return InObject(JsonDocument.Parse(body).RootElement);
        JsonElement? last = null;
        foreach (var line in Encoding.UTF8.GetString(body).Split('\n', '\r'))
        {
            if (line.StartsWith("data:", StringComparison.Ordinal) && line[5..].Trim() is { Length: > 0 } data && data != "[DONE]")
                last = InObject(JsonDocument.Parse(data).RootElement) ?? last;
        }
        return last;
    }

    public static Usage Read(JsonElement usage) =>
        new()
        {
            InputTokens = Number(usage, "prompt_tokens") ?? Number(usage, "input_tokens") ?? 0,
            OutputTokens = Number(usage, "completion_tokens") ?? Number(usage, "output_tokens") ?? 0,
            CachedInputTokens = new[]
            {
                Number(usage, "prompt_tokens_details", "cached_tokens"), Number(usage, "input_tokens_details", "cached_tokens"),
                Number(usage, "prompt_cache_hit_tokens"), Number(usage, "num_cached_tokens"), Number(usage, "cached_tokens"),
            }.Max() ?? 0,
            CacheWriteTokens = Number(usage, "prompt_tokens_details", "cache_write_tokens") ?? Number(usage, "input_tokens_details", "cache_write_tokens") ?? 0,
            AudioInputTokens = Number(usage, "prompt_tokens_details", "audio_tokens") ?? 0,
            ImageInputTokens = Number(usage, "prompt_tokens_details", "image_tokens") ?? 0,
            ReasoningTokens = Number(usage, "completion_tokens_details", "reasoning_tokens") ?? Number(usage, "output_tokens_details", "reasoning_tokens") ?? 0,
            AudioOutputTokens = Number(usage, "completion_tokens_details", "audio_tokens") ?? 0,
            ImageOutputTokens = Number(usage, "completion_tokens_details", "image_tokens") ?? 0,
            WebSearches = Number(usage, "server_tool_use_details", "web_search_requests") ?? 0,
            AudioSeconds = Number(usage, "seconds") ?? 0,
            ReportedCost = usage.TryGetProperty("cost", out var cost) && cost.ValueKind == JsonValueKind.Number ? cost.GetDecimal() : null,
        };

    private static JsonElement? InObject(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return null;
        if (root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object)
            return usage;
        if (root.TryGetProperty("response", out var response) && response.ValueKind == JsonValueKind.Object)
            return InObject(response);
        return root.TryGetProperty("x_groq", out var groq) ? InObject(groq) : null;
    }

    private static long? Number(JsonElement element, params string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }
        return element.ValueKind == JsonValueKind.Number ? element.GetInt64() : null;
    }
}
