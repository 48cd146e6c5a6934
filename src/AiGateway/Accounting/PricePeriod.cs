namespace AiGateway.Accounting;

/// <summary>The price sets that hold between two instants.</summary>
internal sealed class PricePeriod
{
    private const string StandardName = "standard";

    /// <summary>First instant; null for an open start.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>First instant after it; null for an open end.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What applies when the answer names no other service tier.</summary>
    public required PriceSet Standard { get; init; }

    /// <summary>What applies instead of <see cref="Standard"/> within <see cref="PeakHours"/>; null without peak prices.</summary>
    public PriceSet? Peak { get; init; }

    /// <summary>When <see cref="Peak"/> applies.</summary>
    public PeakHours? PeakHours { get; init; }

    /// <summary>Sets of named service tiers: <c>batch</c>, <c>flex</c>, <c>priority</c>, <c>fast</c>.</summary>
    public KeyValuePair<string, PriceSet>[] Tiers { get; init; } = [];

    /// <summary>True for an operator's own price, which means every service tier.</summary>
    public bool AnyServiceTier { get; init; }

    /// <summary>Whether it holds at <paramref name="at"/>.</summary>
    public bool Holds(DateTimeOffset at) => (From is not { } from || at >= from) && (Until is not { } until || at < until);

    /// <summary>The set for the service tier that the answer names; null when that tier has a price of its own which the list does not know.</summary>
    /// <param name="serviceTier">The provider's word; null when it names none.</param>
    /// <param name="at">When the request came in: peak hours.</param>
    /// <param name="listed">False when the word means nothing to the list and the standard set stands in.</param>
    public PriceSet? SetFor(string? serviceTier, DateTimeOffset at, out bool listed)
    {
        listed = true;
        if (AnyServiceTier || IsStandard(serviceTier))
        {
            return StandardAt(at);
        }
        if (Find(serviceTier!) is { } set)
        {
            return set;
        }
        // OpenAI sells the same tier under both names, and answers "priority" also where "fast" was asked for.
        if (Is(serviceTier, "fast") && Find("priority") is { } priority)
        {
            return priority;
        }
        // These are known to cost something else than standard: without their figure the price is unknown, not near.
        if (Is(serviceTier, "flex") || Is(serviceTier, "priority") || Is(serviceTier, "fast") || Is(serviceTier, "batch"))
        {
            return null;
        }
        // "scale", "provisioned", … are bought by capacity; the list price is what such a call would have cost.
        listed = false;
        return StandardAt(at);
    }

    /// <summary>The same period with every price times <paramref name="factor"/>.</summary>
    public PricePeriod Times(decimal factor) => new()
    {
        From = From,
        Until = Until,
        Standard = Standard.Times(factor),
        Peak = Peak?.Times(factor),
        PeakHours = PeakHours,
        Tiers = Array.ConvertAll(Tiers, tier => KeyValuePair.Create(tier.Key, tier.Value.Times(factor))),
    };

    private static bool IsStandard(string? tier) =>
        string.IsNullOrEmpty(tier) || Is(tier, "default") || Is(tier, StandardName) || Is(tier, "auto") || Is(tier, "on_demand");

    private static bool Is(string? tier, string name) => string.Equals(tier, name, StringComparison.OrdinalIgnoreCase);

    private PriceSet StandardAt(DateTimeOffset at) => Peak is not null && PeakHours!.Contains(at) ? Peak : Standard;

    private PriceSet? Find(string tier)
    {
        foreach (var (name, set) in Tiers)
        {
            if (Is(tier, name))
            {
                return set;
            }
        }
        return null;
    }
}
