using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Protocols;

/// <summary>What is done with the body of every request, by its size.</summary>
public abstract class RequestBodyBenchmarks
{
    /// <summary>Size of the body in KB.</summary>
    [Params(1, 10, 100, 300)]
    public int Kilobytes { get; set; } = 1;

    /// <summary>A chat request: one long prompt.</summary>
    private protected byte[] Body { get; private set; } = [];

    /// <summary>A chat request of many messages, full of escaped line ends.</summary>
    private protected byte[] Conversation { get; private set; } = [];

    /// <summary>Makes the bodies.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Body = BenchmarkBodies.ChatRequest(Kilobytes * 1024);
        Conversation = BenchmarkBodies.Conversation(Math.Max(1, Kilobytes / 4));
    }

    /// <summary>A case for each of these sizes.</summary>
    private protected IEnumerable<(string Name, Action Operation)> OfSizes(string name, Action operation, params int[] sizes)
    {
        foreach (var size in sizes)
        {
            Kilobytes = size;
            Setup();
            yield return ($"{name}_{size}_kb", operation);
        }
    }
}
