namespace AiGateway.Accounting;

/// <summary>USD by a word of the request: a size, a quality and a size, how much is searched. Few entries each.</summary>
internal sealed class PriceMap(KeyValuePair<string, decimal>[] prices)
{
    /// <summary>The words and their prices, in the order of the list.</summary>
    public IReadOnlyList<KeyValuePair<string, decimal>> Prices => prices;

    /// <summary>The dearest of them; 0 when there is none.</summary>
    public decimal Most { get; } = prices.Length == 0 ? 0 : prices.Max(static price => price.Value);

    /// <summary>The price of a word, letter case aside; null when it has none.</summary>
    public decimal? Find(string? word)
    {
        foreach (var (name, price) in prices)
        {
            if (string.Equals(name, word, StringComparison.OrdinalIgnoreCase))
            {
                return price;
            }
        }
        return null;
    }

    /// <summary>The price of a size in a quality: by both, else by the size alone.</summary>
    public decimal? Find(string? quality, string size) => Find($"{quality} {size}") ?? Find(size);

    /// <summary>The same prices times <paramref name="factor"/>.</summary>
    public PriceMap Times(decimal factor) => new(Array.ConvertAll(prices, price => KeyValuePair.Create(price.Key, price.Value * factor)));
}
