using System.Text;
using AiGateway.Protocols.Chat;
using AiGateway.TestKit;

namespace AiGateway.Protocols.Tests.Chat;

/// <summary>Pins for every codec, with what its dialect can say: what is written is read again as the same, and it does not matter where a stream is cut.</summary>
public sealed class CodecPropertyTests
{
    private const int Rounds = 150;

    public static TheoryData<Dialect, bool> Sources()
    {
        var rows = new TheoryData<Dialect, bool>();
        foreach (var dialect in Codecs.All)
        {
            rows.Add(dialect, true);
            rows.Add(dialect, false);
        }
        return rows;
    }

    public static TheoryData<Dialect> Dialects() => [.. Codecs.All];

    [Theory]
    [MemberData(nameof(Sources))]
    public void Request_WrittenAndRead_MeansTheSame(Dialect dialect, bool own)
    {
        var random = SeededRandom.From(1);
        for (var round = 0; round < Rounds; round++)
        {
            var request = Conversations.Request(random, dialect, own ? dialect : Other(dialect));
            var body = Codecs.Write(dialect, request, new Translation { Model = "model-1" });
            var read = ChatCodecs.Of(dialect).ReadRequest(body);
            Equal(Conversations.Describe(request), Conversations.Describe(read), body, random.Seed, round);

            var again = Codecs.Write(dialect, read, new Translation { Model = "model-1" });
            Equal(Encoding.UTF8.GetString(body), Encoding.UTF8.GetString(Codecs.Write(dialect, ChatCodecs.Of(dialect).ReadRequest(again), new Translation { Model = "model-1" })), again, random.Seed, round);
        }
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Answer_WrittenAndRead_MeansTheSame(Dialect dialect, bool own)
    {
        var random = SeededRandom.From(2);
        for (var round = 0; round < Rounds; round++)
        {
            var response = Conversations.Response(random, dialect, own ? dialect : Other(dialect));
            var asked = Asked(dialect);
            var body = Codecs.Write(dialect, response, asked, new Translation());
            Equal(Conversations.Describe(response), Conversations.Describe(ChatCodecs.Of(dialect).ReadResponse(body)), body, random.Seed, round);

            var stream = Codecs.Stream(dialect, response, asked);
            Equal(Conversations.Describe(response), Conversations.Describe(Codecs.Gather(dialect, stream).Stream.Response), stream, random.Seed, round);
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Stream_CutAnywhere_GivesTheSameSteps(Dialect dialect)
    {
        var random = SeededRandom.From(3);
        var framing = ChatCodecs.Of(dialect).Framing;
        string[] lineEnds = framing == StreamFraming.AwsEventStream ? ["\n"] : framing == StreamFraming.Lines ? ["\n", "\r\n"] : ["\n", "\r\n", "\r"];
        for (var round = 0; round < Rounds; round++)
        {
            var plain = Codecs.Stream(dialect, Conversations.Response(random, dialect, Other(dialect)), Asked(dialect));
            var expected = Describe(Codecs.Gather(dialect, plain).Steps);
            foreach (var lineEnd in lineEnds)
            {
                var stream = lineEnd == "\n" ? plain : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(plain).Replace("\n", lineEnd, StringComparison.Ordinal));
                Equal(expected, Describe(InPieces(dialect, stream, random)), stream, random.Seed, round);
            }
        }
    }

    [Fact]
    public void ShortStream_CutAtEveryByte_GivesTheSameSteps()
    {
        foreach (var dialect in Codecs.All)
        {
            var stream = Codecs.Stream(dialect, Conversations.Response(SeededRandom.From(4), dialect, Other(dialect)), Asked(dialect));
            var expected = Describe(Codecs.Gather(dialect, stream).Steps);
            for (var cut = 0; cut <= stream.Length; cut++)
                Assert.Equal(expected, Describe(InPieces(dialect, stream, cut)));
        }
    }

    private static ChatRequest Asked(Dialect dialect) => new() { Source = dialect, Model = "model-1", IncludeUsage = true, AnswerId = "made", AnswerCreated = 1 };

    // Mistral's and Ollama's providers are asked by callers of OpenAI's dialect; to OpenAI's own, a request comes from Anthropic's.
    private static Dialect Other(Dialect dialect) => dialect == Dialect.OpenAIChat ? Dialect.Anthropic : Dialect.OpenAIChat;

    private static List<ChatEvent> InPieces(Dialect dialect, byte[] stream, Random random)
    {
        var feed = new Feed(ChatCodecs.Of(dialect));
        for (var at = 0; at < stream.Length;)
        {
            var count = Math.Min(random.Next(4) == 0 ? 1 : random.Next(1, 200), stream.Length - at);
            feed.Add(stream.AsSpan(at, count));
            at += count;
        }
        return feed.End();
    }

    private static List<ChatEvent> InPieces(Dialect dialect, byte[] stream, int cut)
    {
        var feed = new Feed(ChatCodecs.Of(dialect));
        feed.Add(stream.AsSpan(0, cut));
        feed.Add(stream.AsSpan(cut));
        return feed.End();
    }

    private static string Describe(List<ChatEvent> steps)
    {
        var text = new StringBuilder();
        foreach (var step in steps)
            text.Append(step.Kind).Append(' ').Append(step.Part).Append(step.PartKind).Append(' ').Append(step.Id).Append(' ').Append(step.Name).Append(" '").Append(step.Text).Append("' ").Append(step.Signature).Append(step.Finish).Append(step.Usage).Append('\n');
        return text.ToString();
    }

    private static void Equal(string expected, string actual, byte[] bytes, int seed, int round)
    {
        if (expected != actual)
            Assert.Fail($"Seed {seed}, round {round}.\nExpected\n{expected}\nbut got\n{actual}\nfrom\n{Encoding.UTF8.GetString(bytes)}");
    }

    /// <summary>Receives bytes as the network gives them.</summary>
    private sealed class Feed(ChatCodec codec)
    {
        private readonly ChatStreamDecoder _decoder = codec.CreateDecoder();
        private readonly ChatStream _stream = new(codec.Dialect);
        private readonly List<ChatEvent> _decoded = [];
        private readonly List<ChatEvent> _ordered = [];
        private byte[] _buffer = [];
        private int _scanned;

        public void Add(ReadOnlySpan<byte> piece)
        {
            _buffer = [.. _buffer, .. piece];
            while (EventFraming.FindEnd(codec.Framing, _buffer, ref _scanned) is var end and > 0)
            {
                Decode(_buffer.AsSpan(0, end));
                _buffer = _buffer[end..];
                _scanned = 0;
            }
        }

        public List<ChatEvent> End()
        {
            if (_buffer.Length > 0)
                Decode(_buffer);
            if (_decoder.IsComplete)
                _stream.Complete(_ordered);
            return _ordered;
        }

        private void Decode(ReadOnlySpan<byte> one)
        {
            _decoded.Clear();
            _decoder.Decode(one, _decoded);
            foreach (var step in _decoded)
                _stream.Push(step, _ordered);
        }
    }
}
