using AiGateway.Accounting.Ledger;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Corrections;

/// <summary>A request of the ledger with what its calls count as now.</summary>
/// <param name="Node">Number of the node that appended it; 0 in a store of one node.</param>
/// <param name="Number">Number of its row, among its node's.</param>
/// <param name="Request">The request as recorded, without user and tags.</param>
/// <param name="Costs">For each call its cost: as recorded, or as the last restatement has it.</param>
internal sealed record BookedRequest(int Node, long Number, LedgerRequest Request, Cost?[] Costs);
