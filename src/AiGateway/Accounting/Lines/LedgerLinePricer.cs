using AiGateway.Accounting.Ledger;
using AiGateway.Pipeline;

namespace AiGateway.Accounting.Lines;

/// <summary>Prices calls of the ledger as the gateway would price them today.</summary>
internal sealed class LedgerLinePricer(PriceBook prices)
{
    private const string BatchTier = "batch";

    /// <summary>What a call costs.</summary>
    /// <param name="request">Its request.</param>
    /// <param name="line">The call.</param>
    /// <param name="reason">Receives why it cannot be priced from the ledger alone; null when it can, and when it consumed nothing.</param>
    /// <returns>The cost, perhaps an unknown one; null when the call consumed nothing, or with a <paramref name="reason"/>.</returns>
    public Cost? Price(LedgerRequest request, LedgerLine line, out string? reason)
    {
        reason = null;
        if (line.Usage is not { } usage)
        {
            return null;
        }
        var isBatch = line.Kind == LedgerCallKind.Batch;
        if (usage.Requests > 1 && !isBatch)
        {
            // A realtime session: its answers were priced one by one, partly by another model's price.
            reason = "several answers in one line, each priced for itself";
            return null;
        }
        var tier = isBatch ? BatchTier : line.ServiceTier;
        var cost = prices.Costs.Calculate(prices.FindCall(line.Provider, line.Deployment, line.UpstreamModel, line.ResponseModel), tier, usage, request.At);
        if (cost.Total is null && prices.StandInOf(request.Alias) is { } standIn && prices.Costs.CalculateAs(standIn, tier, usage, request.At) is { Total: not null } estimate)
        {
            return estimate;
        }
        return cost;
    }
}
