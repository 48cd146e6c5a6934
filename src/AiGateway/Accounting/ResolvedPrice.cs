using AiGateway.Pipeline;

namespace AiGateway.Accounting;

/// <summary>What a deployment's model is priced by, found once per snapshot and names.</summary>
internal sealed class ResolvedPrice
{
    /// <summary>The entry, or the operator's price in its shape; null when there is neither.</summary>
    public ModelPrice? Price { get; init; }

    /// <summary>The price list's entry, for its facts; null when the list does not have the model.</summary>
    public ModelPrice? Listed { get; init; }

    /// <summary>Where the provider's own figure for a call is what is charged (OpenRouter): the share of it that the operator pays; null where the list counts.</summary>
    public decimal? ReportedShare { get; init; }

    /// <summary>The cost of every call when there is no price.</summary>
    public required Cost Unknown { get; init; }
}
