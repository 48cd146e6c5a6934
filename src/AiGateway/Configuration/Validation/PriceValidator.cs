using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>The operator's prices, of models and of deployments: either whole, or as a discount or surcharge; and what becomes of models without one.</summary>
internal static class PriceValidator
{
    public static void Validate(ValidationContext context)
    {
        var config = context.Config;
        foreach (var (name, price) in config.Prices)
        {
            var path = ConfigPath.Of("prices", name);
            if (!IsProviderAndModel(name))
            {
                context.Error(path, $"'{name}' must name a provider and a model: openai/gpt-4o-mini.");
            }
            ValidateOne(context, path, $"The price of '{name}'", price);
        }
        foreach (var (id, deployment) in config.Deployments)
        {
            if (deployment.Price is { } price)
            {
                ValidateOne(context, ConfigPath.Of("deployments", id)["price"], $"The price of the deployment '{id}'", price);
            }
        }
        ValidateUnknown(context, ConfigPath.Root, config.UnknownPrice, config.UnknownPriceAs, config.UnknownPriceAs, config.Aliases.Values.Any(static alias => alias.UnknownPrice == Estimate));
        foreach (var (name, alias) in config.Aliases)
        {
            if (alias.UnknownPrice is not null || alias.UnknownPriceAs is not null)
            {
                ValidateUnknown(context, ConfigPath.Of("aliases", name), alias.UnknownPrice ?? config.UnknownPrice, alias.UnknownPriceAs, alias.UnknownPriceAs ?? config.UnknownPriceAs, isUsedBelow: false);
            }
        }
    }

    private const string Estimate = "estimate";

    private static void ValidateOne(ValidationContext context, ConfigPath path, string what, PriceConfig price)
    {
        var changes = price.Discount is not null || price.Surcharge is not null;
        if (price.HasPrice && changes)
        {
            context.Error(path[price.Discount is not null ? "discount" : "surcharge"], $"{what} has both figures and a discount or surcharge. These change the list price, which figures replace: give one or the other.");
        }
        if (!price.HasPrice && !changes && !FileTable.PriceKeys.Any(key => context.IsWritten(path[key])))
        {
            context.Error(path, $"{what} says nothing. Give 'input' and 'output' (USD per million tokens), or 'discount'.");
        }
    }

    private static void ValidateUnknown(ValidationContext context, ConfigPath path, string? choice, string? written, string? standIn, bool isUsedBelow)
    {
        if (written is not null && !IsProviderAndModel(written))
        {
            context.Error(path["unknown_price_as"], $"'{written}' must name a provider and a model of the price list: openai/gpt-6-sol.");
        }
        if (choice == Estimate && standIn is null && !context.IsWritten(path["unknown_price_as"]))
        {
            context.Error(path["unknown_price"], "'unknown_price: estimate' needs a price to estimate by. Add 'unknown_price_as: openai/gpt-6-sol' (a provider and a model of the price list), or choose 'allow' or 'reject'.");
        }
        if (written is not null && choice != Estimate && !isUsedBelow)
        {
            context.Warning(path["unknown_price_as"], "'unknown_price_as' has no effect without 'unknown_price: estimate'.");
        }
    }

    private static bool IsProviderAndModel(string name) => name.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && slash < name.Length - 1;
}
