using System.Text.Json;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.Protocols.Chat;

namespace AiGateway.FunctionalTests.Translation;

/// <summary>Pins what docs/features/translation.md promises: same dialect passes bytes, another is translated, errors and losses are told in the caller's own.</summary>
[Collection(TranslationCollection.Name)]
public sealed class TranslationTests(TranslationFixture fixture)
{
    private const string AnthropicAsk = """{"model":"anthropic","max_tokens":50,"x_unknown":[1.0],"messages":[{"role":"user","content":"Hi"}]}""";

    [Fact]
    public async Task AnthropicToAnthropic_BytesPass_AndAreMetered()
    {
        var answer = await fixture.PostAsync("/v1/messages", AnthropicAsk, UpstreamAnswer.Json(Wire.AnthropicAnswer), ("anthropic-beta", "b1"), ("x-api-key", "mine"));

        Assert.Equal(Wire.AnthropicAnswer, answer.Text);
        var sent = Assert.Single(fixture.Upstream.Received);
        Assert.Equal("/anthropic/messages", sent.Target);
        Assert.Equal(AnthropicAsk.Replace("\"model\":\"anthropic\"", "\"model\":\"anthropic-model\"", StringComparison.Ordinal), sent.Text);
        Assert.Equal(["TEST_KEY"], sent.Values("x-api-key"));
        Assert.Equal(["2023-06-01"], sent.Values("anthropic-version"));
        Assert.Equal(["b1"], sent.Values("anthropic-beta"));
        var usage = (await fixture.RecordAsync(answer)).GetProperty("usage");
        Assert.Equal((12, 2, 3), (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("cached_input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32()));
    }

    [Fact]
    public async Task SealedSignaturesOfAnEarlierProvider_DoNotReachAnother_OfTheCallersOwnDialect()
    {
        var seal = SignatureEnvelope.Pack(Dialect.Gemini, SignatureEnvelope.Signature, "signed-by-google");
        var ask = $$"""{"model":"anthropic","max_tokens":50,"x_unknown":1,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"{{seal}}"},{"type":"text","text":"Hello"}]},{"role":"user","content":"Again"}]}""";
        var answer = await fixture.PostAsync("/v1/messages", ask, UpstreamAnswer.Json(Wire.AnthropicAnswer));

        Assert.Equal(Wire.AnthropicAnswer, answer.Text);
        var sent = JsonDocument.Parse(Assert.Single(fixture.Upstream.Received).Body).RootElement;
        Assert.Equal("anthropic-model", sent.GetProperty("model").GetString());
        Assert.Equal(1, sent.GetProperty("x_unknown").GetInt32());
        Assert.Equal("""[{"type":"text","text":"Hello"}]""", sent.GetProperty("messages")[1].GetProperty("content").GetRawText());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(65536)]
    public async Task AnthropicStreamToAnthropic_BytesPass_HoweverTheyAreCut(int pieces)
    {
        var answer = await fixture.PostAsync(
            "/v1/messages", AnthropicAsk.Replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"", StringComparison.Ordinal),
            UpstreamAnswer.Events(Wire.AnthropicStart + Wire.AnthropicRest) with { Pieces = pieces }, ("anthropic-version", "2099-01-01"));

        Assert.False(answer.IsBroken);
        Assert.Equal(Wire.AnthropicStart + Wire.AnthropicRest, answer.Text);
        Assert.Equal(["2099-01-01"], fixture.Upstream.Received[0].Values("anthropic-version"));
        var record = await fixture.RecordAsync(answer);
        Assert.Equal("end_turn", record.GetProperty("finish_reason").GetString());
        Assert.Equal((12, 3), (record.GetProperty("usage").GetProperty("input_tokens").GetInt32(), record.GetProperty("usage").GetProperty("output_tokens").GetInt32()));
    }

    [Fact]
    public async Task OpenAIToAnthropic_IsTranslatedBothWays_AndWhatIsLostIsNamed()
    {
        const string Ask = """{"model":"anthropic","logit_bias":{"1":2},"temperature":1.5,"messages":[{"role":"system","content":"Be brief"},{"role":"user","content":"Hi"}]}""";
        var answer = await fixture.PostAsync("/v1/chat/completions", Ask, UpstreamAnswer.Json(Wire.AnthropicAnswer));

        var sent = JsonDocument.Parse(fixture.Upstream.Received[0].Body).RootElement;
        Assert.Equal("anthropic-model", sent.GetProperty("model").GetString());
        Assert.True(sent.GetProperty("max_tokens").GetInt32() > 0);
        Assert.Equal("user", sent.GetProperty("messages")[0].GetProperty("role").GetString());
        Assert.Contains("Be brief", sent.GetProperty("system").ToString(), StringComparison.Ordinal);

        var body = JsonDocument.Parse(answer.Text).RootElement;
        Assert.Equal("chat.completion", body.GetProperty("object").GetString());
        Assert.Equal("Hello there", body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("stop", body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(12, body.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal("application/json", answer.ContentType);

        var dropped = answer.Header("x-gateway-dropped")!;
        Assert.Contains("logit_bias", dropped, StringComparison.Ordinal);
        Assert.Contains("~temperature", dropped, StringComparison.Ordinal);
        var losses = (await fixture.RecordAsync(answer)).GetProperty("attempts")[0].GetProperty("lost_in_translation");
        Assert.Contains(losses.EnumerateArray(), loss => loss.GetProperty("member").GetString() == "logit_bias" && loss.GetProperty("dropped").GetBoolean());
    }

    [Fact]
    public async Task WhereNothingMayBeDropped_TheRequestIsRefusedWithTheMember()
    {
        var answer = await fixture.PostAsync(
            "/v1/chat/completions", """{"model":"careful","logit_bias":{"1":2},"messages":[{"role":"user","content":"Hi"}]}""", UpstreamAnswer.Json(Wire.AnthropicAnswer));

        Assert.Equal(400, answer.Status);
        Assert.Equal("logit_bias", JsonDocument.Parse(answer.Text).RootElement.GetProperty("error").GetProperty("param").GetString());
        Assert.Empty(fixture.Upstream.Received);
    }

    [Fact]
    public async Task ReasoningBesideTheOutput_IsCounted_ThroughTranslationToo()
    {
        var answer = await fixture.PostAsync(
            "/v1/messages", """{"model":"xai","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""",
            UpstreamAnswer.Json(Wire.OpenAIAnswer.Replace("\"total_tokens\":15", "\"total_tokens\":22,\"completion_tokens_details\":{\"reasoning_tokens\":7}", StringComparison.Ordinal)));

        var usage = (await fixture.RecordAsync(answer)).GetProperty("usage");
        Assert.Equal((10, 7), (usage.GetProperty("output_tokens").GetInt32(), usage.GetProperty("reasoning_tokens").GetInt32()));
        Assert.Equal(10, JsonDocument.Parse(answer.Text).RootElement.GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Theory]
    [InlineData("""{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}""", """{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}""")]
    [InlineData("""{"generateContentRequest":{"model":"models/google","x_unknown":1.0,"contents":[{"parts":[{"text":"Hi"}]}]}}""", """{"generateContentRequest":{"model":"models/google-model","x_unknown":1.0,"contents":[{"parts":[{"text":"Hi"}]}]}}""")]
    public async Task GeminisCountTokens_GoesToGemini(string ask, string sent)
    {
        const string Count = """{"totalTokens":31,"promptTokensDetails":[{"modality":"TEXT","tokenCount":31}]}""";
        var answer = await fixture.PostAsync("/v1beta/models/google:countTokens", ask, UpstreamAnswer.Json(Count));

        Assert.Equal(Count, answer.Text);
        Assert.Equal(("/google/models/google-model:countTokens", sent), (fixture.Upstream.Received[0].Target, fixture.Upstream.Received[0].Text));
        Assert.Null(answer.Header("request-id"));
    }

    [Theory]
    [InlineData("/v1beta/models/anthropic:countTokens", """{"contents":[{"role":"user","parts":[{"text":"What is YARP?"}]}]}""", "totalTokens")]
    [InlineData("/v1beta/models/google:countTokens", """{"contents":[{"role":"user","parts":[{"text":"What is YARP?"},{"text":"x","thoughtSignature":"aigw1.x"}]}]}""", "totalTokens")]
    [InlineData("/v1/messages/count_tokens", """{"model":"google","messages":[{"role":"user","content":"What is YARP?"}]}""", "input_tokens")]
    public async Task CountTokensOfAnotherDialect_IsEstimatedInTheCallersForm(string path, string ask, string member)
    {
        var answer = await fixture.PostAsync(path, ask, UpstreamAnswer.Json("{}", 500));

        Assert.Equal(200, answer.Status);
        Assert.InRange(JsonDocument.Parse(answer.Text).RootElement.GetProperty(member).GetInt32(), 3, 20);
        Assert.NotNull(answer.Header("x-gateway-estimated"));
        Assert.Empty(fixture.Upstream.Received);
    }

    [Theory]
    [InlineData("{}", "contents")]
    [InlineData("""{"generateContentRequest":{}}""", "contents")]
    [InlineData("""{"generateContentRequest":[]}""", "contents")]
    [InlineData("""{"generateContentRequest":{"generateContentRequest":{"contents":[]}}}""", "generateContentRequest")]
    public async Task CountTokensWithoutContents_IsRefusedInGeminisShape(string ask, string named)
    {
        var answer = await fixture.PostAsync("/v1beta/models/google:countTokens", ask, UpstreamAnswer.Json("{}"));

        Assert.Equal(400, answer.Status);
        var error = JsonDocument.Parse(answer.Text).RootElement.GetProperty("error");
        Assert.Equal("INVALID_ARGUMENT", error.GetProperty("status").GetString());
        Assert.Contains(named, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"google","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hi"}]}""", "data: [DONE]")]
    [InlineData("/v1/responses", """{"model":"google","stream":true,"input":"Hi"}""", "response.completed")]
    [InlineData("/v1/messages", """{"model":"google","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""", "message_stop")]
    public async Task GeminiStream_ReachesEveryClient(string path, string ask, string ends)
    {
        var answer = await fixture.PostAsync(path, ask, UpstreamAnswer.Events(Wire.GeminiEvents) with { Pieces = 11 });

        Assert.False(answer.IsBroken);
        Assert.StartsWith("/google/models/google-model:streamGenerateContent?alt=sse", fixture.Upstream.Received[0].Target, StringComparison.Ordinal);
        Assert.Equal(["TEST_KEY"], fixture.Upstream.Received[0].Values("x-goog-api-key"));
        Assert.StartsWith("text/event-stream", answer.ContentType, StringComparison.Ordinal);
        Assert.Contains("Hello", answer.Text, StringComparison.Ordinal);
        Assert.Contains(" there", answer.Text, StringComparison.Ordinal);
        Assert.Contains(ends, answer.Text, StringComparison.Ordinal);
        var record = await fixture.RecordAsync(answer);
        Assert.Equal("completed", record.GetProperty("outcome").GetString());
        Assert.Equal((12, 3), (record.GetProperty("usage").GetProperty("input_tokens").GetInt32(), record.GetProperty("usage").GetProperty("output_tokens").GetInt32()));
    }

    [Fact]
    public async Task GeminiWithoutSse_GetsOneArray_PassedOrTranslated()
    {
        const string Ask = """{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}""";
        var passed = await fixture.PostAsync("/v1beta/models/google:streamGenerateContent", Ask, UpstreamAnswer.Events(Wire.GeminiEvents));
        var translated = await fixture.PostAsync("/v1beta/models/anthropic:streamGenerateContent", Ask, UpstreamAnswer.Events(Wire.AnthropicStart + Wire.AnthropicRest));

        foreach (var answer in (Recorded.ReceivedAnswer[])[passed, translated])
        {
            Assert.Equal("application/json", answer.ContentType);
            var chunks = JsonDocument.Parse(answer.Text).RootElement.EnumerateArray().ToList();
            Assert.Equal("Hello there", string.Concat(chunks.SelectMany(chunk => chunk.GetProperty("candidates")[0].GetProperty("content").GetProperty("parts").EnumerateArray())
                .Select(part => part.GetProperty("text").GetString())));
        }
    }

    [Fact]
    public async Task GeminiToGemini_ModelIsInThePathOnly()
    {
        const string Ask = """{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"x_unknown":1.0}""";
        var answer = await fixture.PostAsync("/v1beta/models/google:generateContent", Ask, UpstreamAnswer.Json(Wire.GeminiAnswer), ("x-goog-api-key", "mine"));

        Assert.Equal(Wire.GeminiAnswer, answer.Text);
        Assert.Equal("/google/models/google-model:generateContent", fixture.Upstream.Received[0].Target);
        Assert.Equal(Ask, fixture.Upstream.Received[0].Text);
    }

    [Fact]
    public async Task BrokenStream_IsAnErrorEventInTheCallersDialect_AndAReset()
    {
        var answer = await fixture.PostAsync(
            "/v1/messages", """{"model":"google","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""",
            UpstreamAnswer.Events(Wire.GeminiEvents[..(Wire.GeminiEvents.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)]) with { Reset = true });

        Assert.True(answer.IsBroken);
        Assert.Contains("event: error\ndata: {\"type\":\"error\"", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("message_stop", answer.Text, StringComparison.Ordinal);
        var record = await fixture.RecordAsync(answer);
        Assert.Equal("cut_by_upstream", record.GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task OverloadedProvider_IsLeftForOneOfAnotherDialect_UnseenByTheCaller()
    {
        fixture.Second.Answer = UpstreamAnswer.Json(Wire.OpenAIAnswer);
        var answer = await fixture.PostAsync(
            "/v1/messages", """{"model":"two","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""",
            UpstreamAnswer.Json("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""", status: 529));

        Assert.Equal(200, answer.Status);
        var body = JsonDocument.Parse(answer.Text).RootElement;
        Assert.Equal(("message", "Hello there"), (body.GetProperty("type").GetString(), body.GetProperty("content")[0].GetProperty("text").GetString()));
        Assert.Equal("2", answer.Header("x-gateway-attempts"));
        Assert.Equal("/v1/chat/completions", fixture.Second.Received[0].Target);
    }

    [Theory]
    [InlineData("/v1/messages", """{"model":"nobody","max_tokens":1,"messages":[{"role":"user","content":"Hi"}]}""", 404, "not_found_error")]
    [InlineData("/v1/messages", """{"model":"openai","max_tokens":1}""", 400, "invalid_request_error")]
    [InlineData("/v1/messages", """{"model":"openai","max_tokens":1,"messages":[{"role":"user","content":7}]}""", 400, "invalid_request_error")]
    [InlineData("/v1beta/models/nobody:generateContent", """{"contents":[]}""", 404, "NOT_FOUND")]
    [InlineData("/v1beta/models/openai:generateContent", """{}""", 400, "INVALID_ARGUMENT")]
    [InlineData("/v1beta/models/openai:fly", """{}""", 404, "NOT_FOUND")]
    [InlineData("/v1/chat/completions", """{"model":"nobody","messages":[{"role":"user","content":"Hi"}]}""", 404, "model_not_found")]
    public async Task Errors_HaveTheCallersShape(string path, string ask, int status, string word)
    {
        var answer = await fixture.PostAsync(path, ask, UpstreamAnswer.Json(Wire.OpenAIAnswer));

        Assert.Equal(status, answer.Status);
        Assert.Contains($"\"{word}\"", answer.Text, StringComparison.Ordinal);
        Assert.Empty(fixture.Upstream.Received);
    }

    [Fact]
    public async Task ProvidersRefusal_KeepsItsMessage_InTheCallersShape()
    {
        var answer = await fixture.PostAsync(
            "/v1/messages", """{"model":"google","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""",
            UpstreamAnswer.Json("""{"error":{"code":400,"message":"Unsupported thing.","status":"INVALID_ARGUMENT"}}""", status: 400));

        Assert.Equal(400, answer.Status);
        var error = JsonDocument.Parse(answer.Text).RootElement;
        Assert.Equal("error", error.GetProperty("type").GetString());
        Assert.Equal("Unsupported thing.", error.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(answer.RequestId, answer.Header("request-id"));
    }

    [Fact]
    public async Task CountTokens_IsAnthropicsOwnOrAnEstimate()
    {
        const string Body = """{"model":"anthropic","messages":[{"role":"user","content":"Hello world"}]}""";
        var own = await fixture.PostAsync("/v1/messages/count_tokens", Body, UpstreamAnswer.Json("""{"input_tokens":14}"""));
        Assert.Equal("""{"input_tokens":14}""", own.Text);
        Assert.Equal("/anthropic/messages/count_tokens", fixture.Upstream.Received[0].Target);

        var estimated = await fixture.PostAsync("/v1/messages/count_tokens", Body.Replace("anthropic", "openai", StringComparison.Ordinal), UpstreamAnswer.Json("{}"));
        Assert.InRange(JsonDocument.Parse(estimated.Text).RootElement.GetProperty("input_tokens").GetInt32(), 2, 20);
        Assert.Equal("input_tokens", estimated.Header("x-gateway-estimated"));
        Assert.Empty(fixture.Upstream.Received);
    }

    [Fact]
    public async Task Models_HaveTheCallersShape()
    {
        var anthropic = await fixture.GetAsync("/v1/models", ("anthropic-version", "2023-06-01"));
        Assert.Contains(anthropic.GetProperty("data").EnumerateArray(), static model => model.GetProperty("id").GetString() == "google" && model.GetProperty("type").GetString() == "model");
        Assert.False(anthropic.GetProperty("has_more").GetBoolean());

        var gemini = await fixture.GetAsync("/v1beta/models");
        Assert.Contains(gemini.GetProperty("models").EnumerateArray(), static model => model.GetProperty("name").GetString() == "models/anthropic");
    }
}
