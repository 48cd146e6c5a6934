using AiGateway.Accounting;
using AiGateway.Benchmarks.Budgets;
using AiGateway.Configuration;
using AiGateway.LoadTest.Http;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Gateway;

/// <summary>Usage to cost.</summary>
[MemoryDiagnoser]
public class CostCalculatorBenchmarks : IAllocationCase
{
    private const string Routing = """
        providers: {openai: {keys: KEY}, anthropic: {keys: KEY}}
        deployments: {gpt-6-astra: {provider: openai}, claude-haiku-5-5: {provider: anthropic}}
        aliases: {a: {groups: [{deployments: [gpt-6-astra, claude-haiku-5-5]}]}}
        """;

    private readonly Snapshot _snapshot = GatewayFixture.Snapshot();
    private readonly Snapshot _listed = GatewayFixture.Load(GatewayFixture.Loader(), Routing, "gateway.yaml");
    private readonly Usage _usage = GatewayFixture.Usage();
    private readonly Usage _everyKind = new()
    {
        InputTokens = 150_000,
        CachedInputTokens = 120_000,
        CacheWriteTokens = 5_000,
        CacheWrite1hTokens = 3_000,
        OutputTokens = 4_000,
        ReasoningTokens = 1_500,
        WebSearches = 2,
    };

    private readonly DateTimeOffset _at = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private readonly CostCalculator _costs = new(PriceCatalogue.LoadDefault());

    /// <summary>By the operator's price.</summary>
    [Benchmark]
    public decimal Calculate() =>
        Total(_costs.Calculate(_snapshot, _snapshot.Deployments["bench-a"], ChatBytes.UpstreamModel, ChatBytes.UpstreamModel, "default", _usage, _at));

    /// <summary>By the price list, in a service tier of its own.</summary>
    [Benchmark]
    public decimal ByList() => Total(_costs.Calculate(_listed, _listed.Deployments["gpt-6-astra"], "gpt-6-astra", "gpt-6-astra", "priority", _usage, _at));

    /// <summary>By the price list, a long prompt with cache reads, both cache lifetimes, reasoning and searches.</summary>
    [Benchmark]
    public decimal EveryKind() => Total(_costs.Calculate(_listed, _listed.Deployments["claude-haiku-5-5"], "claude-haiku-5-5", "claude-haiku-5-5", "standard", _everyKind, _at));

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() =>
    [
        ("cost_calculate_list", () => ByList()),
        ("cost_calculate", () => Calculate()),
        ("cost_calculate_every_kind", () => EveryKind()),
    ];

    private static decimal Total(Cost cost) => cost.Total ?? throw new InvalidOperationException($"No price: {cost.Unpriced}.");
}
