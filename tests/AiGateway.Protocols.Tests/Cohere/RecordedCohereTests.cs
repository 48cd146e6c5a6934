using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Cohere;
using AiGateway.Protocols.Tests.Fuzzing;

namespace AiGateway.Protocols.Tests.Cohere;

/// <summary>What Cohere sent and was sent goes through the model and comes back.</summary>
public sealed class RecordedCohereTests
{
    private static readonly CohereCodec Codec = CohereCodec.Instance;

    [Fact]
    public void RecordedRequests_ComeBackWhole()
    {
        var wrong = new List<string>();
        foreach (var exchange in RecordedFile.Load("cohere.v2.chat"))
        {
            var translation = new Translation();
            var written = CodecRun.Request(Codec, Codec.ReadRequest(exchange.Request), translation);
            if (!RecordedFile.AreSame(exchange.Request, written) || translation.Losses.Count > 0)
                wrong.Add($"{exchange.Id}: {string.Join(", ", translation.Losses)}\n{Encoding.UTF8.GetString(exchange.Request)}\n{Encoding.UTF8.GetString(written)}");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void RecordedAnswers_ComeBackWhole()
    {
        var wrong = new List<string>();
        foreach (var exchange in RecordedFile.Load("cohere.v2.chat").Where(e => !e.IsText))
        {
            var written = CodecRun.Response(Codec, Codec.ReadResponse(exchange.Response));
            if (!RecordedFile.AreSame(exchange.Response, written))
                wrong.Add($"{exchange.Id}:\n{Encoding.UTF8.GetString(exchange.Response)}\n{Encoding.UTF8.GetString(written)}");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void RecordedStreams_SayWhatTheirEventsSay()
    {
        var wrong = new List<string>();
        var streams = 0;
        foreach (var exchange in RecordedFile.Load("cohere.v2.chat").Where(e => e.IsText))
        {
            streams++;
            var (stream, steps, isComplete) = CodecRun.Decode(Codec, exchange.Response);
            var (text, plan, arguments, usage) = Tally(exchange.Response);
            var parts = stream.Response.Candidates[0].Parts;
            var isSame = isComplete && stream.IsEnded
                && string.Concat(parts.OfType<TextPart>().Select(p => p.Text)) == text
                && string.Concat(parts.OfType<ThinkingPart>().Select(p => p.Text)) == plan
                && string.Concat(parts.OfType<ToolCallPart>().Select(p => p.Arguments)) == arguments
                && stream.Response.Usage is { } read && (read.InputTokens, read.OutputTokens) == usage;
            if (!isSame)
                wrong.Add(exchange.Id + ": " + CodecRun.Summary(stream.Response));
            var again = CodecRun.Decode(Codec, CodecRun.Encode(Codec, steps));
            if (CodecRun.Summary(again.Stream.Response) != CodecRun.Summary(stream.Response))
                wrong.Add($"{exchange.Id} again: {CodecRun.Summary(again.Stream.Response)} for {CodecRun.Summary(stream.Response)}");
        }
        Assert.Empty(wrong);
        Assert.Equal(5, streams);
    }

    [Fact]
    public void RecordedUsage_IsWhatIsBilled()
    {
        foreach (var exchange in RecordedFile.Load("cohere.v2.chat").Where(e => !e.IsText))
        {
            using var document = JsonDocument.Parse(exchange.Response);
            var billed = document.RootElement.GetProperty("usage").GetProperty("billed_units");
            var usage = Codec.ReadResponse(exchange.Response).Usage!;
            Assert.Equal(billed.GetProperty("input_tokens").GetInt64(), usage.InputTokens);
            Assert.Equal(billed.GetProperty("output_tokens").GetInt64(), usage.OutputTokens);
            Assert.InRange(usage.CachedInputTokens, 0, usage.InputTokens);
        }
    }

    [Fact]
    public void DamagedRecordings_ThrowNothingElse()
    {
        var mutator = new Mutator(41);
        foreach (var exchange in RecordedFile.Load("cohere.v2.chat"))
        {
            for (var round = 0; round < 60; round++)
                CohereCodecTests.ReadAll(Codec, mutator.Mutate(exchange.Request), mutator.Mutate(exchange.Response));
        }
    }

    private static (string Text, string Plan, string Arguments, (long Input, long Output) Usage) Tally(byte[] stream)
    {
        var (text, plan, arguments, usage) = ("", "", "", (0L, 0L));
        foreach (var line in Encoding.UTF8.GetString(stream).Split('\n').Where(l => l.StartsWith("data: {", StringComparison.Ordinal)))
        {
            using var document = JsonDocument.Parse(line[6..]);
            if (!document.RootElement.TryGetProperty("delta", out var delta))
                continue;
            if (delta.TryGetProperty("usage", out var given))
                usage = (given.GetProperty("billed_units").GetProperty("input_tokens").GetInt64(), given.GetProperty("billed_units").GetProperty("output_tokens").GetInt64());
            if (!delta.TryGetProperty("message", out var message))
                continue;
            if (message.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.Object)
                text += content.GetProperty("text").GetString();
            if (message.TryGetProperty("tool_plan", out var piece))
                plan += piece.GetString();
            if (message.TryGetProperty("tool_calls", out var call) && call.ValueKind == JsonValueKind.Object)
                arguments += call.GetProperty("function").GetProperty("arguments").GetString();
        }
        return (text, plan, arguments, usage);
    }
}
