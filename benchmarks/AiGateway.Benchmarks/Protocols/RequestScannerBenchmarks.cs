using AiGateway.Benchmarks.Budgets;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Protocols;

/// <summary>The one scan of a request body.</summary>
[MemoryDiagnoser]
public class RequestScannerBenchmarks : RequestBodyBenchmarks, IAllocationCase
{
    /// <summary>A chat request: one long prompt.</summary>
    [Benchmark]
    public int Scan() => Scan(Body);

    /// <summary>A chat request of many messages, full of escaped line ends.</summary>
    [Benchmark]
    public int ScanConversation() => Scan(Conversation);

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() => OfSizes("request_scan", () => Scan(), 1, 300);

    private static int Scan(byte[] body)
    {
        if (RequestScanner.Scan(Operation.ChatCompletions, body, out var facts) is { } error)
        {
            throw new InvalidOperationException(error.Message);
        }
        return facts.EstimatedInputTokens;
    }
}
