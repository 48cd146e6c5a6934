using AiGateway.Configuration;

namespace AiGateway.Admission.Sharing;

/// <summary>What a node tells of its lease, and what it asks for.</summary>
/// <param name="Claim">The limit and its subject.</param>
/// <param name="Tag">Where its keys belong.</param>
/// <param name="Number">Counts up; told again under the same number, the same is counted once.</param>
/// <param name="Parts">One for each rate, and a last one where requests at the same time are limited.</param>
internal sealed record LeaseReport(Claim Claim, string Tag, long Number, LeasePart[] Parts)
{
    /// <summary>How long a lease lasts. A node that does not come back for it has lost it; what others have in the meantime they had to take from the rest.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(5);
}

/// <summary>One part of a lease.</summary>
/// <param name="Rate">The rate; null for requests at the same time.</param>
/// <param name="Spent">What was spent since the last report.</param>
/// <param name="Held">What is held, or was spent since.</param>
/// <param name="Want">What is wanted beside that.</param>
/// <param name="Need">What requests are waiting for; part of the wanted or more.</param>
internal readonly record struct LeasePart(LimitRate? Rate, long Spent, long Held, long Want, long Need);

/// <summary>What the store gave.</summary>
/// <param name="Epoch">The life of the store.</param>
/// <param name="Nodes">How many nodes have a lease.</param>
/// <param name="Parts">As in the report.</param>
internal sealed record LeaseAnswer(string Epoch, int Nodes, LeasedPart[] Parts);

/// <summary>One part of what the store gave.</summary>
/// <param name="Granted">What may be held and spent.</param>
/// <param name="Left">What is left for others.</param>
/// <param name="Elsewhere">What other nodes have leased.</param>
/// <param name="Reset">Until all that was used is forgotten.</param>
/// <param name="Wait">Until what is waited for may have room.</param>
internal readonly record struct LeasedPart(long Granted, long Left, long Elsewhere, TimeSpan Reset, TimeSpan Wait);
