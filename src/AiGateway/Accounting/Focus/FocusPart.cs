using AiGateway.Pipeline;

namespace AiGateway.Accounting.Focus;

/// <summary>What one call consumed of one class, and its share of the call's cost.</summary>
/// <param name="Class">One of <see cref="CostClass"/>, or of those of <see cref="FocusParts"/>.</param>
/// <param name="Quantity">How much.</param>
/// <param name="Amount">Its share, in USD.</param>
/// <param name="UnitPrice">USD for one; null where there is no one price.</param>
/// <param name="Status">What the amount is.</param>
internal readonly record struct FocusPart(string Class, decimal Quantity, decimal Amount, decimal? UnitPrice, FocusStatus Status)
{
    /// <summary>USD for one by the price list, without what the operator has agreed; null where it is not known, or there is no one price.</summary>
    public decimal? ListUnitPrice { get; init; }
}
