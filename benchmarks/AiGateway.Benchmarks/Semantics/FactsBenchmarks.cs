using AiGateway.Benchmarks.Budgets;
using AiGateway.Semantics.Facts;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Semantics;

/// <summary>What a look-up by meaning spends on facts: once on the text that is asked, and once for each near entry.</summary>
[MemoryDiagnoser]
public class FactsBenchmarks : IAllocationCase
{
    private const string Cached = "What is the cheapest way to get from London to Paris by train in May 2024 for 2 adults?";
    private const string Asked = "In May 2024, what's the cheapest way for two adults to get by train from Paris to London?";

    private readonly TextFacts _cached = TextFacts.Extract(Cached);
    private readonly TextFacts _asked = TextFacts.Extract(Asked);

    /// <summary>A question of 18 words.</summary>
    [Benchmark]
    public object Extract() => TextFacts.Extract(Asked);

    /// <summary>Two of them, with all words moved and two exchanged.</summary>
    [Benchmark]
    public bool Compare() => FactComparison.Compare(_cached, _asked).Agrees;

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() =>
    [
        ("facts_extract", () => Extract()),
        ("facts_compare", () => Compare()),
    ];
}
