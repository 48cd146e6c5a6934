using AiGateway.Accounting;
using AiGateway.Benchmarks.Budgets;
using AiGateway.Configuration;
using AiGateway.LoadTest.Http;
using AiGateway.Protocols;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Gateway;

/// <summary>Usage to cost.</summary>
[MemoryDiagnoser]
public class CostCalculatorBenchmarks : IAllocationCase
{
    private readonly Snapshot _snapshot = GatewayFixture.Snapshot();
    private readonly Usage _usage = GatewayFixture.Usage();
    private readonly DateTimeOffset _at = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private readonly CostCalculator _costs = new(PriceCatalogue.LoadDefault());

    /// <summary>By the operator's price.</summary>
    [Benchmark]
    public decimal Calculate()
    {
        var cost = _costs.Calculate(_snapshot, _snapshot.Deployments["bench-a"], ChatBytes.UpstreamModel, ChatBytes.UpstreamModel, "default", _usage, _at);
        return cost.Total ?? throw new InvalidOperationException($"No price: {cost.Unpriced}.");
    }

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() => [("cost_calculate", () => Calculate())];
}
