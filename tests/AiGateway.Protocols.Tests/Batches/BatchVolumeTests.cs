using System.Text;
using AiGateway.Protocols.Batches;

namespace AiGateway.Protocols.Tests.Batches;

/// <summary>What a batch's requests ask for is summed as if each had come by itself; what cannot be read counts for more, and nothing overflows.</summary>
public sealed class BatchVolumeTests
{
    [Fact]
    public void Lines_AreSummed_WithThoseWithoutABoundApart()
    {
        var volume = Read(
            Line("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"Hello there"}],"max_tokens":100,"n":3}"""),
            Line("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"Hello there"}],"n":2,"tools":[{"type":"function","function":{"name":"f"}}]}"""),
            Line("/v1/responses", """{"model":"m","input":"Hello there","max_output_tokens":7}"""),
            Line("/chat/completions", """{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}],"max_completion_tokens":5}"""),
            Line("/v1/embeddings", """{"model":"m","input":"Hello there"}"""));

        Assert.Equal(5, volume.Requests);
        Assert.Equal(3 + 2 + 1 + 1, volume.Answers);
        Assert.Equal(2, volume.Unbounded);
        Assert.Equal((3 * 100) + 7 + 5, volume.Output);
        Assert.Equal(BatchKinds.Images | BatchKinds.Tools, volume.Kinds);
        Assert.InRange(volume.Tokens, 5 * 2, volume.Bytes);
        Assert.InRange(volume.LongestInput, 1, volume.Bytes);
        Assert.True(volume.EstimateInputTokens("claude-sonnet-4-5") > volume.EstimateInputTokens("gpt-4o"));
    }

    [Theory]
    [InlineData("\"max_tokens\":-1")]
    [InlineData("\"max_tokens\":-9223372036854775808")]
    [InlineData("\"max_tokens\":1.5")]
    [InlineData("\"max_tokens\":1e400")]
    [InlineData("\"max_tokens\":99999999999999999999999999")]
    [InlineData("\"max_tokens\":\"100\"")]
    [InlineData("\"max_tokens\":1,\"max_tokens\":100")]
    [InlineData("\"n\":0")]
    [InlineData("\"n\":1e9")]
    [InlineData("\"messages\":7")]
    public void LineThatCannotBeReadAsARequest_CountsByItsBytes_AndAsAnAnswerOfAnyLength(string member)
    {
        var body = $$"""{"model":"m","messages":[{"role":"user","content":"Hi"}],{{member}}}""";
        var volume = Read(Line("/v1/chat/completions", body));

        Assert.Equal(new BatchVolume(1, body.Length, body.Length, body.Length, 1, 1, 0, BatchKinds.Images | BatchKinds.Audio), volume);
    }

    [Theory]
    [InlineData("\"url\":\"/v1/videos\"")]
    [InlineData("\"url\":\"/v1/embeddings\",\"url\":\"/v1/chat/completions\"")]
    [InlineData("\"url\":7")]
    [InlineData("\"method\":\"POST\"")]
    public void LineForSomethingElse_CountsByItsBytes(string url)
    {
        var volume = Read($$$"""{{{{url}}},"body":{"model":"m","input":"Hi","max_tokens":1}}""");

        Assert.Equal((1, 1), (volume.Answers, volume.Unbounded));
        Assert.Equal(volume.Bytes, volume.Tokens);
    }

    [Fact]
    public void MostThatLinesCanAskFor_IsBounded()
    {
        var line = Line("/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":9223372036854775807,"n":2147483647}""");
        var volume = Read([.. Enumerable.Repeat(line, 1_000)]);

        Assert.Equal(BatchVolume.Most, volume.Output);
        Assert.InRange(volume.Answers, 1_000, BatchVolume.Most);
        Assert.Equal(volume, BatchVolume.Parse(volume.Write()));
    }

    [Fact]
    public void MessageBatch_CutAnywhere_IsSummedAlike()
    {
        var bytes = Encoding.UTF8.GetBytes("""
            {"requests":[{"custom_id":"a","params":{"model":"claude","max_tokens":50,"messages":[{"role":"user","content":"Good morning to you"}]},"other":{"max_tokens":9}},
             {"params" : {"max_tokens":30,"messages":[{"role":"user","content":"x"}],"model":"claude","metadata":{"user_id":"u"}},"custom_id":"b"}],"params":{"max_tokens":1}}
            """);
        BatchVolume? first = null;
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            using var input = new MessageBatchInput(1000, 10);
            input.Append(bytes.AsSpan(0, cut));
            input.Append(bytes.AsSpan(cut));
            input.Finish();
            Assert.Null(input.Defect);
            first ??= input.Volume;
            Assert.Equal(first, input.Volume);
        }
        Assert.Equal((2, 2, 0, 80), (first!.Requests, first.Answers, first.Unbounded, first.Output));
        Assert.InRange(first.Tokens, 1, first.Bytes / 2);
    }

    [Fact]
    public void MessageThatIsLongerThanOneMayBe_CountsByItsBytes()
    {
        var text = string.Join("\",\"", Enumerable.Repeat(new string('a', 90), 30));
        var body = $$"""{"model":"claude","max_tokens":5,"messages":[{"role":"user","content":"Hi"}],"stop_sequences":["{{text}}"]}""";
        using var input = new MessageBatchInput(1000, 10);
        foreach (var piece in Encoding.UTF8.GetBytes($$"""{"requests":[{"params":{{body}}}]}""").Chunk(100))
            input.Append(piece);
        input.Finish();

        Assert.Null(input.Defect);
        Assert.Equal((1, body.Length, 1), (input.Volume.Requests, input.Volume.Bytes, input.Volume.Unbounded));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1,2,3,4,5,6,7")]
    [InlineData("1,2,3,4,5,6,7,8,9")]
    [InlineData("1,2,3,4,5,6,-7,0")]
    [InlineData("1,2,3,4,5,6,1e3,0")]
    [InlineData("1,2,3,4,5,6,1000000000000001,0")]
    [InlineData("1,2,3,4,5,6,99999999999999999999,0")]
    public void AnythingElse_IsNoVolume(string text) => Assert.Null(BatchVolume.Parse(text));

    private static string Line(string url, string body) => $$"""{"custom_id":"a","method":"POST","url":"{{url}}","body":{{body}}}""";

    private static BatchVolume Read(params string[] lines)
    {
        using var input = new BatchInput(10_000, 10_000);
        input.Append(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        input.Finish();
        Assert.Null(input.Defect);
        return input.Volume;
    }
}
