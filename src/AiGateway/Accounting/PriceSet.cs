namespace AiGateway.Accounting;

/// <summary>The prices of one service tier in one period.</summary>
internal sealed class PriceSet
{
    /// <summary>What the record calls it: <c>standard</c>, <c>flex</c>, <c>peak</c>, …</summary>
    public required string Label { get; init; }

    /// <summary>Token prices below every threshold.</summary>
    public required TokenPrices Tokens { get; init; }

    /// <summary>Prices of other units; the same in every tier.</summary>
    public required UnitPrices Units { get; init; }

    /// <summary>Long-context tiers, highest threshold first.</summary>
    public PriceTier[] Tiers { get; init; } = [];

    /// <summary>The token prices for a prompt of this size, and the label that goes with them.</summary>
    /// <remarks>A tier reprices the whole request, and what is compared is the whole prompt, cache reads and writes included.</remarks>
    public TokenPrices TokensFor(long inputTokens, out string label)
    {
        foreach (var tier in Tiers)
        {
            if (inputTokens > tier.Above)
            {
                label = tier.Label;
                return tier.Tokens;
            }
        }
        label = Label;
        return Tokens;
    }

    /// <summary>The same set with the standard's prices of tool calls where it has none: a search costs the same in every service tier.</summary>
    public PriceSet WithToolsOf(PriceSet standard) =>
        standard.Units is { PerWebSearch: null, PerFileSearch: null }
            ? this
            : new PriceSet
            {
                Label = Label,
                Tokens = Tokens,
                Tiers = Tiers,
                Units = Units with
                {
                    PerWebSearch = Units.PerWebSearch ?? standard.Units.PerWebSearch,
                    PerFileSearch = Units.PerFileSearch ?? standard.Units.PerFileSearch,
                },
            };

    /// <summary>The same set with every price times <paramref name="factor"/>.</summary>
    public PriceSet Times(decimal factor)
    {
        var mark = factor > 1 ? "+surcharge" : "+discount";
        return new PriceSet
        {
            Label = Label + mark,
            Tokens = Tokens.Times(factor),
            Units = Units.Times(factor),
            Tiers = Array.ConvertAll(Tiers, tier => new PriceTier(tier.Above, tier.Tokens.Times(factor), tier.Label + mark)),
        };
    }
}

/// <summary>Token prices of a request whose prompt has more than <paramref name="Above"/> tokens.</summary>
internal sealed record PriceTier(long Above, TokenPrices Tokens, string Label);
