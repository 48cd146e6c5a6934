namespace AiGateway.Pipeline;

/// <summary>What a call cost by the price list, in USD, exact.</summary>
/// <param name="Total">The sum; null when the price is unknown, never 0 in its place.</param>
/// <param name="Unpriced">Why there is no total; null when there is one.</param>
internal sealed record Cost(decimal? Total, string? Unpriced)
{
    /// <summary>Part for input that was not cached.</summary>
    public decimal Input { get; init; }

    /// <summary>Part for input read from cache.</summary>
    public decimal CachedInput { get; init; }

    /// <summary>Part for input written to cache.</summary>
    public decimal CacheWrite { get; init; }

    /// <summary>Part for output, reasoning included.</summary>
    public decimal Output { get; init; }

    /// <summary>Part for what is not counted in tokens: requests, images, searches, characters, seconds.</summary>
    public decimal Other { get; init; }

    /// <summary>What the provider itself says the call cost; null when it says nothing.</summary>
    public decimal? Reported { get; init; }

    /// <summary>Start of the price period that was used; null for an open start.</summary>
    public DateTimeOffset? PricePeriod { get; init; }

    /// <summary>The price set that was used: <c>standard</c>, <c>flex</c>, <c>priority</c>, …, with <c>+tier</c> where a long-context tier applied.</summary>
    public string? PriceSet { get; init; }

    /// <summary>What several calls cost together; unknown when one of them is. The price named is the first one's.</summary>
    public static Cost Sum(IReadOnlyList<Cost> calls)
    {
        var sum = calls[0];
        for (var i = 1; i < calls.Count; i++)
        {
            var call = calls[i];
            sum = sum with
            {
                Total = sum.Total + call.Total,
                Unpriced = sum.Unpriced ?? call.Unpriced,
                Input = sum.Input + call.Input,
                CachedInput = sum.CachedInput + call.CachedInput,
                CacheWrite = sum.CacheWrite + call.CacheWrite,
                Output = sum.Output + call.Output,
                Other = sum.Other + call.Other,
                Reported = sum.Reported + call.Reported,
            };
        }
        return sum;
    }

    /// <summary>A cost that cannot be said.</summary>
    public static Cost Unknown(string reason) => new(null, reason);
}
