using System.Text.Json;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Writes usage as OpenAI counts: cached and written input inside the input, reasoning inside the output.</summary>
internal static class UsageWriting
{
    public static void Write(Utf8JsonWriter json, Usage usage)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, usage.InputTokens);
        json.WriteNumber("completion_tokens"u8, usage.OutputTokens);
        json.WriteNumber("total_tokens"u8, usage.InputTokens + usage.OutputTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CachedInputTokens);
        json.WriteNumber("audio_tokens"u8, usage.AudioInputTokens);
        Filled(json, "image_tokens"u8, usage.ImageInputTokens);
        Filled(json, "cache_write_tokens"u8, usage.CacheWriteTokens + usage.CacheWrite1hTokens + usage.CacheWrite12hTokens);
        if (usage.CacheWrite12hTokens > 0)
        {
            json.WriteStartObject("cache_write_tokens_details"u8);
            json.WriteNumber("ttl_30m_tokens"u8, usage.CacheWriteTokens);
            json.WriteNumber("ttl_12h_tokens"u8, usage.CacheWrite12hTokens);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.ReasoningTokens);
        json.WriteNumber("audio_tokens"u8, usage.AudioOutputTokens);
        Filled(json, "image_tokens"u8, usage.ImageOutputTokens);
        json.WriteEndObject();
        Filled(json, "citation_tokens"u8, usage.CitationTokens);
        if (usage.WebSearches > 0)
        {
            json.WriteStartObject("server_tool_use_details"u8);
            json.WriteNumber("web_search_requests"u8, usage.WebSearches);
            json.WriteEndObject();
        }
        if (usage.ReportedCost is { } cost)
            json.WriteNumber("cost"u8, cost);
        json.WriteEndObject();
    }

    private static void Filled(Utf8JsonWriter json, ReadOnlySpan<byte> name, long count)
    {
        if (count > 0)
            json.WriteNumber(name, count);
    }
}
