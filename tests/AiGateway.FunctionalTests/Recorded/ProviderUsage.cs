using System.Text;
using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Recorded;

/// <summary>The provider's own numbers, read with <see cref="JsonDocument"/> and without any of the product's code, under the names of the request record.</summary>
internal static class ProviderUsage
{
    /// <summary>OpenAI's prices in USD for a million tokens: input, cached input, output.</summary>
    private static readonly Dictionary<string, (decimal Input, decimal Cached, decimal Output)> HandPicked = new(StringComparer.Ordinal)
    {
        ["gpt-4o"] = (2.5m, 1.25m, 10m),
        ["gpt-4o-2024-08-06"] = (2.5m, 1.25m, 10m),
        ["gpt-4o-mini"] = (0.15m, 0.075m, 0.6m),
        ["gpt-4o-mini-2024-07-18"] = (0.15m, 0.075m, 0.6m),
        ["gpt-5"] = (1.25m, 0.125m, 10m),
        ["gpt-5-2025-08-07"] = (1.25m, 0.125m, 10m),
        ["gpt-5-mini"] = (0.25m, 0.025m, 2m),
        ["gpt-5-mini-2025-08-07"] = (0.25m, 0.025m, 2m),
    };

    /// <summary>The last usage object in the answer; null when there is none.</summary>
    public static JsonElement? Last(RecordedExchange exchange)
    {
        if (!exchange.AnswerIsStream)
            return exchange.ContentType.Contains("json", StringComparison.Ordinal) ? InObject(JsonDocument.Parse(exchange.ResponseBody).RootElement) : null;
        JsonElement? last = null;
        foreach (var data in ExpectedAnswer.Data(Encoding.UTF8.GetString(exchange.ResponseBody)).Where(data => data != "[DONE]"))
            last = InObject(JsonDocument.Parse(data).RootElement) ?? last;
        return last;
    }

    /// <summary>Its counts; those that are 0 are left out, as the record does.</summary>
    public static IReadOnlyDictionary<string, long> Counts(JsonElement usage)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            ["input_tokens"] = Number(usage, "prompt_tokens") ?? Number(usage, "input_tokens") ?? 0,
            ["output_tokens"] = Number(usage, "completion_tokens") ?? Number(usage, "output_tokens") ?? 0,
            ["cached_input_tokens"] = new[]
            {
                Number(usage, "prompt_tokens_details", "cached_tokens"), Number(usage, "input_tokens_details", "cached_tokens"),
                Number(usage, "prompt_cache_hit_tokens"), Number(usage, "num_cached_tokens"), Number(usage, "cached_tokens"),
            }.Max() ?? 0,
            ["cache_write_tokens"] = Number(usage, "prompt_tokens_details", "cache_write_tokens") ?? Number(usage, "input_tokens_details", "cache_write_tokens") ?? 0,
            ["audio_input_tokens"] = Number(usage, "prompt_tokens_details", "audio_tokens") ?? 0,
            ["image_input_tokens"] = Number(usage, "prompt_tokens_details", "image_tokens") ?? 0,
            ["reasoning_tokens"] = Number(usage, "completion_tokens_details", "reasoning_tokens") ?? Number(usage, "output_tokens_details", "reasoning_tokens") ?? 0,
            ["audio_output_tokens"] = Number(usage, "completion_tokens_details", "audio_tokens") ?? 0,
            ["image_output_tokens"] = Number(usage, "completion_tokens_details", "image_tokens") ?? 0,
        };
        return counts.Where(count => count.Value != 0).ToDictionary(count => count.Key, count => count.Value, StringComparer.Ordinal);
    }

    /// <summary>What the provider says that it cost.</summary>
    public static decimal? ReportedCost(JsonElement usage) =>
        usage.TryGetProperty("cost", out var cost) && cost.ValueKind == JsonValueKind.Number ? cost.GetDecimal() : null;

    /// <summary>The price of the answer by hand; null where none was picked or where more than tokens is billed.</summary>
    public static decimal? Price(RecordedExchange exchange, JsonElement usage)
    {
        if (exchange.Provider != "openai" || !RecordedSelection.IsCompletion(exchange) || exchange.Features.Contains("service_tier")
            || exchange.Features.Contains("web_search") || !HandPicked.TryGetValue(exchange.Model ?? "", out var price))
        {
            return null;
        }
        var counts = Counts(usage);
        var cached = counts.GetValueOrDefault("cached_input_tokens");
        return (((counts.GetValueOrDefault("input_tokens") - cached) * price.Input) + (cached * price.Cached) + (counts.GetValueOrDefault("output_tokens") * price.Output)) / 1_000_000m;
    }

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
