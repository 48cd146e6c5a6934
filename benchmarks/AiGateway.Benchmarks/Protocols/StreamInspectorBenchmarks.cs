using AiGateway.Benchmarks.Budgets;
using AiGateway.Protocols;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Protocols;

/// <summary>The reading of streamed events as they pass.</summary>
[MemoryDiagnoser]
public class StreamInspectorBenchmarks : IAllocationCase
{
    private const int Words = 100;

    private readonly byte[][] _events = BenchmarkBodies.ChatEvents(Words);
    private readonly byte[] _word = BenchmarkBodies.ChatEvents(1)[1];
    private readonly StreamInspector _inspector = new(Operation.ChatCompletions, default);

    /// <summary>A stream of 100 words from beginning to end, on an inspector that is used again.</summary>
    [Benchmark]
    public long? WholeStream()
    {
        _inspector.Reset(Operation.ChatCompletions, default);
        foreach (var bytes in _events)
        {
            _inspector.Inspect(bytes);
        }
        return _inspector.Usage?.OutputTokens ?? throw new InvalidOperationException("The usage was not found.");
    }

    /// <summary>One ordinary event in mid-stream.</summary>
    [Benchmark]
    public StreamEventKind OneEvent() => _inspector.Inspect(_word);

    /// <summary>Where an event ends.</summary>
    [Benchmark]
    public int Framing()
    {
        var scanned = 0;
        return SseFraming.FindEventEnd(_word, ref scanned);
    }

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() =>
    [
        ("stream_100_words", () => WholeStream()),
        ("stream_event", () => OneEvent()),
        ("stream_framing", () => Framing()),
    ];
}
