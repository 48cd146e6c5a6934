using System.Runtime.InteropServices;
using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Usage in the dialect's own rules: cached and written tokens inside the input, reasoning inside the output.</summary>
internal static class UsageJson
{
    /// <summary>Reads the usage of a response object, with the web searches that stand beside it in <c>tool_usage</c>.</summary>
    public static Usage? Read(JsonElement response)
    {
        var usage = response.Member("usage"u8);
        if (usage.ValueKind != JsonValueKind.Object || UsageReader.Read(JsonMarshal.GetRawUtf8Value(usage), UsageRules.OpenAI) is not { } read)
            return null;
        var searches = response.Member("tool_usage"u8).Member("web_search"u8).LongOf("num_requests"u8);
        return read.WebSearches == 0 && searches is > 0 ? read with { WebSearches = searches.Value } : read;
    }

    /// <summary>Writes it: as it was read where it still says the same, else from the counts.</summary>
    public static void Write(Utf8JsonWriter json, Usage? usage, JsonValue native)
    {
        if (usage is null)
        {
            json.WriteNull("usage"u8);
            return;
        }
        if (!native.IsAbsent && UsageReader.Read(native.Utf8, UsageRules.OpenAI) is { } same && same with { WebSearches = usage.WebSearches } == usage)
        {
            json.WritePropertyName("usage"u8);
            native.WriteTo(json);
            return;
        }
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, usage.InputTokens);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CachedInputTokens);
        json.WriteNumber("cache_write_tokens"u8, UsageParts.CacheWrites(usage));
        UsageParts.WriteLifetimes(json, usage);
        UsageParts.WriteIfAny(json, "audio_tokens"u8, usage.AudioInputTokens);
        UsageParts.WriteIfAny(json, "image_tokens"u8, usage.ImageInputTokens);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, usage.OutputTokens);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.ReasoningTokens);
        UsageParts.WriteIfAny(json, "audio_tokens"u8, usage.AudioOutputTokens);
        UsageParts.WriteIfAny(json, "image_tokens"u8, usage.ImageOutputTokens);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, usage.InputTokens + usage.OutputTokens);
        UsageParts.WriteRest(json, usage);
        json.WriteEndObject();
    }
}
