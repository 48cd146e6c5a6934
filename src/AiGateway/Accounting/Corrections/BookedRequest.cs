using AiGateway.Accounting.Ledger;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Corrections;

/// <summary>A request of the ledger with what its calls count as now.</summary>
/// <param name="Number">Number of its row.</param>
/// <param name="Request">The request as recorded, without user and tags.</param>
/// <param name="Costs">For each call its cost: as recorded, or as the last restatement has it.</param>
internal sealed record BookedRequest(long Number, LedgerRequest Request, Cost?[] Costs);
