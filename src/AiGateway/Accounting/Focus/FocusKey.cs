using AiGateway.Accounting.Ledger;

namespace AiGateway.Accounting.Focus;

/// <summary>What lines of an export are apart by; what is alike in all of it is one line. An empty text stands for none.</summary>
/// <param name="Start">The beginning of the hour or day, Unix milliseconds.</param>
/// <param name="Organisation">The key's organisation.</param>
/// <param name="Team">Its team.</param>
/// <param name="Project">Its project.</param>
/// <param name="Caller">The key.</param>
/// <param name="Tags">The tags that are exported, as the members of a JSON object without its braces.</param>
/// <param name="Alias">The alias that was asked for.</param>
/// <param name="Provider">The provider's id in the routing file.</param>
/// <param name="Deployment">The deployment.</param>
/// <param name="Model">The model.</param>
/// <param name="Kind">What the calls were made for.</param>
/// <param name="PriceSet">The price set that was used.</param>
/// <param name="Region">Where they were processed, when that has a price.</param>
/// <param name="Class">The class of usage.</param>
/// <param name="UnitPrice">USD for one; null where there is no one price. Part of the key: quantity times price is the cost then, whatever is summed.</param>
/// <param name="Status">What the amount is.</param>
/// <param name="IsEstimated">Whether the quantities are estimates.</param>
/// <param name="Note">Why there is no price, or what was corrected.</param>
internal readonly record struct FocusKey(
    long Start, string Organisation, string Team, string Project, string Caller, string Tags, string Alias, string Provider, string Deployment, string Model,
    LedgerCallKind Kind, string PriceSet, string Region, string Class, decimal? UnitPrice, FocusStatus Status, bool IsEstimated, string Note)
{
    /// <summary>USD for one by the price list; null where it is not known. Part of the key, as the unit price is.</summary>
    public decimal? ListUnitPrice { get; init; }
}
