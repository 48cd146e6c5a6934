using System.Buffers;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Framing;

namespace AiGateway.FunctionalTests.Translation;

/// <summary>Pins how Claude is asked at Bedrock and Vertex AI: addresses, the few edits of an Anthropic caller's bytes, and its bytes on the way back.</summary>
[Collection(TranslationCollection.Name)]
public sealed class CloudMessagesTests(TranslationFixture fixture)
{
    private const string Bedrock = "/aws/model/eu.anthropic.claude-x/";
    private const string Vertex = "/v1/projects/p/locations/l/publishers/";

    [Fact]
    public async Task AnthropicCaller_AtBedrock_KeepsItsBytesButForTheEdits()
    {
        var answer = await fixture.PostAsync(
            "/v1/messages", """{"model":"bedrock","max_tokens":50 ,"x_unknown":[1.0],"stream":false,"messages":[{"role":"user","content":"Hi"}]}""", UpstreamAnswer.Json(Wire.AnthropicAnswer),
            ("anthropic-version", "2023-06-01"), ("anthropic-beta", "context-1m-2025-08-07, claude-code-20250219,interleaved-thinking-2025-05-14"));

        Assert.Equal(Wire.AnthropicAnswer, answer.Text);
        var sent = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(Bedrock + "invoke", sent.Target);
        Assert.Equal(
            """{"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["context-1m-2025-08-07","interleaved-thinking-2025-05-14"],"max_tokens":50 ,"x_unknown":[1.0],"messages":[{"role":"user","content":"Hi"}]}""",
            sent.Text);
        Assert.Empty(sent.Values("anthropic-beta"));
        Assert.Empty(sent.Values("anthropic-version"));
        Assert.Equal(["Bearer TEST_KEY"], sent.Values("Authorization"));
        Assert.Equal("anthropic-beta: claude-code-20250219", answer.Header("x-gateway-dropped"));
        var usage = (await fixture.RecordAsync(answer)).GetProperty("usage");
        Assert.Equal((12, 3), (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32()));
    }

    [Fact]
    public async Task BetaThatBedrockRefuses_IsNoReasonToSend_WhereNothingMayBeDropped()
    {
        var answer = await fixture.PostAsync(
            "/v1/messages", """{"model":"careful-bedrock","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}""", UpstreamAnswer.Json(Wire.AnthropicAnswer), ("anthropic-beta", "oauth-2025-04-20"));

        Assert.Equal(400, answer.Status);
        Assert.Contains("anthropic-beta: oauth-2025-04-20", answer.Text, StringComparison.Ordinal);
        Assert.Empty(fixture.Upstream.Received);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(65536)]
    public async Task StreamOfInvoke_ReachesTheAnthropicCaller_AsAnthropicsOwnEvents(int pieces)
    {
        var answer = await fixture.PostAsync(
            "/v1/messages", """{"model":"bedrock","stream":true,"max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}""", Frames(Wire.AnthropicStart + Wire.AnthropicRest) with { Pieces = pieces });

        Assert.False(answer.IsBroken);
        Assert.Equal(Wire.AnthropicStart + Wire.AnthropicRest, answer.Text);
        Assert.StartsWith("text/event-stream", answer.ContentType, StringComparison.Ordinal);
        var sent = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(Bedrock + "invoke-with-response-stream", sent.Target);
        Assert.Equal("""{"anthropic_version":"bedrock-2023-05-31","max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}""", sent.Text);
        var record = await fixture.RecordAsync(answer);
        Assert.Equal("end_turn", record.GetProperty("finish_reason").GetString());
        Assert.Equal(3, record.GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public async Task StreamOfInvoke_WithoutTheModelsOwnUsage_IsCountedByBedrock()
    {
        var events = (Wire.AnthropicStart + Wire.AnthropicRest)
            .Replace(",\"usage\":{\"input_tokens\":10,\"cache_read_input_tokens\":2,\"cache_creation_input_tokens\":0,\"output_tokens\":1}", "", StringComparison.Ordinal)
            .Replace(",\"usage\":{\"output_tokens\":3}", "", StringComparison.Ordinal)
            .Replace("{\"type\":\"message_stop\"}", "{\"type\":\"message_stop\",\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":20,\"outputTokenCount\":4,\"cacheReadInputTokenCount\":5}}", StringComparison.Ordinal);
        var answer = await fixture.PostAsync("/v1/messages", """{"model":"bedrock","stream":true,"max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}""", Frames(events));

        var usage = (await fixture.RecordAsync(answer)).GetProperty("usage");
        Assert.Equal((25, 5, 4), (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("cached_input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32()));
    }

    [Fact]
    public async Task ExceptionInTheStream_AfterContent_EndsInAnErrorEvent()
    {
        var frames = new ArrayBufferWriter<byte>();
        frames.Write(Frames(Wire.AnthropicStart).Body);
        AwsEventStream.WriteException(frames, "throttlingException"u8, """{"message":"Slow down."}"""u8);
        var answer = await fixture.PostAsync(
            "/v1/messages", """{"model":"bedrock","stream":true,"max_tokens":50,"messages":[{"role":"user","content":"Hi"}]}""",
            new UpstreamAnswer { ContentType = "application/vnd.amazon.eventstream", Body = frames.WrittenSpan.ToArray(), WaitsForCommit = true, Pieces = Frames(Wire.AnthropicStart).Body.Length });

        Assert.True(answer.IsBroken);
        Assert.StartsWith(Wire.AnthropicStart, answer.Text, StringComparison.Ordinal);
        Assert.EndsWith("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow down.\"}}\n\n", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BedrocksRefusal_HasAnthropicsShape()
    {
        var answer = await fixture.PostAsync("/v1/messages", """{"model":"bedrock","max_tokens":5,"messages":[{"role":"user","content":"Hi"}]}""", UpstreamAnswer.Json("""{"message":"max_tokens: too many"}""", 400));

        Assert.Equal(400, answer.Status);
        var error = JsonDocument.Parse(answer.Text).RootElement.GetProperty("error");
        Assert.Equal(("invalid_request_error", "max_tokens: too many"), (error.GetProperty("type").GetString(), error.GetProperty("message").GetString()));
    }

    [Fact]
    public async Task OtherCallers_ReachClaudeOnBedrock_ByConverse_AndAModelThatIsSaidToSpeakMessages_ByInvoke()
    {
        const string Ask = """{"model":"MODEL","messages":[{"role":"user","content":"Hi"}]}""";
        await fixture.PostAsync("/v1/chat/completions", Ask.Replace("MODEL", "bedrock", StringComparison.Ordinal), UpstreamAnswer.Json("{}"));
        Assert.Equal(Bedrock + "converse", fixture.Upstream.Received[0].Target);

        var answer = await fixture.PostAsync("/v1/chat/completions", Ask.Replace("MODEL", "profile", StringComparison.Ordinal), UpstreamAnswer.Json(Wire.AnthropicAnswer));
        Assert.Equal("/aws/model/arn%3Aaws%3Abedrock%3Aeu%3A1%3Aapplication-inference-profile%2Fa1/invoke", fixture.Upstream.Received[0].Target);
        Assert.StartsWith("""{"anthropic_version":"bedrock-2023-05-31",""", fixture.Upstream.Received[0].Text, StringComparison.Ordinal);
        Assert.Equal("Hello there", JsonDocument.Parse(answer.Text).RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    [Theory]
    [InlineData(false, "anthropic/models/claude-x@1:rawPredict")]
    [InlineData(true, "anthropic/models/claude-x@1:streamRawPredict")]
    public async Task AnthropicCaller_AtVertex_KeepsItsBytesButForTheEdits(bool stream, string path)
    {
        var body = $$"""{"model":"vertex","max_tokens":50,"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Hi"}],"anthropic_version":"x"}""";
        var upstream = stream ? UpstreamAnswer.Events(Wire.AnthropicStart + Wire.AnthropicRest) : UpstreamAnswer.Json(Wire.AnthropicAnswer);
        var answer = await fixture.PostAsync("/v1/messages", body, upstream, ("anthropic-beta", "b1"));

        Assert.Equal(Encoding.UTF8.GetString(upstream.Body), answer.Text);
        var sent = Assert.Single(fixture.Upstream.Received);
        Assert.Equal(Vertex + path, sent.Target);
        Assert.Equal($$"""{"anthropic_version":"vertex-2023-10-16","max_tokens":50,"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"Hi"}]}""", sent.Text);
        Assert.Equal(["b1"], sent.Values("anthropic-beta"));
    }

    [Fact]
    public async Task OneVertexProvider_ServesGeminiAndClaude()
    {
        const string Ask = """{"model":"MODEL","messages":[{"role":"user","content":"Hi"}]}""";
        await fixture.PostAsync("/v1/chat/completions", Ask.Replace("MODEL", "vertex", StringComparison.Ordinal), UpstreamAnswer.Json(Wire.AnthropicAnswer));
        Assert.Equal(Vertex + "anthropic/models/claude-x@1:rawPredict", fixture.Upstream.Received[0].Target);
        await fixture.PostAsync("/v1/chat/completions", Ask.Replace("MODEL", "vertex-gemini", StringComparison.Ordinal), UpstreamAnswer.Json(Wire.GeminiAnswer));
        Assert.Equal(Vertex + "google/models/gemini-x:generateContent", fixture.Upstream.Received[0].Target);
    }

    [Theory]
    [InlineData("vertex", """{"input_tokens":7}""")]
    [InlineData("bedrock", """{"inputTokens":7}""")]
    public async Task TokensAreCounted_ByTheCloud(string model, string upstream)
    {
        var answer = await fixture.PostAsync("/v1/messages/count_tokens", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hi"}]}""", UpstreamAnswer.Json(upstream));

        Assert.Equal("""{"input_tokens":7}""", answer.Text);
        Assert.Null(answer.Header("x-gateway-estimated"));
        var sent = Assert.Single(fixture.Upstream.Received);
        if (model == "vertex")
        {
            Assert.Equal(Vertex + "anthropic/models/count-tokens:rawPredict", sent.Target);
            Assert.Equal("""{"anthropic_version":"vertex-2023-10-16","model":"claude-x@1","messages":[{"role":"user","content":"Hi"}]}""", sent.Text);
            return;
        }
        Assert.Equal("/aws/model/anthropic.claude-x/count-tokens", sent.Target);
        var body = JsonDocument.Parse(sent.Body).RootElement.GetProperty("input").GetProperty("invokeModel").GetProperty("body").GetBytesFromBase64();
        Assert.Equal("""{"max_tokens":1,"anthropic_version":"bedrock-2023-05-31","messages":[{"role":"user","content":"Hi"}]}""", Encoding.UTF8.GetString(body));
    }

    [Fact]
    public async Task CountThatFails_IsNotAskedOfAProviderThatWouldAnswerInstead()
    {
        fixture.Second.Answer = UpstreamAnswer.Json(Wire.OpenAIAnswer);
        var answer = await fixture.PostAsync("/v1/messages/count_tokens", """{"model":"two","messages":[{"role":"user","content":"Hi"}]}""", UpstreamAnswer.Json("""{"type":"error","error":{"type":"api_error","message":"Broken"}}""", 500));

        Assert.Equal(502, answer.Status);
        Assert.Empty(fixture.Second.Received);
    }

    /// <summary>Anthropic's events as Bedrock sends them. The blank lines of a stream are not in the frames.</summary>
    internal static UpstreamAnswer Frames(string events)
    {
        var frames = new ArrayBufferWriter<byte>();
        foreach (var line in events.Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)))
            InvokeStream.FromJson(Encoding.UTF8.GetBytes(line["data: ".Length..]), frames);
        return new UpstreamAnswer { ContentType = "application/vnd.amazon.eventstream", Body = frames.WrittenSpan.ToArray() };
    }
}
