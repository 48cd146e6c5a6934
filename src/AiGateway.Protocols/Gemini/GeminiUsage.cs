using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Gemini;

/// <summary>Reads and writes <c>usageMetadata</c>.</summary>
/// <remarks>
/// Google counts side by side what <see cref="Usage"/> counts together: the total is prompt + candidates + tool prompts +
/// thoughts (https://ai.google.dev/api/generate-content#UsageMetadata); cached tokens are part of the prompt. A missing count
/// is none; <c>candidatesTokenCount</c> is missing where nothing but thoughts came.
/// </remarks>
internal static class GeminiUsage
{
    private const long MostTokens = 1_000_000_000_000;

    /// <summary>Google's name of a service tier in neutral words.</summary>
    public static string? TierOf(string tier) => tier.ToLowerInvariant() switch
    {
        "standard" or "service_tier_standard" => "default",
        "unspecified" or "service_tier_unspecified" => null,
        var other => other.StartsWith("service_tier_", StringComparison.Ordinal) ? other["service_tier_".Length..] : other,
    };

    /// <summary>Reads the object; null when it is none or counts nothing.</summary>
    /// <param name="usage">The object.</param>
    /// <param name="tier">Receives the service tier.</param>
    /// <param name="rest">Takes what <see cref="Usage"/> has no place for; pass null not to keep it.</param>
    public static Usage? Read(JsonElement usage, out string? tier, JsonMembers? rest)
    {
        tier = null;
        if (usage.ValueKind != JsonValueKind.Object)
            return null;
        long prompt = 0, candidates = 0, thoughts = 0, tools = 0, cached = 0, total = 0;
        var (given, cachedKinds, made) = (new Kinds(), new Kinds(), new Kinds());
        var any = false;
        var hasCandidates = false;
        foreach (var member in usage.EnumerateObject())
        {
            var name = GeminiNames.Of(member);
            switch (name)
            {
                case "promptTokenCount":
                    any |= Count(member.Value, out prompt);
                    break;
                case "candidatesTokenCount":
                    any |= hasCandidates = Count(member.Value, out candidates);
                    break;
                case "thoughtsTokenCount":
                    any |= Count(member.Value, out thoughts);
                    break;
                case "toolUsePromptTokenCount":
                    any |= Count(member.Value, out tools);
                    rest?.Add("usageMetadata." + name, JsonValue.Of(member.Value));
                    break;
                case "cachedContentTokenCount":
                    any |= Count(member.Value, out cached);
                    break;
                case "totalTokenCount":
                    any |= Count(member.Value, out total);
                    break;
                case "promptTokensDetails" or "promptTokenDetails":
                    Modalities(member.Value, ref given);
                    rest?.Add("usageMetadata." + name, JsonValue.Of(member.Value));
                    break;
                case "cacheTokensDetails":
                    Modalities(member.Value, ref cachedKinds);
                    rest?.Add("usageMetadata." + name, JsonValue.Of(member.Value));
                    break;
                case "toolUsePromptTokensDetails":
                    Modalities(member.Value, ref given);
                    rest?.Add("usageMetadata." + name, JsonValue.Of(member.Value));
                    break;
                case "candidatesTokensDetails":
                    Modalities(member.Value, ref made);
                    rest?.Add("usageMetadata." + name, JsonValue.Of(member.Value));
                    break;
                case "serviceTier" when member.Value.ValueKind == JsonValueKind.String:
                    tier = TierOf(member.Value.GetString()!);
                    break;
                case "trafficType" when member.Value.ValueKind == JsonValueKind.String:
                    // Vertex's word for the same (https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#TrafficType).
                    tier ??= member.Value.GetString() switch
                    {
                        "ON_DEMAND_PRIORITY" => "priority",
                        "ON_DEMAND_FLEX" => "flex",
                        _ => null,
                    };
                    rest?.Add("usageMetadata." + name, JsonValue.Of(member.Value));
                    break;
                default:
                    rest?.Add("usageMetadata." + member.Name, JsonValue.Of(member.Value));
                    break;
            }
        }
        if (!any)
            return null;
        if (!hasCandidates)
            candidates = Math.Max(0, total - prompt - tools - thoughts);
        return new Usage
        {
            InputTokens = prompt + tools,
            CachedInputTokens = cached,
            AudioInputTokens = given.Audio,
            ImageInputTokens = given.Image,
            OutputTokens = candidates + thoughts,
            ReasoningTokens = thoughts,
            AudioOutputTokens = made.Audio,
            ImageOutputTokens = made.Image,
            CachedAudioInputTokens = cachedKinds.Any ? cachedKinds.Audio : null,
            CachedImageInputTokens = cachedKinds.Any ? cachedKinds.Image : null,
            Detail = (tools | given.Video | made.Video) == 0
                ? null
                : new UsageDetail
                {
                    VideoInputTokens = given.Video,
                    VideoOutputTokens = made.Video,
                    ToolPromptTokens = tools,
                },
        };
    }

    /// <summary>Writes the object.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="usage">What was consumed.</param>
    /// <param name="tier">The service tier in neutral words.</param>
    /// <param name="members">Of an answer of this dialect: what else it said.</param>
    public static void Write(Utf8JsonWriter writer, Usage usage, string? tier, JsonMembers? members)
    {
        var tools = members is null ? default : members.Find("usageMetadata.toolUsePromptTokenCount");
        var toolTokens = tools.IsAbsent ? usage.Detail?.ToolPromptTokens ?? 0 : 0;
        if (!tools.IsAbsent)
        {
            using var document = tools.Open();
            Count(document.RootElement, out toolTokens);
        }
        var prompt = Math.Max(0, usage.InputTokens - toolTokens);
        var candidates = Math.Max(0, usage.OutputTokens - usage.ReasoningTokens);
        writer.WriteStartObject("usageMetadata");
        writer.WriteNumber("promptTokenCount", prompt);
        if (candidates > 0 || members is null)
            writer.WriteNumber("candidatesTokenCount", candidates);
        writer.WriteNumber("totalTokenCount", usage.InputTokens + candidates + usage.ReasoningTokens);
        if (usage.CachedInputTokens > 0)
            writer.WriteNumber("cachedContentTokenCount", usage.CachedInputTokens);
        if (tools.IsAbsent && toolTokens > 0)
            writer.WriteNumber("toolUsePromptTokenCount", toolTokens);
        if (usage.ReasoningTokens > 0)
            writer.WriteNumber("thoughtsTokenCount", usage.ReasoningTokens);
        if (members is null)
        {
            WriteModalities(writer, "promptTokensDetails", prompt, usage.AudioInputTokens, usage.ImageInputTokens);
            WriteModalities(writer, "candidatesTokensDetails", candidates, usage.AudioOutputTokens, usage.ImageOutputTokens);
        }
        if (TierName(tier) is { } name)
            writer.WriteString("serviceTier", name);
        GeminiJson.WriteMembers(writer, members, "usageMetadata.");
        writer.WriteEndObject();
    }

    private static string? TierName(string? tier) => tier switch
    {
        "default" => "standard",
        "auto" => null,
        _ => tier,
    };

    private static bool Count(JsonElement value, out long count)
    {
        if (GeminiJson.TryLong(value, out count) && count is >= 0 and <= MostTokens)
            return true;
        count = 0;
        return false;
    }

    private struct Kinds
    {
        public long Audio;
        public long Image;
        public long Video;
        public bool Any;
    }

    private static void Modalities(JsonElement details, ref Kinds kinds)
    {
        if (details.ValueKind != JsonValueKind.Array)
            return;
        foreach (var detail in details.EnumerateArray())
        {
            if (detail.ValueKind != JsonValueKind.Object || !Count(GeminiNames.Find(detail, "tokenCount"), out var count))
                continue;
            var modality = GeminiNames.Find(detail, "modality");
            if (modality.ValueKind != JsonValueKind.String)
                continue;
            kinds.Any = true;
            if (modality.ValueEquals("AUDIO"u8))
                kinds.Audio += count;
            else if (modality.ValueEquals("IMAGE"u8))
                kinds.Image += count;
            else if (modality.ValueEquals("VIDEO"u8))
                kinds.Video += count;
        }
    }

    private static void WriteModalities(Utf8JsonWriter writer, string name, long all, long audio, long image)
    {
        if (audio + image == 0)
            return;
        writer.WriteStartArray(name);
        WriteModality(writer, "TEXT", Math.Max(0, all - audio - image));
        WriteModality(writer, "AUDIO", audio);
        WriteModality(writer, "IMAGE", image);
        writer.WriteEndArray();
    }

    private static void WriteModality(Utf8JsonWriter writer, string modality, long count)
    {
        if (count == 0)
            return;
        writer.WriteStartObject();
        writer.WriteString("modality", modality);
        writer.WriteNumber("tokenCount", count);
        writer.WriteEndObject();
    }
}
