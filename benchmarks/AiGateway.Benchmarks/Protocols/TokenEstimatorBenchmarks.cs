using AiGateway.Benchmarks.Budgets;
using AiGateway.Protocols.OpenAI;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Protocols;

/// <summary>The estimate of a text's tokens, part of each scan.</summary>
[MemoryDiagnoser]
public class TokenEstimatorBenchmarks : IAllocationCase
{
    private readonly byte[] _text = BenchmarkBodies.ChatRequest(10 * 1024);

    /// <summary>10 KB of text.</summary>
    [Benchmark]
    public int Estimate() => TokenEstimator.Estimate(_text);

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() => [("token_estimate_10_kb", () => Estimate())];
}
