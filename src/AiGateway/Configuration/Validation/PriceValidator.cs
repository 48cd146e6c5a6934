using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>The operator's prices: for a provider and model, either whole or as a discount.</summary>
internal static class PriceValidator
{
    public static void Validate(ValidationContext context)
    {
        foreach (var (name, price) in context.Config.Prices)
        {
            var path = ConfigPath.Of("prices", name);
            var slash = name.IndexOf('/', StringComparison.Ordinal);
            if (slash <= 0 || slash == name.Length - 1)
            {
                context.Error(path, $"'{name}' must name a provider and a model: openai/gpt-4o-mini.");
            }
            if (price.HasPrice && price.Discount is not null)
            {
                context.Error(path["discount"], $"The price of '{name}' has both a discount and prices. A discount is taken off the list price: give one or the other.");
            }
            if (!price.HasPrice && price.Discount is null && !FileTable.PriceKeys.Any(key => context.IsWritten(path[key])))
            {
                context.Error(path, $"The price of '{name}' says nothing. Give 'input' and 'output' (USD per million tokens), or 'discount'.");
            }
        }
    }
}
