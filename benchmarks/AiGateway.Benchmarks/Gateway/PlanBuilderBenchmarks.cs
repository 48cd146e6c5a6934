using AiGateway.Accounting;
using AiGateway.Benchmarks.Budgets;
using AiGateway.Configuration;
using AiGateway.LoadTest.Http;
using AiGateway.Pipeline;
using AiGateway.Routing;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Benchmarks.Gateway;

/// <summary>Alias to plan, with three weighted deployments.</summary>
[MemoryDiagnoser]
public class PlanBuilderBenchmarks : IAllocationCase
{
    private readonly Snapshot _snapshot = GatewayFixture.Snapshot();
    private readonly GatewayRequest _request = GatewayFixture.Request();
    private readonly HeaderDictionary _headers = [];
    private readonly PlanBuilder _plans = new(new CostCalculator(PriceCatalogue.LoadDefault()), new SharedRandomSource(), TimeProvider.System);

    /// <summary>Look-up of the alias and order of its deployments.</summary>
    [Benchmark]
    public int Build()
    {
        var alias = _snapshot.Aliases.Find(ChatBytes.Alias)!;
        var plan = _plans.Build(alias, new RoutingInput(CallerModel.Anonymous, _headers, _request, _snapshot, ChatBytes.Alias), null);
        return plan!.Deployments.Length == 3 ? 3 : throw new InvalidOperationException("The plan does not hold three deployments.");
    }

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() => [("plan_build", () => Build())];
}
