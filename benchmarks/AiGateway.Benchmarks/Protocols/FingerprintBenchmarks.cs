using AiGateway.Benchmarks.Budgets;
using AiGateway.Protocols;
using AiGateway.Protocols.Fingerprints;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Protocols;

/// <summary>The key of a request, as the exact cache adds it to the scan of a body: at most 3 µs and 1 µs per KB.</summary>
[MemoryDiagnoser]
public class FingerprintBenchmarks : IAllocationCase
{
    private static readonly FingerprintContext Context = new(Operation.ChatCompletions, 0, "chat-model", "project:acme/red/site", "", "default");

    private byte[] _body = BenchmarkBodies.ChatRequest(1024);
    private byte[] _conversation = BenchmarkBodies.Conversation(1);

    /// <summary>Size of the body in KB.</summary>
    [Params(1, 10, 100)]
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
    public bool Fingerprint() => RequestFingerprinter.TryCompute(in Context, _body, out _);

    /// <summary>A chat request of many messages, full of escaped line ends.</summary>
    [Benchmark]
    public bool FingerprintConversation() => RequestFingerprinter.TryCompute(in Context, _conversation, out _);

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases()
    {
        foreach (var size in new[] { 1, 10, 100 })
        {
            Kilobytes = size;
            Setup();
            yield return ($"fingerprint_{size}_kb", () => Fingerprint());
        }
    }
}
