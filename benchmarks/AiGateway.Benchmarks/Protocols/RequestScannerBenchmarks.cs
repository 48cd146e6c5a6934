using AiGateway.Benchmarks.Budgets;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Protocols;

/// <summary>The one scan of a request body.</summary>
[MemoryDiagnoser]
public class RequestScannerBenchmarks : IAllocationCase
{
    private byte[] _body = BenchmarkBodies.ChatRequest(1200);

    /// <summary>Size of the body in KB.</summary>
    [Params(1, 10, 100, 300)]
    public int Kilobytes { get; set; } = 1;

    /// <summary>Makes the body.</summary>
    [GlobalSetup]
    public void Setup() => _body = BenchmarkBodies.ChatRequest(Kilobytes * 1024);

    /// <summary>A chat request.</summary>
    [Benchmark]
    public int Scan()
    {
        if (RequestScanner.Scan(Operation.ChatCompletions, _body, out var facts) is { } error)
        {
            throw new InvalidOperationException(error.Message);
        }
        return facts.EstimatedInputTokens;
    }

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases()
    {
        foreach (var size in new[] { 1, 300 })
        {
            Kilobytes = size;
            Setup();
            yield return ($"request_scan_{size}_kb", () => Scan());
        }
    }
}
