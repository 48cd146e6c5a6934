using AiGateway.Configuration;

namespace AiGateway.Admission.Sharing;

/// <summary>Where the nodes of a gateway count together. Implemented by Storage; every call throws <see cref="LimitStoreException"/> when the store does not answer in time.</summary>
internal interface ILimitStore
{
    /// <summary>The store is there again after it was away, perhaps without what it knew. Raised on any thread.</summary>
    event EventHandler? CameBack;

    /// <summary>Holds what is claimed of all limits, or of none, in one round trip. Told of a reservation again, it forgets what it held for it before.</summary>
    /// <param name="hold">The reservation.</param>
    /// <param name="claims">What is asked for on top of what it holds.</param>
    /// <param name="newRequest">Whether the request counts anew among those that run, and in the rates of requests.</param>
    /// <param name="unasked">Whether it is held whatever the limits say, because it was allowed before the store lost it.</param>
    Task<StoreDecision> HoldAsync(SharedHold hold, ReadOnlyMemory<Claim> claims, bool newRequest, bool unasked);

    /// <summary>Ends a reservation, held or not: frees what it holds, counts what was used. It may be told again and counts once.</summary>
    Task SettleAsync(SharedHold hold, Demand used);

    /// <summary>Says that reservations of one organisation are still held.</summary>
    /// <returns>Those that the store does not know.</returns>
    Task<IReadOnlyList<SharedHold>> RenewAsync(string tag, IReadOnlyList<SharedHold> holds);

    /// <summary>Counts what was spent of a lease, and asks for another share.</summary>
    Task<LeaseAnswer> LeaseAsync(LeaseReport report);

    /// <summary>Counts what a ledger says was spent before the store began; nothing when that ledger was counted before, or when all of it <see cref="ToldAsync">was told</see>.</summary>
    /// <param name="ledger">The ledger's name: the same on all nodes that write into the same one.</param>
    /// <param name="claim">The limit and its subject.</param>
    /// <param name="rate">The rate of that limit.</param>
    /// <param name="spent">How long ago, and how much in billionths of a USD.</param>
    Task RestoreAsync(string ledger, Claim claim, LimitRate rate, IReadOnlyList<(TimeSpan Ago, long NanoUsd)> spent);

    /// <summary>Says that a ledger has told all that it knows of limits: what it says from now on was counted when it was spent. Nothing where the store has not begun to decide.</summary>
    /// <param name="ledger">The ledger's name.</param>
    /// <param name="tag">The organisation.</param>
    /// <param name="rates">The limits' rates of money.</param>
    Task ToldAsync(string ledger, string tag, IReadOnlyList<(LimitModel Limit, LimitRate Rate)> rates);

    /// <summary>Counts what a batch holds until its cost is known, or that cost in its place. It may be told again and counts once.</summary>
    Task BookAsync(BatchBooking booking);

    /// <summary>Says that all that this node knows of an organisation has been restored: when that is so of the others too, the store decides for it.</summary>
    /// <param name="tag">The organisation.</param>
    /// <param name="gather">How long after the first node said so the others are waited for.</param>
    /// <returns>Whether the store decides; false: ask again.</returns>
    Task<bool> BeginAsync(string tag, TimeSpan gather);
}
