using System.Globalization;
using System.Text.Json;
using AiGateway.FunctionalTests.Recorded;

namespace AiGateway.FunctionalTests.PassThrough;

/// <summary>Pins each row of the answer's table in docs/features/pass-through.md, and that nothing else of an answer is changed.</summary>
[Collection(PassThroughCollection.Name)]
public sealed class AnswerEditTests(PassThroughFixture fixture)
{
    private const string AskForUsage = ""","stream_options":{"include_usage":true}""";
    private const string Content = """{"content":"Hello"}""";

    [Fact]
    public async Task UnknownMembersAndOddBlanks_ComeBackAsTheyAre()
    {
        const string Body = """
            { "x_first":[1e400,0.10,12345678901234567890] ,
              "choices" : [ {"index":0, "message":{"role":"assistant","content":"h\u00e9 é \/ 🙂 \"finish_reason\":\"eos\"","x":{}}, "finish_reason" : "stop" , "logprobs":null} ],
              "usage":{"prompt_tokens":7,"completion_tokens":2,"x_energy":{"joule":0.10}}, "x_last":null }
            """;
        var answer = await fixture.ChatAsync(UpstreamAnswer.Json(Body));

        Assert.Equal(Body, answer.Text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task UnknownMembersOfEvents_ComeBackAsTheyAre_HoweverTheyAreCut(int pieces)
    {
        const string Stream =
            ": hello\n\ndata: {\"x\":[1e400],\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"x_thought\":\"\\u00e9\"},\"x\":1}]}\n\n"
            + "event: x_custom\r\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"é 🙂\"}}]}\r\n\r\n"
            + "data:{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"x_groq\":{\"id\":\"1\"}}\n\n: bye\n\ndata: [DONE]\n\n";
        var answer = await fixture.ChatAsync(UpstreamAnswer.Events(Stream) with { Pieces = pieces });

        Assert.False(answer.IsBroken);
        Assert.Equal(Stream, answer.Text);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task CallerDidNotAskForUsage_ItsChunkAndItsNullMembersAreLeftOut(int pieces)
    {
        var answer = await fixture.ChatAsync(UpstreamAnswer.Events(Bodies.ChatEvents) with { Pieces = pieces });

        Assert.Equal(Bodies.ChatEventsWithoutUsage, answer.Text);
        var usage = (await fixture.RecordAsync(answer)).GetProperty("usage");
        Assert.Equal((7, 2, false), (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32(), usage.GetProperty("estimated").GetBoolean()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task CallerAskedForUsage_ItsChunkTellsTheCostOfTheRecord_AndNothingElseChanges(int pieces)
    {
        var answer = await fixture.ChatAsync(UpstreamAnswer.Events(Bodies.ChatEvents) with { Pieces = pieces }, members: AskForUsage);

        var cost = (await fixture.RecordAsync(answer)).GetProperty("cost_usd").GetString();
        Assert.Equal("0.00000225", cost);
        Assert.Equal(Bodies.ChatEvents.Replace("\"total_tokens\":9}", $"\"total_tokens\":9,\"cost\":{cost}}}", StringComparison.Ordinal), answer.Text);
    }

    [Theory]
    [InlineData("chat", """{"prompt_tokens":7,"completion_tokens":2,"cost":0.5}""")]
    [InlineData("chat", """{"prompt_tokens":7,"completion_tokens":2,"cost":null}""")]
    [InlineData("chat", "{}")]
    [InlineData("openai/of-unknown-price", """{"prompt_tokens":7,"completion_tokens":2}""")]
    public async Task CostThatIsToldOrUnknown_IsNotAdded(string model, string usage)
    {
        var stream = Bodies.Chunk(Content) + Bodies.Chunk("{}", "\"stop\"") + $"data: {{\"choices\":[],\"usage\":{usage}}}\n\ndata: [DONE]\n\n";
        var answer = await fixture.ChatAsync(UpstreamAnswer.Events(stream), model, AskForUsage);

        Assert.Equal(stream, answer.Text);
    }

    [Theory]
    [InlineData("data: {\"choices\":[],\ndata: \"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2\ndata: }}\n\n", "data: {\"choices\":[],\ndata: \"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2\ndata: ,\"cost\":0.00000225}}\n\n")]
    [InlineData("data:{ \"usage\" : { \"prompt_tokens\":7 , \"completion_tokens\":2 } , \"choices\":[] }\r\n\r\n", "data:{ \"usage\" : { \"prompt_tokens\":7 , \"completion_tokens\":2 ,\"cost\":0.00000225} , \"choices\":[] }\r\n\r\n")]
    [InlineData("data: {\"usage\":{\"prompt_tokens\":7},\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"\"}],\"choices\":[]}\n\n", "data: {\"usage\":{\"prompt_tokens\":7},\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":null}],\"choices\":[]}\n\n")]
    public async Task UsageChunkInOddForm_StaysOneWithTheCost(string chunk, string expected)
    {
        var before = Bodies.Chunk(Content) + Bodies.Chunk("{}", "\"stop\"");
        var answer = await fixture.ChatAsync(UpstreamAnswer.Events(before + chunk + "data: [DONE]\n\n"), members: AskForUsage);

        Assert.Equal(before + expected + "data: [DONE]\n\n", answer.Text);
    }

    [Theory]
    [InlineData("max_tokens", "length")]
    [InlineData("MAX_TOKENS", "length")]
    [InlineData("model_length", "length")]
    [InlineData("tool_use", "tool_calls")]
    [InlineData("SAFETY", "content_filter")]
    [InlineData("guardrail_intervened", "content_filter")]
    [InlineData("end_turn", "stop")]
    [InlineData("STOP", "stop")]
    [InlineData("eos", "stop")]
    [InlineData("never heard of", "stop")]
    public async Task OddFinishReason_IsMapped_AndTheProvidersOwnIsInTheRecord(string given, string expected)
    {
        var body = Bodies.Chat.Replace("\"stop\"", $"\"{given}\"", StringComparison.Ordinal);
        var whole = await fixture.ChatAsync(UpstreamAnswer.Json(body));
        var stream = await fixture.ChatAsync(UpstreamAnswer.Events(Bodies.Chunk(Content) + Bodies.Chunk("{}", $"\"{given}\"") + "data: [DONE]\n\n"));

        Assert.Equal(Bodies.Chat.Replace("\"stop\"", $"\"{expected}\"", StringComparison.Ordinal), whole.Text);
        Assert.Equal(whole.Body.Length.ToString(CultureInfo.InvariantCulture), whole.Headers["Content-Length"]);
        Assert.Equal(Bodies.Chunk(Content) + Bodies.Chunk("{}", $"\"{expected}\"") + "data: [DONE]\n\n", stream.Text);
        Assert.Equal(given, (await fixture.RecordAsync(whole)).GetProperty("finish_reason").GetString());
        Assert.Equal(given, (await fixture.RecordAsync(stream)).GetProperty("finish_reason").GetString());
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("length")]
    [InlineData("tool_calls")]
    [InlineData("content_filter")]
    [InlineData("function_call")]
    public async Task OpenAIsOwnFinishReason_Stays(string reason)
    {
        var body = Bodies.Chat.Replace("\"stop\"", $"\"{reason}\"", StringComparison.Ordinal);

        Assert.Equal(body, (await fixture.ChatAsync(UpstreamAnswer.Json(body))).Text);
    }

    [Fact]
    public async Task StoredResponse_HasASealedId_ThatGoesBackToItsDeployment()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Response("resp_provider_1"));
        var made = await fixture.PostAsync("/v1/responses", """{"model":"chat","input":"Hello"}""");
        var id = Assert.Single(ExpectedAnswer.Ids(made.Text, isStream: false));

        Assert.StartsWith("resp_", id, StringComparison.Ordinal);
        Assert.Equal(Bodies.Response("resp_provider_1"), made.Text.Replace(id, "resp_provider_1", StringComparison.Ordinal));

        fixture.Upstream.Clear();
        using var read = await fixture.Client.GetAsync(new Uri($"/v1/responses/{id}?include=x", UriKind.Relative));
        Assert.Equal("/openai/responses/resp_provider_1?include=x", Assert.Single(fixture.Upstream.Received).Target);
    }

    [Fact]
    public async Task StoredResponseInAStream_HasTheSameSealedIdInEveryEvent()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Events(Bodies.ResponseEvents("resp_provider_1")) with { Pieces = 5 };
        var answer = await fixture.PostAsync("/v1/responses", """{"model":"chat","input":"Hello","stream":true}""");
        var id = Assert.Single(ExpectedAnswer.Ids(answer.Text, isStream: true).Distinct(StringComparer.Ordinal));

        Assert.Equal(Bodies.ResponseEvents("resp_provider_1"), answer.Text.Replace(id, "resp_provider_1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task PreviousId_IsSealedToo()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Response("resp_provider_2", "resp_provider_1"));
        var answer = await fixture.PostAsync("/v1/responses", """{"model":"chat","input":"Hello"}""");

        Assert.DoesNotContain("resp_provider", answer.Text, StringComparison.Ordinal);
        Assert.Equal(2, ExpectedAnswer.Ids(answer.Text, isStream: false).Count);
    }

    [Fact]
    public async Task LargeStoredResponse_HasASealedIdAndUsage()
    {
        var body = Bodies.Response("resp_provider_2", "resp_provider_1", new string('x', 400_000));
        fixture.Upstream.Answer = UpstreamAnswer.Json(body);
        var answer = await fixture.PostAsync("/v1/responses", """{"model":"chat","input":"Hello"}""");

        Assert.DoesNotContain("resp_provider", answer.Text, StringComparison.Ordinal);
        Assert.Equal(body, ExpectedAnswer.Unseal(answer.Text, body, isStream: false));
        Assert.Equal(2, (await fixture.RecordAsync(answer)).GetProperty("usage").GetProperty("output_tokens").GetInt64());
    }

    [Theory]
    [InlineData("id: 1\n", "")]
    [InlineData("retry: 3000\nid\nevent: message\n", "event: message\n")]
    [InlineData("id:1\r\n", "")]
    public async Task IdAndRetryLines_AreLeftOut(string lines, string kept)
    {
        var first = Bodies.Chunk(Content);
        var rest = Bodies.Chunk("{}", "\"stop\"") + "data: [DONE]\n\n";
        var answer = await fixture.ChatAsync(UpstreamAnswer.Events("retry: 1000\n\n" + lines + first + lines + rest));

        Assert.Equal(kept + first + kept + rest, answer.Text);
    }

    [Fact]
    public async Task ChatStreamThatDiesAfterCommit_EndsInAnErrorEventAndAReset()
    {
        var begun = Bodies.Chunk(Content);
        var answer = await fixture.ChatAsync(UpstreamAnswer.Events(begun + "data: {\"half\":") with { Reset = true });

        Assert.True(answer.IsBroken);
        Assert.StartsWith(begun + "data: {\"error\":{\"message\":", answer.Text, StringComparison.Ordinal);
        Assert.EndsWith("\n\n", answer.Text, StringComparison.Ordinal);
        Assert.Equal("upstream_error", JsonDocument.Parse(ExpectedAnswer.Data(answer.Text).Last()).RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("cut_by_upstream", (await fixture.RecordAsync(answer)).GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task StreamThatEndsCleanlyWithoutItsFinish_EndsInAnErrorEventAndAReset()
    {
        var answer = await fixture.ChatAsync(UpstreamAnswer.Events(Bodies.Chunk(Content)));

        Assert.True(answer.IsBroken);
        Assert.Contains("data: {\"error\":", answer.Text, StringComparison.Ordinal);
        Assert.True((await fixture.RecordAsync(answer)).GetProperty("usage").GetProperty("estimated").GetBoolean());
    }

    [Fact]
    public async Task ResponsesStreamThatDiesAfterCommit_EndsInATypedErrorEventAndAReset()
    {
        var whole = Bodies.ResponseEvents("resp_1");
        fixture.Upstream.Answer = UpstreamAnswer.Events(whole[..whole.IndexOf("event: response.completed", StringComparison.Ordinal)]) with { Reset = true };
        var answer = await fixture.PostAsync("/v1/responses", """{"model":"chat","input":"Hello","stream":true}""");

        Assert.True(answer.IsBroken);
        Assert.Contains("event: error\ndata: ", answer.Text, StringComparison.Ordinal);
        var error = JsonDocument.Parse(ExpectedAnswer.Data(answer.Text).Last()).RootElement;
        Assert.Equal("error", error.GetProperty("type").GetString());
        Assert.Equal(2, error.GetProperty("sequence_number").GetInt32());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task CompressedAnswer_ComesBackPlain(string encoding)
    {
        var whole = await fixture.ChatAsync(UpstreamAnswer.Json(Bodies.Chat).Compressed(encoding));
        var stream = await fixture.ChatAsync(UpstreamAnswer.Events(Bodies.ChatEvents).Compressed(encoding));

        Assert.Equal(Bodies.Chat, whole.Text);
        Assert.Equal(Bodies.ChatEventsWithoutUsage, stream.Text);
        Assert.DoesNotContain("Content-Encoding", whole.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain("Content-Encoding", stream.Headers.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.Equal(Bodies.Chat.Length.ToString(CultureInfo.InvariantCulture), whole.Headers["Content-Length"]);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(300_000)]
    [InlineData(3_000_000)]
    public async Task LargeAnswer_PassesUnchanged_WithUsageAndCostInTheRecord(int length)
    {
        var body = Bodies.Chat.Replace("\"Hello\"", $"\"{new string('x', length)}\"", StringComparison.Ordinal);
        var answer = await fixture.ChatAsync(UpstreamAnswer.Json(body) with { Pieces = 9_999 });

        Assert.Equal(body, answer.Text);
        var record = await fixture.RecordAsync(answer);
        Assert.Equal(7, record.GetProperty("usage").GetProperty("input_tokens").GetInt64());
        Assert.False(record.GetProperty("usage").GetProperty("estimated").GetBoolean());
        // 7 tokens at 0.15 and 2 at 0.60 USD for a million.
        Assert.Equal("0.00000225", record.GetProperty("cost_usd").GetString());
        Assert.Equal(length < 256 * 1024, answer.Headers.ContainsKey("x-gateway-cost"));
    }

    [Fact]
    public async Task LargeAnswerThatIsCut_BreaksForTheCallerToo()
    {
        var body = Bodies.Chat.Replace("\"Hello\"", $"\"{new string('x', 600_000)}\"", StringComparison.Ordinal);
        var answer = await fixture.ChatAsync(UpstreamAnswer.Json(body[..500_000]));

        Assert.True(answer.IsBroken);
        Assert.Equal("cut_by_upstream", (await fixture.RecordAsync(answer)).GetProperty("outcome").GetString());
    }
}
