using AiGateway.Pipeline;

namespace AiGateway.Accounting.Corrections;

/// <summary>What one call counts as since a restatement, and what before.</summary>
/// <param name="Node">Number of the node that appended its request; 0 in a store of one node.</param>
/// <param name="Number">Number of its request's row, among its node's.</param>
/// <param name="Request">Its request's id.</param>
/// <param name="Line">Its place among the request's calls, from 0.</param>
/// <param name="Before">What it counted as: as recorded, or as restated before. Sum, reason, period and price set.</param>
/// <param name="After">What it counts as.</param>
internal sealed record RestatedLine(int Node, long Number, string Request, int Line, Cost Before, Cost After);
