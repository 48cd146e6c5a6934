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
    private byte[] _conversation = BenchmarkBodies.Conversation(1);

    /// <summary>Size of the body in KB.</summary>
    [Params(1, 10, 100, 300)]
    public int Kilobytes { get; set; } = 1;

    /// <summary>Makes the bodies.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _body = BenchmarkBodies.ChatRequest(Kilobytes * 1024);
        _conversation = BenchmarkBodies.Conversation(Math.Max(1, Kilobytes / 4));
    }

    /// <summary>A chat request: one long prompt.</summary>
    [Benchmark]
    public int Scan() => Scan(_body);

    /// <summary>A chat request of many messages, full of escaped line ends.</summary>
    [Benchmark]
    public int ScanConversation() => Scan(_conversation);

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases()
    {
        foreach (var size in new[] { 1, 300 })
        {
            Kilobytes = size;
            Setup();
            yield return ($"request_scan_{size}_kb", () => Scan());
        }
    }

    private static int Scan(byte[] body)
    {
        if (RequestScanner.Scan(Operation.ChatCompletions, body, out var facts) is { } error)
        {
            throw new InvalidOperationException(error.Message);
        }
        return facts.EstimatedInputTokens;
    }
}
