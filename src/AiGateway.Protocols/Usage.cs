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

    /// <summary>True when the counts were estimated from text, because the provider reported none or the stream was cut.</summary>
    public bool Estimated { get; init; }

    /// <summary>What several calls consumed together. A cost is known when all of them report one.</summary>
    public static Usage Sum(IReadOnlyList<Usage> calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        var sum = new Usage();
        var isReported = true;
        foreach (var call in calls)
        {
            sum = Sum(sum, call)!;
            isReported &= call.ReportedCost is not null;
        }
        return isReported ? sum : sum with { ReportedCost = null };
    }

    /// <summary>What two calls for one answer consumed together; null where neither says.</summary>
    public static Usage? Sum(Usage? left, Usage? right)
    {
        if (left is null || right is null)
            return left ?? right;
        return left with
        {
            InputTokens = left.InputTokens + right.InputTokens,
            CachedInputTokens = left.CachedInputTokens + right.CachedInputTokens,
            CacheWriteTokens = left.CacheWriteTokens + right.CacheWriteTokens,
            CacheWrite12hTokens = left.CacheWrite12hTokens + right.CacheWrite12hTokens,
            CacheWrite1hTokens = left.CacheWrite1hTokens + right.CacheWrite1hTokens,
            AudioInputTokens = left.AudioInputTokens + right.AudioInputTokens,
            ImageInputTokens = left.ImageInputTokens + right.ImageInputTokens,
            OutputTokens = left.OutputTokens + right.OutputTokens,
            ReasoningTokens = left.ReasoningTokens + right.ReasoningTokens,
            AudioOutputTokens = left.AudioOutputTokens + right.AudioOutputTokens,
            ImageOutputTokens = left.ImageOutputTokens + right.ImageOutputTokens,
            CitationTokens = left.CitationTokens + right.CitationTokens,
            SearchUnits = left.SearchUnits + right.SearchUnits,
            WebSearches = left.WebSearches + right.WebSearches,
            Images = left.Images + right.Images,
            Characters = left.Characters + right.Characters,
            AudioSeconds = left.AudioSeconds + right.AudioSeconds,
            ReportedCost = left.ReportedCost is null && right.ReportedCost is null ? null : (left.ReportedCost ?? 0) + (right.ReportedCost ?? 0),
            Estimated = left.Estimated || right.Estimated,
        };
    }
}
