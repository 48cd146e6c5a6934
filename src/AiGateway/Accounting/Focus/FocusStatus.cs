namespace AiGateway.Accounting.Focus;

/// <summary>What a line's cost is: <c>x_CostStatus</c>.</summary>
internal enum FocusStatus
{
    /// <summary>Quantity times the unit price, exactly.</summary>
    Priced,

    /// <summary>The exact amount of calls whose units had several prices (batches, lines of before the ledger kept shares): there is no one unit price.</summary>
    Mixed,

    /// <summary>The amount that the provider itself reported for whole calls; their tokens stand on lines with the cost 0.</summary>
    Reported,

    /// <summary>Usage whose cost stands on another line of the same calls.</summary>
    Included,

    /// <summary>Usage whose price is not known: its cost is 0 because the specification has no null there, not because it was free.</summary>
    Unpriced,

    /// <summary>A change of a sum of this month: a restatement, or what came late and is booked in another month.</summary>
    Restated,

    /// <summary>A change to a month that was closed before, booked here.</summary>
    Corrected,
}
