namespace AiGateway.Admission.Sharing;

/// <summary>What a store is told of a batch, for one limit and subject. Each kind counts once for a batch, in whatever order.</summary>
/// <param name="Batch">The batch's name among the nodes.</param>
/// <param name="Claim">The limit and its subject.</param>
/// <param name="At">When it was made.</param>
/// <param name="NanoUsd">What it holds or cost, in billionths of a USD.</param>
/// <param name="Kind">What it is told.</param>
internal sealed record BatchBooking(string Batch, Claim Claim, DateTimeOffset At, long NanoUsd, BatchBookingKind Kind)
{
    /// <summary>For a cost: the life of the store when it became known, null when none is known. A later life hears of it from the ledger.</summary>
    public string? Epoch { get; init; }
}

/// <summary>What a store is told of a batch.</summary>
internal enum BatchBookingKind
{
    /// <summary>What it holds until its cost is known: counted as spent.</summary>
    Hold,

    /// <summary>What it holds, and that this was counted already, as spent of a lease.</summary>
    CountedHold,

    /// <summary>What it cost, in place of what it held.</summary>
    Cost,
}
