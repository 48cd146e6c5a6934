using AiGateway.Accounting;
using AiGateway.Configuration;
using AiGateway.LoadTest.Http;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Benchmarks.Ledger;

/// <summary>Records as the load test's chat requests leave them.</summary>
internal static class LedgerRecords
{
    /// <summary>A settled request with one call.</summary>
    public static RequestRecord Make(Snapshot snapshot, GatewayRequest request, Usage usage, CostCalculator costs)
    {
        var now = TimeProvider.System.GetUtcNow();
        var deployment = snapshot.Deployments["bench-a"];
        var cost = costs.Calculate(snapshot, deployment, ChatBytes.UpstreamModel, ChatBytes.UpstreamModel, "default", usage, now);
        var attempt = new AttemptRecord(deployment, ChatBytes.UpstreamModel, "bench#1") { WasSent = true, Outcome = AttemptOutcome.Succeeded, Status = 200, Usage = usage, Cost = cost };
        var exchange = new Exchange { Id = RequestId.New(now), Snapshot = snapshot, StartedAt = now, StartTimestamp = 0, Request = request, Status = 200, Outcome = RequestOutcome.Completed, Answering = attempt, Usage = usage, Cost = cost };
        exchange.Attempts.Add(attempt);
        return new RequestRecord(exchange, TimeSpan.FromMilliseconds(250));
    }
}
