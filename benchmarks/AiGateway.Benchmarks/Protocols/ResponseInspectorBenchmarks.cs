using AiGateway.Benchmarks.Budgets;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Protocols;

/// <summary>The reading of a whole answer: usage, model, finish reason.</summary>
[MemoryDiagnoser]
public class ResponseInspectorBenchmarks : IAllocationCase
{
    private readonly byte[] _answer = BenchmarkBodies.ChatAnswer();

    /// <summary>A chat answer of 0.7 KB.</summary>
    [Benchmark]
    public long? Inspect()
    {
        var facts = ResponseInspector.Inspect(Operation.ChatCompletions, _answer, default);
        return facts.Usage?.InputTokens ?? throw new InvalidOperationException("The usage was not found.");
    }

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() => [("response_inspect", () => Inspect())];
}
