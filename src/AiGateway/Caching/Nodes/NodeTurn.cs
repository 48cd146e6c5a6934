namespace AiGateway.Caching.Nodes;

/// <summary>What a node is to do that wants to make a call.</summary>
/// <param name="Lease">Its right to make it, to be ended; null where it has none, and makes it all the same unless the answer is there.</param>
/// <param name="MayBeKept">Whether the answer may be kept by now: it is to be looked for first.</param>
/// <param name="HasWaited">Whether another node made the call meanwhile.</param>
internal readonly record struct NodeTurn(NodeLease? Lease, bool MayBeKept, bool HasWaited);
