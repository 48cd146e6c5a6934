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
        var sum = new Usage { ReportedCost = calls.Count == 0 ? null : 0 };
        foreach (var call in calls)
        {
            sum = new Usage
            {
                InputTokens = sum.InputTokens + call.InputTokens,
                CachedInputTokens = sum.CachedInputTokens + call.CachedInputTokens,
                CacheWriteTokens = sum.CacheWriteTokens + call.CacheWriteTokens,
                CacheWrite12hTokens = sum.CacheWrite12hTokens + call.CacheWrite12hTokens,
                CacheWrite1hTokens = sum.CacheWrite1hTokens + call.CacheWrite1hTokens,
                AudioInputTokens = sum.AudioInputTokens + call.AudioInputTokens,
                ImageInputTokens = sum.ImageInputTokens + call.ImageInputTokens,
                OutputTokens = sum.OutputTokens + call.OutputTokens,
                ReasoningTokens = sum.ReasoningTokens + call.ReasoningTokens,
                AudioOutputTokens = sum.AudioOutputTokens + call.AudioOutputTokens,
                ImageOutputTokens = sum.ImageOutputTokens + call.ImageOutputTokens,
                CitationTokens = sum.CitationTokens + call.CitationTokens,
                SearchUnits = sum.SearchUnits + call.SearchUnits,
                WebSearches = sum.WebSearches + call.WebSearches,
                Images = sum.Images + call.Images,
                Characters = sum.Characters + call.Characters,
                AudioSeconds = sum.AudioSeconds + call.AudioSeconds,
                ReportedCost = sum.ReportedCost + call.ReportedCost,
                Estimated = sum.Estimated || call.Estimated,
            };
        }
        return sum;
    }
}
