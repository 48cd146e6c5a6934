namespace AiGateway.Accounting.Reconciliation;

/// <summary>Why a ledger and an invoice likely differ.</summary>
internal enum ReconciliationCause
{
    /// <summary>They do not.</summary>
    Equal,

    /// <summary>By no more than the tolerance.</summary>
    Rounding,

    /// <summary>The ledger has calls whose price it does not know.</summary>
    Unpriced,

    /// <summary>The ledger has estimated usage, because calls were cut or their provider reported none.</summary>
    Estimated,

    /// <summary>The invoice has what the ledger never saw: other keys, other programs, models that no deployment has.</summary>
    OutsideTheGateway,

    /// <summary>The same tokens at another price: it changed, a discount, a tier.</summary>
    PriceDiffers,

    /// <summary>The day before or after differs by the same the other way: days begin at another hour.</summary>
    DayBoundary,

    /// <summary>The ledger has what the invoice has not: it is not yet there, or on another account's.</summary>
    NotInvoiced,

    /// <summary>The invoice charges it by no model; the ledger has such fees in the cost of the model that caused them.</summary>
    NoModel,

    /// <summary>It cannot be told without figures of tokens on both sides.</summary>
    Unknown,
}
