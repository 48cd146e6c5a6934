using System.Buffers;
using System.Globalization;
using System.Text;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI.Chat;

namespace AiGateway.Benchmarks.Protocols;

/// <summary>What the translation benchmarks read, in every dialect.</summary>
internal static class TranslationBodies
{
    private const int RequestBytes = 20 * 1024;

    /// <summary>What a request asks for, for encoders.</summary>
    public static ChatRequest Asked(Dialect client) => new() { Source = client, Model = "model", Stream = true, IncludeUsage = true, AnswerId = "0123456789abcdef", AnswerCreated = 1_760_000_000 };

    /// <summary>The beginning of a streamed answer up to its first words, event by event, and one event of a word after that.</summary>
    public static (byte[][] Beginning, byte[] Word) Stream(Dialect dialect)
    {
        var encoder = ChatCodecs.Of(dialect).CreateEncoder(Asked(dialect));
        var output = new ArrayBufferWriter<byte>();
        encoder.Write(new ChatEvent(ChatEventKind.Start) { Id = "answer-0123456789", Name = "model", Created = 1_760_000_000, Source = dialect }, output);
        encoder.Write(new ChatEvent(ChatEventKind.PartStart) { PartKind = ChatPartKind.Text }, output);
        encoder.Write(new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Text, Text = "The" }, output);
        var beginning = Cut(ChatCodecs.Of(dialect).Framing, output.WrittenSpan);
        output.Clear();
        encoder.Write(new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Text, Text = " gateway" }, output);
        return ([.. beginning], output.WrittenSpan.ToArray());
    }

    /// <summary>A request of about 20 KB: instructions, ten tools, and turns with calls and their results.</summary>
    public static byte[] Request(Dialect dialect)
    {
        var body = ChatRequest();
        if (dialect == Dialect.OpenAIChat)
            return body;
        var output = new ArrayBufferWriter<byte>();
        ChatCodecs.Of(dialect).WriteRequest(OpenAIChatCodec.Instance.ReadRequest(body), new Translation { Model = "model" }, output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] ChatRequest()
    {
        var text = new StringBuilder("""{"model":"model","temperature":0.5,"max_completion_tokens":2000,"tools":[""");
        for (var i = 0; i < 10; i++)
            text.Append(CultureInfo.InvariantCulture, $$$$$"""{{{{{(i == 0 ? "" : ",")}}}}}{"type":"function","function":{"name":"tool_{{{{{i}}}}}","description":"Looks something up that the model does not know by itself.","parameters":{"type":"object","properties":{"query":{"type":"string","description":"What to look for."},"limit":{"type":"integer"}},"required":["query"]}}}""");
        text.Append("""],"messages":[{"role":"system","content":"You are a careful assistant.\nYou answer in whole sentences."}""");
        var line = "The gateway routes each request to one of 42 deployments, and says \\\"which\\\" it took.\\n";
        for (var turn = 0; text.Length < RequestBytes - 100; turn++)
        {
            text.Append(CultureInfo.InvariantCulture, $$$""",{"role":"user","content":"{{{string.Concat(Enumerable.Repeat(line, 8))}}}"}""");
            text.Append(CultureInfo.InvariantCulture, $$$""",{"role":"assistant","content":"I look.","tool_calls":[{"id":"call_{{{turn:00000000}}}","type":"function","function":{"name":"tool_1","arguments":"{\"query\":\"deployments\",\"limit\":10}"}}]}""");
            text.Append(CultureInfo.InvariantCulture, $$$""",{"role":"tool","tool_call_id":"call_{{{turn:00000000}}}","content":"{{{string.Concat(Enumerable.Repeat(line, 6))}}}"}""");
        }
        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    private static List<byte[]> Cut(StreamFraming framing, ReadOnlySpan<byte> stream)
    {
        var events = new List<byte[]>();
        while (!stream.IsEmpty)
        {
            var scanned = 0;
            var end = EventFraming.FindEnd(framing, stream, ref scanned);
            events.Add(stream[..end].ToArray());
            stream = stream[end..];
        }
        return events;
    }
}
