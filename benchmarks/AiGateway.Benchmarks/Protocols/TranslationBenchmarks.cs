using System.Buffers;
using AiGateway.Benchmarks.Budgets;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Protocols;

/// <summary>One event of a stream, and one request of 20 KB, from one dialect to another: at most 3 µs and 1 KB, and 150 µs.</summary>
[MemoryDiagnoser]
public class TranslationBenchmarks : IAllocationCase
{
    // A long answer: then the next begins, as buffers grow with it.
    private const int EventsPerAnswer = 500;

    private readonly List<ChatEvent> _steps = [];
    private readonly List<ChatEvent> _ordered = [];
    private readonly ArrayBufferWriter<byte> _output = new(64 * 1024);
    private byte[][] _beginning = [];
    private byte[] _word = [];
    private byte[] _request = [];
    private ChatCodec? _from;
    private ChatCodec? _to;
    private ChatRequest? _asked;
    private ChatStreamDecoder? _decoder;
    private ChatStreamEncoder? _encoder;
    private ChatStream? _stream;
    private int _left;

    /// <summary>The dialects: of the provider and the client for events, of the client and the provider for requests.</summary>
    public static IEnumerable<string> Pairs =>
    [
        .. Enum.GetValues<Dialect>().Where(static dialect => dialect != Dialect.OpenAIChat).Select(static dialect => $"{dialect}>{Dialect.OpenAIChat}"),
        .. Enum.GetValues<Dialect>().Where(static dialect => dialect != Dialect.OpenAIChat).Select(static dialect => $"{Dialect.OpenAIChat}>{dialect}"),
    ];

    /// <summary>The pair measured.</summary>
    [ParamsSource(nameof(Pairs))]
    public string Pair { get; set; } = "Anthropic>OpenAIChat";

    /// <summary>Makes the bodies.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var names = Pair.Split('>');
        var from = Enum.Parse<Dialect>(names[0]);
        var to = Enum.Parse<Dialect>(names[1]);
        _from = ChatCodecs.Of(from);
        _to = ChatCodecs.Of(to);
        _asked = TranslationBodies.Asked(to);
        (_beginning, _word) = TranslationBodies.Stream(from);
        _request = TranslationBodies.Request(from);
        _left = 0;
        if (Event() == 0)
        {
            throw new InvalidOperationException($"{Pair}: a word became nothing.");
        }
    }

    /// <summary>One word: decoded, brought into order, encoded.</summary>
    [Benchmark]
    public int Event()
    {
        if (_left-- == 0)
        {
            Begin();
        }
        return Pass(_word);
    }

    /// <summary>A request of 20 KB: read and written.</summary>
    [Benchmark]
    public int Request()
    {
        _output.ResetWrittenCount();
        _to!.WriteRequest(_from!.ReadRequest(_request), new Translation { Model = "model" }, _output);
        return _output.WrittenCount;
    }

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases()
    {
        foreach (var pair in Pairs)
        {
            Pair = pair;
            Setup();
            var name = pair.Replace(">", "_to_", StringComparison.Ordinal).ToLowerInvariant();
            yield return ($"translate_event_{name}", () => Event());
            yield return ($"translate_request_{name}", () => Request());
        }
    }

    private void Begin()
    {
        _left = EventsPerAnswer;
        _decoder = _from!.CreateDecoder();
        _encoder = _to!.CreateEncoder(_asked!);
        _stream = new ChatStream(_from.Dialect);
        foreach (var one in _beginning)
        {
            Pass(one);
        }
    }

    private int Pass(ReadOnlySpan<byte> one)
    {
        _steps.Clear();
        _ordered.Clear();
        _output.ResetWrittenCount();
        _decoder!.Decode(one, _steps);
        foreach (var step in _steps)
        {
            _stream!.Push(step, _ordered);
        }
        foreach (var step in _ordered)
        {
            _encoder!.Write(step, _output);
        }
        return _output.WrittenCount;
    }
}
