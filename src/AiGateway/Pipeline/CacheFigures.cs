namespace AiGateway.Pipeline;

/// <summary>What a cache did for one request.</summary>
/// <param name="status">What became of it.</param>
/// <param name="bypass">Why it was passed by; <see cref="CacheBypass.None"/> when it was not.</param>
internal sealed class CacheFigures(CacheStatus status, CacheBypass bypass = CacheBypass.None)
{
    /// <summary>What became of it.</summary>
    public CacheStatus Status { get; set; } = status;

    /// <summary>Why it was passed by.</summary>
    public CacheBypass Bypass { get; } = bypass;

    /// <summary>What the answer had cost whoever asked for it, in USD: what this request saved. Null where nothing was saved, or nobody knows.</summary>
    public decimal? Saved { get; set; }

    /// <summary>The request that paid for the answer: the one it was kept from, or the one whose call was shared; null when it was this one.</summary>
    public string? PaidBy { get; set; }

    /// <summary>The request that was served the answer which this one renews; null for requests of callers.</summary>
    public string? RefreshOf { get; init; }

    /// <summary>How many other requests shared this one's call while it was in flight.</summary>
    public int SharedBy { get; set; }

    /// <summary>The answer's age when it was served; zero for one that was still in flight.</summary>
    public TimeSpan Age { get; set; }

    /// <summary>What looking for a question that means the same came to; null where nobody looked.</summary>
    public SemanticFigures? Semantic { get; set; }
}
