using System.Text;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Native;

/// <summary>Pins what a native request leaves behind: always a record; usage and cost where the answer is of a known form, and otherwise none, never a guess.</summary>
[Collection(NativeCollection.Name)]
public sealed class NativeMeteringTests(NativeFixture fixture)
{
    private const string Chat = """{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hi"}]}""";

    [Fact]
    public async Task UnknownForm_LeavesARecordWithoutUsage()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("""{"id":"vs_1","usage":{"prompt_tokens":9,"completion_tokens":9}}""");
        var answer = await fixture.PostAsync("/native/openai/vector_stores", """{"model":"x"}""", ("x-gateway-tags", "feature=search"));

        var record = await fixture.RecordAsync(answer);
        Assert.Equal("native", record.GetProperty("operation").GetString());
        Assert.Equal("_native", record.GetProperty("alias").GetString());
        Assert.Equal("openai", record.GetProperty("provider").GetString());
        Assert.Equal("everything", record.GetProperty("caller").GetString());
        Assert.Equal("research", record.GetProperty("team").GetString());
        Assert.Equal("search", record.GetProperty("tags").GetProperty("feature").GetString());
        Assert.Equal(200, record.GetProperty("status").GetInt32());
        Assert.Equal("completed", record.GetProperty("outcome").GetString());
        Assert.True(record.GetProperty("duration_ms").GetDouble() > 0);
        Assert.False(record.TryGetProperty("usage", out _));
        Assert.False(record.TryGetProperty("cost_usd", out _));
        Assert.DoesNotContain("vector_stores", record.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/native/openai/chat/completions", Chat, """{"model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}}""", "gpt-4o-mini-2024-07-18")]
    [InlineData("/native/openai/v1/responses", """{"model":"gpt-4o-mini","input":"Hi"}""", """{"id":"resp_1","object":"response","status":"completed","model":"gpt-4o-mini","output":[],"usage":{"input_tokens":11,"output_tokens":7,"total_tokens":18}}""", "gpt-4o-mini")]
    [InlineData("/native/anthropic/messages", """{"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""", """{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[{"type":"text","text":"Hi"}],"stop_reason":"end_turn","usage":{"input_tokens":11,"output_tokens":7}}""", "claude-sonnet-4-5")]
    [InlineData("/native/google/models/gemini-2.5-flash:generateContent", """{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}""", """{"candidates":[{"content":{"role":"model","parts":[{"text":"Hi"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":11,"candidatesTokenCount":7,"totalTokenCount":18},"modelVersion":"gemini-2.5-flash"}""", "gemini-2.5-flash")]
    [InlineData("/native/cohere/chat", """{"model":"command-r7b-12-2024","messages":[{"role":"user","content":"Hi"}]}""", """{"id":"c-1","finish_reason":"COMPLETE","message":{"role":"assistant","content":[{"type":"text","text":"Hi"}]},"usage":{"billed_units":{"input_tokens":11,"output_tokens":7},"tokens":{"input_tokens":11,"output_tokens":7}}}""", null)]
    [InlineData("/native/bedrock-converse/model/amazon.nova-lite-v1%3A0/converse", """{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}""", """{"output":{"message":{"role":"assistant","content":[{"text":"Hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":11,"outputTokens":7,"totalTokens":18},"metrics":{"latencyMs":5}}""", null)]
    public async Task KnownForm_IsMetered(string path, string request, string reply, string? model)
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(reply);
        var answer = await fixture.PostAsync(path, request);

        Assert.Equal(reply, answer.Text);
        Assert.Equal(request, Assert.Single(fixture.Upstream.Received).Text);
        var record = await fixture.RecordAsync(answer);
        var usage = record.GetProperty("usage");
        Assert.Equal((11, 7, false), (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32(), usage.GetProperty("estimated").GetBoolean()));
        Assert.Equal(model, record.TryGetProperty("model", out var named) ? named.GetString() : null);
        Assert.True(record.TryGetProperty("cost_usd", out _), record.GetRawText());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task KnownStream_IsMetered(int pieces)
    {
        const string OpenAI = "data: {\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\ndata: {\"model\":\"gpt-4o-mini\",\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7,\"total_tokens\":18}}\n\ndata: [DONE]\n\n";
        const string Anthropic = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-sonnet-4-5\",\"content\":[],\"usage\":{\"input_tokens\":11,\"output_tokens\":1}}}\n\nevent: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\nevent: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}\n\nevent: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":7}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
        foreach (var (path, request, stream, model) in ((string, string, string, string)[])
            [
                ("/native/openai/chat/completions", Chat.Insert(1, "\"stream\":true,"), OpenAI, "gpt-4o-mini"),
                ("/native/anthropic/messages", """{"model":"claude-sonnet-4-5","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"Hi"}]}""", Anthropic, "claude-sonnet-4-5"),
            ])
        {
            fixture.Upstream.Answer = UpstreamAnswer.Events(stream) with { Pieces = pieces };
            var answer = await fixture.PostAsync(path, request);

            Assert.Equal(stream, answer.Text);
            var record = await fixture.RecordAsync(answer);
            Assert.True(record.GetProperty("stream").GetBoolean());
            Assert.Equal(model, record.GetProperty("model").GetString());
            var usage = record.GetProperty("usage");
            Assert.Equal((11, 7, false), (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32(), usage.GetProperty("estimated").GetBoolean()));
            Assert.True(record.TryGetProperty("cost_usd", out _));
        }
    }

    [Theory]
    [InlineData("application/json", "not json at all")]
    [InlineData("application/json", """{"choices":[{"message":{"content":"no usage"}}]}""")]
    [InlineData("text/event-stream", "data: garbage\n\ndata: {\"half\":")]
    [InlineData("text/html", "<p>hello</p>")]
    public async Task AnswerThatCannotBeMetered_PassesAndIsNotGuessed(string type, string reply)
    {
        fixture.Upstream.Answer = new UpstreamAnswer { ContentType = type, Body = Encoding.UTF8.GetBytes(reply) };
        foreach (var path in (string[])["/native/openai/chat/completions", "/native/anthropic/messages"])
        {
            var answer = await fixture.PostAsync(path, Chat);

            Assert.Equal((200, reply), (answer.Status, answer.Text));
            Assert.False((await fixture.RecordAsync(answer)).TryGetProperty("usage", out _));
        }
    }

    [Theory]
    [InlineData("application/json", "{\"usage\":{\"input_tokens\":[]},\"x\":1}")]
    [InlineData("text/event-stream", "data: {\"usage\":7}\n\ndata: [DONE]\n\n")]
    [InlineData("application/x-ndjson", "{\"usage\":7}\n")]
    [InlineData("application/vnd.amazon.eventstream", "no frame at all, but long enough for one")]
    [InlineData("audio/mpeg", "bytes")]
    public async Task EveryKnownPath_PassesWhateverComes(string type, string reply)
    {
        fixture.Upstream.Answer = new UpstreamAnswer { ContentType = type, Body = Encoding.UTF8.GetBytes(reply) };
        string[] paths =
        [
            "chat/completions", "completions", "embeddings", "responses", "moderations", "images/generations", "images/edits", "images/variations", "audio/speech",
            "audio/transcriptions", "audio/translations", "rerank", "messages", "messages/count_tokens", "models/m:generateContent", "models/m:streamGenerateContent",
            "model/m/converse", "model/m/converse-stream", "chat", "v2/chat", "api/chat",
        ];
        foreach (var path in paths)
        {
            foreach (var body in (string[])[Chat, "{}", "[1]", "{\"model\":"])
            {
                var answer = await fixture.PostAsync("/native/openai/" + path, body);

                Assert.Equal((200, reply, false), (answer.Status, answer.Text, answer.IsBroken));
                Assert.Equal(body, Assert.Single(fixture.Upstream.Received).Text);
            }
        }
    }

    [Fact]
    public async Task ListOfStoredAnswers_IsNotBilledAgain()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("""{"object":"list","data":[],"usage":{"prompt_tokens":11,"completion_tokens":7}}""");
        var answer = await fixture.GetAsync("/native/openai/chat/completions");

        Assert.False((await fixture.RecordAsync(answer)).TryGetProperty("usage", out _));
    }

    [Fact]
    public async Task Metrics_HaveTheOperation()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("{}");
        await fixture.RecordAsync(await fixture.GetAsync("/native/openai/files"));

        var metrics = await fixture.Gateway.Admin.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains(metrics.Split('\n'), line => line.StartsWith("aigateway_requests_total{", StringComparison.Ordinal)
            && line.Contains("operation=\"native\"", StringComparison.Ordinal) && line.Contains("provider=\"openai\"", StringComparison.Ordinal));
    }
}
