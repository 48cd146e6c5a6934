using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Anthropic;

/// <summary>Anthropic's usage, gathered from one object or from those of a stream, and back. Not thread-safe.</summary>
/// <remarks>
/// <c>input_tokens</c> is uncached input only: cache reads and writes come on top. A stream's numbers are cumulative: a later
/// one replaces an earlier one, and one that is left out stands. Compactions are consumed but are in none of the top-level
/// numbers, so they are added; an advisor's tokens are another model's and are not
/// (https://platform.claude.com/docs/en/build-with-claude/compaction). A count that is negative, fractional or above 10^12 is
/// taken as not reported.
/// </remarks>
internal sealed class AnthropicUsage
{
    private const long MostTokens = 1_000_000_000_000;
    private static readonly UsageDetail InUs = new() { Region = "us" };

    private long? _input;
    private long? _output;
    private long? _cacheRead;
    private long? _cacheWrite;
    private long? _write5m;
    private long? _write1h;
    private long? _thinking;
    private long? _webSearches;
    private decimal? _cost;
    private bool _inUs;
    private bool _isFast;
    private string? _serviceTier;
    private Usage _compaction = new();

    /// <summary>The service tier that served it; <c>fast</c> in fast mode, which Anthropic names in <c>speed</c>.</summary>
    public string? ServiceTier => _isFast ? "fast" : _serviceTier;

    public static Usage? Of(JsonElement usage)
    {
        var counts = new AnthropicUsage();
        counts.Take(usage);
        return counts.ToUsage();
    }

    /// <summary>Takes one usage object.</summary>
    public void Take(JsonElement usage)
    {
        if (usage.ValueKind != JsonValueKind.Object)
            return;
        TakeCounts(usage);
        _serviceTier = usage.Member("service_tier"u8).TextOrNull() ?? _serviceTier;
        _isFast |= usage.Member("speed"u8) is { ValueKind: JsonValueKind.String } speed && speed.ValueEquals("fast"u8);
        // Costs more than anywhere (https://platform.claude.com/docs/en/manage-claude/data-residency).
        _inUs |= usage.Member("inference_geo"u8) is { ValueKind: JsonValueKind.String } geo && geo.ValueEquals("us"u8);
        var iterations = usage.Member("iterations"u8);
        if (iterations.ValueKind != JsonValueKind.Array)
            return;
        _compaction = new Usage();
        foreach (var iteration in iterations.EnumerateArray())
        {
            if (iteration.Member("type"u8).TextOrNull() != "compaction")
                continue;
            var counts = new AnthropicUsage();
            counts.TakeCounts(iteration);
            if (counts.ToUsage() is { } more)
                _compaction = Sum(_compaction, more);
        }
    }

    /// <summary>Takes what Bedrock counts of a stream of invoke; its input is without what came from a cache and what was written to one.</summary>
    /// <returns>False when there is nothing.</returns>
    public bool TakeBedrock(JsonElement metrics)
    {
        if (metrics.ValueKind != JsonValueKind.Object)
            return false;
        Set(ref _input, metrics.Member("inputTokenCount"u8));
        Set(ref _output, metrics.Member("outputTokenCount"u8));
        Set(ref _cacheRead, metrics.Member("cacheReadInputTokenCount"u8));
        Set(ref _cacheWrite, metrics.Member("cacheWriteInputTokenCount"u8));
        return _input is not null || _output is not null;
    }

    /// <summary>What was consumed; null when nothing was reported.</summary>
    public Usage? ToUsage()
    {
        if (_input is null && _output is null && _cost is null)
            return null;
        var written1h = _write1h ?? 0;
        var written = Math.Max(_cacheWrite ?? 0, (_write5m ?? 0) + written1h);
        var usage = new Usage
        {
            InputTokens = (_input ?? 0) + (_cacheRead ?? 0) + written,
            CachedInputTokens = _cacheRead ?? 0,
            CacheWriteTokens = written - written1h,
            CacheWrite1hTokens = written1h,
            OutputTokens = _output ?? 0,
            ReasoningTokens = _thinking ?? 0,
            WebSearches = _webSearches ?? 0,
            ReportedCost = _cost,
            Detail = _inUs ? InUs : null,
        };
        return Sum(usage, _compaction);
    }

    /// <summary>Writes the value of a <c>usage</c> member.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="usage">What was consumed; null writes zeros, for clients insist on the object.</param>
    /// <param name="native">Anthropic's own object: written as it is when it says the same; absent for none.</param>
    /// <param name="tier">The service tier; written where Anthropic has the word.</param>
    public static void Write(Utf8JsonWriter writer, Usage? usage, JsonValue native, string? tier)
    {
        if (!native.IsAbsent && Says(native, usage))
        {
            native.WriteTo(writer);
            return;
        }
        usage ??= new Usage();
        var written = usage.CacheWriteTokens + usage.CacheWrite1hTokens + usage.CacheWrite12hTokens;
        writer.WriteStartObject();
        writer.WriteNumber("input_tokens"u8, Math.Max(0, usage.InputTokens - usage.CachedInputTokens - written));
        writer.WriteNumber("cache_creation_input_tokens"u8, written);
        writer.WriteNumber("cache_read_input_tokens"u8, usage.CachedInputTokens);
        if (written > 0)
        {
            writer.WriteStartObject("cache_creation"u8);
            writer.WriteNumber("ephemeral_5m_input_tokens"u8, usage.CacheWriteTokens);
            writer.WriteNumber("ephemeral_1h_input_tokens"u8, usage.CacheWrite1hTokens + usage.CacheWrite12hTokens);
            writer.WriteEndObject();
        }
        writer.WriteNumber("output_tokens"u8, usage.OutputTokens);
        if (usage.ReasoningTokens > 0)
        {
            writer.WriteStartObject("output_tokens_details"u8);
            writer.WriteNumber("thinking_tokens"u8, usage.ReasoningTokens);
            writer.WriteEndObject();
        }
        if (usage.WebSearches > 0)
        {
            writer.WriteStartObject("server_tool_use"u8);
            writer.WriteNumber("web_search_requests"u8, usage.WebSearches);
            writer.WriteNumber("web_fetch_requests"u8, 0);
            writer.WriteEndObject();
        }
        if ((tier is "default" ? "standard" : tier) is "standard" or "priority" or "batch")
            writer.WriteString("service_tier"u8, tier is "default" ? "standard" : tier);
        writer.WriteEndObject();
    }

    private static bool Says(JsonValue native, Usage? usage)
    {
        using var document = native.Open();
        return Of(document.RootElement) == usage;
    }

    private static Usage Sum(Usage one, Usage other) => one with
    {
        InputTokens = one.InputTokens + other.InputTokens,
        CachedInputTokens = one.CachedInputTokens + other.CachedInputTokens,
        CacheWriteTokens = one.CacheWriteTokens + other.CacheWriteTokens,
        CacheWrite1hTokens = one.CacheWrite1hTokens + other.CacheWrite1hTokens,
        OutputTokens = one.OutputTokens + other.OutputTokens,
        ReasoningTokens = one.ReasoningTokens + other.ReasoningTokens,
    };

    private static void Set(ref long? count, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number is >= 0 and <= MostTokens)
            count = number;
    }

    private void TakeCounts(JsonElement usage)
    {
        Set(ref _input, usage.Member("input_tokens"u8));
        Set(ref _output, usage.Member("output_tokens"u8));
        Set(ref _cacheRead, usage.Member("cache_read_input_tokens"u8));
        Set(ref _cacheWrite, usage.Member("cache_creation_input_tokens"u8));
        var split = usage.Member("cache_creation"u8);
        Set(ref _write5m, split.Member("ephemeral_5m_input_tokens"u8));
        Set(ref _write1h, split.Member("ephemeral_1h_input_tokens"u8));
        Set(ref _thinking, usage.Member("output_tokens_details"u8).Member("thinking_tokens"u8));
        Set(ref _webSearches, usage.Member("server_tool_use"u8).Member("web_search_requests"u8));
        var cost = usage.Member("cost"u8);
        if (cost.ValueKind == JsonValueKind.Number && cost.TryGetDecimal(out var amount) && amount is >= 0 and <= MostTokens)
            _cost = amount;
    }
}
