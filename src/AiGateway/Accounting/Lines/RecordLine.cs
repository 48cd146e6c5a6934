using System.Globalization;
using System.Text.Json;
using AiGateway.Protocols;

namespace AiGateway.Accounting.Lines;

/// <summary>Reads usage from the gateway's own request records, or from lines of <c>prices cost</c>.</summary>
internal static class RecordLine
{
    /// <summary>Reads a line.</summary>
    /// <param name="json">The line.</param>
    /// <param name="line">Receives it.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Read(ReadOnlyMemory<byte> json, out UsageLine line)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("time", out var time) || root.TryGetProperty("at", out _))
            {
                return UsageLineReader.Read(json, out line);
            }
            line = new UsageLine
            {
                Provider = TextOf(root, "provider"u8) ?? "",
                Model = TextOf(root, "model"u8) ?? TextOf(root, "upstream_model"u8) ?? "",
                Api = TextOf(root, "operation"u8) ?? "",
                ServiceTier = TextOf(root, "service_tier"u8),
            };
            if (!DateTimeOffset.TryParse(time.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            {
                return "'time' is not a time";
            }
            line.At = at;
            line.Known = root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object ? UsageOf(usage) : new Usage();
            if (decimal.TryParse(TextOf(root, "cost_reported"u8), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var reported))
            {
                line.Known = line.Known with { ReportedCost = reported };
            }
            return line.Provider.Length == 0 ? "the record names no provider" : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            line = new UsageLine();
            return "the line is not valid JSON";
        }
    }

    private static Usage UsageOf(JsonElement usage) => new()
    {
        InputTokens = CountOf(usage, "input_tokens"u8),
        OutputTokens = CountOf(usage, "output_tokens"u8),
        CachedInputTokens = CountOf(usage, "cached_input_tokens"u8),
        CacheWriteTokens = CountOf(usage, "cache_write_tokens"u8),
        CacheWrite1hTokens = CountOf(usage, "cache_write_1h_tokens"u8),
        CacheWrite12hTokens = CountOf(usage, "cache_write_12h_tokens"u8),
        AudioInputTokens = CountOf(usage, "audio_input_tokens"u8),
        ImageInputTokens = CountOf(usage, "image_input_tokens"u8),
        ReasoningTokens = CountOf(usage, "reasoning_tokens"u8),
        AudioOutputTokens = CountOf(usage, "audio_output_tokens"u8),
        ImageOutputTokens = CountOf(usage, "image_output_tokens"u8),
        CitationTokens = CountOf(usage, "citation_tokens"u8),
        SearchUnits = CountOf(usage, "search_units"u8),
        WebSearches = CountOf(usage, "web_searches"u8),
        Images = CountOf(usage, "images"u8),
        Characters = CountOf(usage, "characters"u8),
        AudioSeconds = usage.TryGetProperty("audio_seconds"u8, out var seconds) && seconds.TryGetDecimal(out var amount) && amount >= 0 ? amount : 0,
    };

    private static long CountOf(JsonElement usage, ReadOnlySpan<byte> name) =>
        usage.TryGetProperty(name, out var value) && value.TryGetInt64(out var count) && count is >= 0 and <= UsageNumbers.MostCounted ? count : 0;

    private static string? TextOf(JsonElement root, ReadOnlySpan<byte> name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
