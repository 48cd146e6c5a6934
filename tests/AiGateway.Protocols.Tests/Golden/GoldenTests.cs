using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.Tests.Chat;
using AiGateway.TestKit;

namespace AiGateway.Protocols.Tests.Golden;

/// <summary>
/// Pins what each input becomes in each dialect, with all that is lost: one file per input and target in <c>Expected</c>. After a
/// wanted change run once with <c>AIGATEWAY_UPDATE_GOLDEN=1</c> and read the difference.
/// </summary>
public sealed class GoldenTests
{
    private static readonly bool Updates = Environment.GetEnvironmentVariable("AIGATEWAY_UPDATE_GOLDEN") == "1";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string Folder = RepositoryRoot.Of("tests", "AiGateway.Protocols.Tests", "Golden", "Expected");

    public static TheoryData<string, Dialect> Requests() => Table(GoldenRequests.All.Keys);

    public static TheoryData<string, Dialect> Answers() => Table(GoldenAnswers.All.Keys);

    [Theory]
    [MemberData(nameof(Requests))]
    public void Request_IsWrittenAsExpected(string name, Dialect target)
    {
        var translation = new Translation { Model = ModelOf(target) };
        var body = JsonNode.Parse(Codecs.Write(target, GoldenRequests.All[name](), translation));
        Compare(name, target, new JsonObject { ["body"] = body, ["losses"] = Losses(translation) });
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Answer_IsWrittenAsExpected(string name, Dialect target)
    {
        var translation = new Translation();
        var request = new ChatRequest { Source = target, Model = "asked", IncludeUsage = true, AnswerId = "0123456789abcdef", AnswerCreated = 1_760_000_000 };
        var body = JsonNode.Parse(Codecs.Write(target, GoldenAnswers.All[name](), request, translation));
        var stream = Events(target, Codecs.Stream(target, GoldenAnswers.All[name](), request));
        Compare(name, target, new JsonObject { ["body"] = body, ["losses"] = Losses(translation), ["stream"] = stream });
    }

    [Fact]
    public void Files_AreThoseOfTheInputs()
    {
        var inputs = GoldenRequests.All.Keys.Concat(GoldenAnswers.All.Keys);
        var expected = inputs.SelectMany(static name => Codecs.All, static (name, dialect) => $"{name}.{dialect}.json").Order(StringComparer.Ordinal);
        Assert.Equal(expected, Directory.GetFiles(Folder).Select(static file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    private static TheoryData<string, Dialect> Table(IEnumerable<string> names)
    {
        var rows = new TheoryData<string, Dialect>();
        foreach (var name in names)
        {
            foreach (var dialect in Codecs.All)
                rows.Add(name, dialect);
        }
        return rows;
    }

    private static string ModelOf(Dialect dialect) => dialect switch
    {
        Dialect.OpenAIChat => "gpt-4.1",
        Dialect.OpenAIResponses => "gpt-5.1",
        Dialect.Anthropic => "claude-sonnet-4-5",
        Dialect.Gemini => "gemini-2.5-pro",
        Dialect.Converse => "anthropic.claude-sonnet-4-5-20250929-v1:0",
        Dialect.Cohere => "command-a-03-2025",
        Dialect.Mistral => "mistral-medium-latest",
        _ => "qwen3",
    };

    private static JsonArray Losses(Translation translation)
    {
        var losses = new JsonArray();
        foreach (var loss in translation.Losses)
            losses.Add($"{(loss.IsDropped ? "dropped" : "approximated")} {loss.Path}: {loss.Why}");
        return losses;
    }

    private static JsonArray Events(Dialect dialect, byte[] stream)
    {
        var framing = ChatCodecs.Of(dialect).Framing;
        var events = new JsonArray();
        for (var rest = stream.AsSpan(); !rest.IsEmpty;)
        {
            var scanned = 0;
            var end = EventFraming.FindEnd(framing, rest, ref scanned);
            Assert.True(end > 0, "The stream ends within an event.");
            events.Add(Event(framing, rest[..end]));
            rest = rest[end..];
        }
        return events;
    }

    private static JsonNode? Event(StreamFraming framing, ReadOnlySpan<byte> bytes)
    {
        switch (framing)
        {
            case StreamFraming.AwsEventStream:
                var frame = AwsEventStream.Parse(bytes);
                return new JsonObject { ["type"] = Encoding.UTF8.GetString(frame.EventType), ["payload"] = JsonNode.Parse(frame.Payload) };
            case StreamFraming.Lines:
                return JsonNode.Parse(bytes);
            default:
                var sse = SseFraming.Parse(bytes);
                var data = Encoding.UTF8.GetString(sse.Data.Of(bytes));
                var node = data == "[DONE]" ? System.Text.Json.Nodes.JsonValue.Create(data) : JsonNode.Parse(data);
                return sse.Name.Exists ? new JsonObject { ["event"] = Encoding.UTF8.GetString(sse.Name.Of(bytes)), ["data"] = node } : node;
        }
    }

    private static void Compare(string name, Dialect target, JsonObject actual)
    {
        var file = Path.Combine(Folder, $"{name}.{target}.json");
        var text = actual.ToJsonString(Indented) + "\n";
        if (Updates)
            File.WriteAllText(file, text);
        Assert.True(File.Exists(file), $"{file} is missing. Run once with AIGATEWAY_UPDATE_GOLDEN=1, and read it.");
        var expected = File.ReadAllText(file);
        if (!JsonNode.DeepEquals(JsonNode.Parse(expected), actual))
            Assert.Equal(expected, text);
    }
}
