using System.Text.Json;

namespace AiGateway.Protocols.OpenAI;

/// <summary>What the usage objects of Chat and Responses have in common.</summary>
internal static class UsageParts
{
    /// <summary>Writes a count that is there only when there is any.</summary>
    public static void WriteIfAny(Utf8JsonWriter json, ReadOnlySpan<byte> name, long count)
    {
        if (count > 0)
            json.WriteNumber(name, count);
    }

    /// <summary>Tokens written to the cache, all of them.</summary>
    public static long CacheWrites(Usage usage) => usage.CacheWriteTokens + usage.CacheWrite1hTokens + usage.CacheWrite12hTokens;

    /// <summary>Writes how long what was written to the cache stays, where some of it stays for twelve hours.</summary>
    public static void WriteLifetimes(Utf8JsonWriter json, Usage usage)
    {
        if (usage.CacheWrite12hTokens <= 0)
            return;
        json.WriteStartObject("cache_write_tokens_details"u8);
        json.WriteNumber("ttl_30m_tokens"u8, usage.CacheWriteTokens);
        json.WriteNumber("ttl_12h_tokens"u8, usage.CacheWrite12hTokens);
        json.WriteEndObject();
    }

    /// <summary>Writes what stands behind the tokens: web searches, and what the provider says it cost.</summary>
    public static void WriteRest(Utf8JsonWriter json, Usage usage)
    {
        if (usage.WebSearches > 0)
        {
            json.WriteStartObject("server_tool_use_details"u8);
            json.WriteNumber("web_search_requests"u8, usage.WebSearches);
            json.WriteEndObject();
        }
        if (usage.ReportedCost is { } cost)
            json.WriteNumber("cost"u8, cost);
    }
}
