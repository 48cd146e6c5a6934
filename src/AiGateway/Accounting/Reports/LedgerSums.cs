namespace AiGateway.Accounting.Reports;

/// <summary>Sums over requests and calls: whole numbers and exact amounts.</summary>
internal sealed class LedgerSums
{
    /// <summary>Requests.</summary>
    public long Requests { get; set; }

    /// <summary>Requests that ended with an error, or were cut by an upstream.</summary>
    public long Errors { get; set; }

    /// <summary>Upstream calls.</summary>
    public long Calls { get; set; }

    /// <summary>Calls whose figures were estimated.</summary>
    public long Estimated { get; set; }

    /// <summary>Calls that consumed something whose price is not known.</summary>
    public long Unpriced { get; set; }

    /// <summary>Tokens of those.</summary>
    public long UnpricedTokens { get; set; }

    /// <summary>Input tokens, cached and written ones included.</summary>
    public long Input { get; set; }

    /// <summary>Of them read from a provider's cache.</summary>
    public long CachedInput { get; set; }

    /// <summary>Of them written to a provider's cache, for any time.</summary>
    public long CacheWrite { get; set; }

    /// <summary>Output tokens, reasoning included.</summary>
    public long Output { get; set; }

    /// <summary>Of them reasoning.</summary>
    public long Reasoning { get; set; }

    /// <summary>Time from start to end, of all requests together, in microseconds.</summary>
    public long DurationMicroseconds { get; set; }

    /// <summary>Cost in USD.</summary>
    public decimal Cost { get; set; }

    /// <summary>What a cache saved, in USD.</summary>
    public decimal Saved { get; set; }

    /// <summary>Cost in USD that is booked here for months that were closed before; not in <see cref="Cost"/>.</summary>
    public decimal Adjustments { get; set; }

    /// <summary>Cost of one request; null without requests.</summary>
    public decimal? CostPerRequest => Requests > 0 ? Cost / Requests : null;

    /// <summary>Share of requests that ended with an error, 0 to 1; null without requests.</summary>
    public decimal? ErrorShare => Requests > 0 ? (decimal)Errors / Requests : null;

    /// <summary>Adds others.</summary>
    /// <exception cref="OverflowException">A sum is beyond what its type holds.</exception>
    public void Add(LedgerSums other)
    {
        checked
        {
            Requests += other.Requests;
            Errors += other.Errors;
            Calls += other.Calls;
            Estimated += other.Estimated;
            Unpriced += other.Unpriced;
            UnpricedTokens += other.UnpricedTokens;
            Input += other.Input;
            CachedInput += other.CachedInput;
            CacheWrite += other.CacheWrite;
            Output += other.Output;
            Reasoning += other.Reasoning;
            DurationMicroseconds += other.DurationMicroseconds;
        }
        Cost += other.Cost;
        Saved += other.Saved;
        Adjustments += other.Adjustments;
    }
}
