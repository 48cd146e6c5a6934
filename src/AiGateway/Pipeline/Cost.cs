namespace AiGateway.Pipeline;

/// <summary>What a call cost by the price list, in USD, exact.</summary>
/// <param name="Total">The sum; null when the price is unknown, never 0 in its place.</param>
/// <param name="Unpriced">Why there is no total; null when there is one.</param>
internal sealed record Cost(decimal? Total, string? Unpriced)
{
    /// <summary>The <see cref="PriceSet"/> of a cost that is the provider's own figure.</summary>
    public const string ReportedSet = "reported";

    /// <summary>The service tier of batches, in the price list and in records.</summary>
    public const string BatchTier = "batch";

    // One field for either form: a cost is made for every call.
    private object? _shares;

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

    /// <summary>What the five parts do not tell apart (audio within input, one-hour cache writes, searches within the rest), as text for the ledger; null where each part is of one kind.</summary>
    public string? Shares
    {
        get => (string?)(_shares is List<CostShare> list ? _shares = CostShares.Text(list) : _shares);
        init => _shares = value;
    }

    /// <summary>The same one by one, in place of <see cref="Shares"/>: the text is only made where somebody reads it.</summary>
    public List<CostShare>? ShareList
    {
        init => _shares = value;
    }

    /// <summary>What the provider itself says the call cost; null when it says nothing.</summary>
    public decimal? Reported { get; init; }

    /// <summary>Start of the price period that was used; null for an open start.</summary>
    public DateTimeOffset? PricePeriod { get; init; }

    /// <summary>The price set that was used: <c>standard</c>, <c>flex</c>, <c>priority</c>, …, with <c>+tier</c> where a long-context tier applied.</summary>
    public string? PriceSet { get; init; }

    /// <summary>True when another model's price stands in for one that is unknown (<c>unknown_price: estimate</c>).</summary>
    public bool IsEstimated { get; init; }

    /// <summary>Both together; known only where both are. Period and price set are those of the first that has them.</summary>
    public Cost Plus(Cost other) => this with
    {
        Total = Total + other.Total,
        Unpriced = Unpriced ?? other.Unpriced,
        Input = Input + other.Input,
        CachedInput = CachedInput + other.CachedInput,
        CacheWrite = CacheWrite + other.CacheWrite,
        Output = Output + other.Output,
        Other = Other + other.Other,
        Shares = CostShares.Sum(Shares, other.Shares),
        Reported = Reported is null ? other.Reported : Reported + (other.Reported ?? 0),
        PricePeriod = PricePeriod ?? other.PricePeriod,
        PriceSet = PriceSet ?? other.PriceSet,
        IsEstimated = IsEstimated || other.IsEstimated,
    };

    /// <summary>What several calls cost together; unknown when one of them is, and reported when all of them are. The price named is the first one's.</summary>
    public static Cost Sum(IReadOnlyList<Cost> calls)
    {
        var sum = calls[0];
        for (var i = 1; i < calls.Count; i++)
        {
            sum = sum.Plus(calls[i]) with { Reported = sum.Reported + calls[i].Reported };
        }
        return sum;
    }

    /// <summary>A cost that cannot be said.</summary>
    public static Cost Unknown(string reason) => new(null, reason);
}
