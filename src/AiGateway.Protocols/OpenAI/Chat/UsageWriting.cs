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
        UsageParts.WriteIfAny(json, "image_tokens"u8, usage.ImageInputTokens);
        UsageParts.WriteIfAny(json, "cache_write_tokens"u8, UsageParts.CacheWrites(usage));
        UsageParts.WriteLifetimes(json, usage);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.ReasoningTokens);
        json.WriteNumber("audio_tokens"u8, usage.AudioOutputTokens);
        UsageParts.WriteIfAny(json, "image_tokens"u8, usage.ImageOutputTokens);
        json.WriteEndObject();
        UsageParts.WriteIfAny(json, "citation_tokens"u8, usage.CitationTokens);
        UsageParts.WriteRest(json, usage);
        json.WriteEndObject();
    }
}
