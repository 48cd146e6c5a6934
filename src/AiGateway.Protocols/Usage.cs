namespace AiGateway.Protocols;

/// <summary>
/// What one upstream call consumed, by kind, in one meaning for every provider: <see cref="InputTokens"/> contains
/// cached, written and non-text input; <see cref="OutputTokens"/> contains reasoning and non-text output.
/// </summary>
/// <remarks>Counts are never negative. Which provider reports what inside what is in <see cref="UsageRules"/>.</remarks>
public sealed record Usage
{
    /// <summary>All input tokens, cache reads and writes included.</summary>
    public long InputTokens { get; init; }

    /// <summary>Input tokens read from the provider's prompt cache; part of <see cref="InputTokens"/>.</summary>
    public long CachedInputTokens { get; init; }

    /// <summary>Input tokens written to the provider's prompt cache with its short lifetime; part of <see cref="InputTokens"/>.</summary>
    public long CacheWriteTokens { get; init; }

    /// <summary>Input tokens written to the provider's prompt cache for 12 hours (OpenAI); part of <see cref="InputTokens"/>, not of <see cref="CacheWriteTokens"/>.</summary>
    public long CacheWrite12hTokens { get; init; }

    /// <summary>Input tokens written to the provider's prompt cache for an hour (Anthropic, Bedrock); part of <see cref="InputTokens"/>, not of <see cref="CacheWriteTokens"/>.</summary>
    public long CacheWrite1hTokens { get; init; }

    /// <summary>Audio input tokens; part of <see cref="InputTokens"/>.</summary>
    public long AudioInputTokens { get; init; }

    /// <summary>Image input tokens; part of <see cref="InputTokens"/>.</summary>
    public long ImageInputTokens { get; init; }

    /// <summary>Audio input tokens read from cache; part of both. Null where the provider does not say which kind was cached: only the realtime API does.</summary>
    public long? CachedAudioInputTokens { get; init; }

    /// <summary>Image input tokens read from cache; part of both. Null where the provider does not say which kind was cached: only the realtime API does.</summary>
    public long? CachedImageInputTokens { get; init; }

    /// <summary>All output tokens, reasoning included.</summary>
    public long OutputTokens { get; init; }

    /// <summary>Reasoning tokens; part of <see cref="OutputTokens"/>.</summary>
    public long ReasoningTokens { get; init; }

    /// <summary>Audio output tokens; part of <see cref="OutputTokens"/>.</summary>
    public long AudioOutputTokens { get; init; }

    /// <summary>Image output tokens; part of <see cref="OutputTokens"/>.</summary>
    public long ImageOutputTokens { get; init; }

    /// <summary>Citation tokens, charged apart by Perplexity's deep research; in neither total.</summary>
    public long CitationTokens { get; init; }

    /// <summary>Search units of a rerank request.</summary>
    public long SearchUnits { get; init; }

    /// <summary>Web searches that the provider ran for the answer.</summary>
    public long WebSearches { get; init; }

    /// <summary>Images in the answer.</summary>
    public long Images { get; init; }

    /// <summary>Characters of text to be spoken.</summary>
    public long Characters { get; init; }

    /// <summary>Seconds of audio in the request, as the provider billed them; 0 when it does not say.</summary>
    public decimal AudioSeconds { get; init; }

    /// <summary>What the provider says the call cost, in USD; null when it does not say. OpenRouter and Perplexity report it.</summary>
    public decimal? ReportedCost { get; init; }

    /// <summary>How many requests this is the sum of: 1 but for batches, and for answers that took several calls.</summary>
    public long Requests { get; init; } = 1;

    /// <summary>What the prices of a few models depend on; null for all others.</summary>
    public UsageDetail? Detail { get; init; }

    /// <summary>True when the counts were estimated from text, because the provider reported none or the stream was cut.</summary>
    public bool Estimated { get; init; }

    /// <summary>Both together.</summary>
    public Usage Plus(Usage other) => new()
    {
        InputTokens = InputTokens + other.InputTokens,
        CachedInputTokens = CachedInputTokens + other.CachedInputTokens,
        CacheWriteTokens = CacheWriteTokens + other.CacheWriteTokens,
        CacheWrite12hTokens = CacheWrite12hTokens + other.CacheWrite12hTokens,
        CacheWrite1hTokens = CacheWrite1hTokens + other.CacheWrite1hTokens,
        AudioInputTokens = AudioInputTokens + other.AudioInputTokens,
        ImageInputTokens = ImageInputTokens + other.ImageInputTokens,
        CachedAudioInputTokens = Sum(CachedAudioInputTokens, other.CachedAudioInputTokens),
        CachedImageInputTokens = Sum(CachedImageInputTokens, other.CachedImageInputTokens),
        OutputTokens = OutputTokens + other.OutputTokens,
        ReasoningTokens = ReasoningTokens + other.ReasoningTokens,
        AudioOutputTokens = AudioOutputTokens + other.AudioOutputTokens,
        ImageOutputTokens = ImageOutputTokens + other.ImageOutputTokens,
        CitationTokens = CitationTokens + other.CitationTokens,
        SearchUnits = SearchUnits + other.SearchUnits,
        WebSearches = WebSearches + other.WebSearches,
        Images = Images + other.Images,
        Characters = Characters + other.Characters,
        AudioSeconds = AudioSeconds + other.AudioSeconds,
        ReportedCost = ReportedCost is null ? other.ReportedCost : ReportedCost + (other.ReportedCost ?? 0),
        Requests = Requests + other.Requests,
        Estimated = Estimated || other.Estimated,
        Detail = Detail is null ? other.Detail : other.Detail is null ? Detail : Detail.Plus(other.Detail),
    };

    /// <summary>What two calls for one answer, or two responses of one session, consumed together; null where neither says.</summary>
    public static Usage? Sum(Usage? left, Usage? right) => left is null || right is null ? left ?? right : left.Plus(right);

    /// <summary>What several calls consumed together. A cost is known when all of them report one.</summary>
    public static Usage Sum(IReadOnlyList<Usage> calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        var sum = new Usage { Requests = 0 };
        var isReported = true;
        foreach (var call in calls)
        {
            sum = sum.Plus(call);
            isReported &= call.ReportedCost is not null;
        }
        return isReported ? sum : sum with { ReportedCost = null };
    }

    private static long? Sum(long? one, long? other) => one is null && other is null ? null : (one ?? 0) + (other ?? 0);
}
