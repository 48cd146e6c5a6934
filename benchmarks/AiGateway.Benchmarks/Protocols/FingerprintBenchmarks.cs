using AiGateway.Benchmarks.Budgets;
using AiGateway.Protocols;
using AiGateway.Protocols.Fingerprints;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Protocols;

/// <summary>The key of a request, as the exact cache adds it to the scan of a body.</summary>
[MemoryDiagnoser]
public class FingerprintBenchmarks : RequestBodyBenchmarks, IAllocationCase
{
    private static readonly FingerprintContext Context = new(Operation.ChatCompletions, 0, "chat-model", "project:acme/red/site", "", "default");

    /// <summary>A chat request: one long prompt.</summary>
    [Benchmark]
    public bool Fingerprint() => RequestFingerprinter.TryCompute(in Context, Body, out _);

    /// <summary>A chat request of many messages, full of escaped line ends.</summary>
    [Benchmark]
    public bool FingerprintConversation() => RequestFingerprinter.TryCompute(in Context, Conversation, out _);

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() => OfSizes("fingerprint", () => Fingerprint(), 1, 10, 100);
}
