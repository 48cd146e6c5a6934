namespace AiGateway.Admission.Sharing;

/// <summary>What a store is told of a batch, for one limit and subject: what it holds, or in its place what it cost. Each counts once for a batch, in either order.</summary>
/// <param name="Batch">The batch's name among the nodes.</param>
/// <param name="Claim">The limit and its subject.</param>
/// <param name="At">When it was made.</param>
/// <param name="NanoUsd">What it holds or cost, in billionths of a USD.</param>
/// <param name="IsCost">Whether it is what it cost.</param>
internal sealed record BatchBooking(string Batch, Claim Claim, DateTimeOffset At, long NanoUsd, bool IsCost)
{
    /// <summary>For a cost: the life of the store when it became known, null when none is known. A later life hears of it from the ledger.</summary>
    public string? Epoch { get; init; }
}
