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

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"openai","stream":true,"messages":[{"role":"user","content":"Hi"}]}""")]
    [InlineData("/v1/messages", """{"model":"openai","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""")]
    public async Task StreamOfNothingButItsEnd_IsNoAnswer(string path, string ask)
    {
        var answer = await fixture.PostAsync(path, ask, UpstreamAnswer.Events("data: [DONE]\n\n"));

        Assert.Equal(502, answer.Status);
        Assert.False(answer.IsBroken);
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
    public async Task GeminisCountTokens_IsGooglesOwnOrAnEstimate()
    {
        const string Body = """{"contents":[{"parts":[{"text":"Hello world"}]}],"systemInstruction":{"parts":[{"text":"Be kind."}]}}""";
        var own = await fixture.PostAsync("/v1beta/models/google:countTokens", Body, UpstreamAnswer.Json("""{"totalTokens":14}"""));
        Assert.Equal("""{"totalTokens":14}""", own.Text);
        Assert.Equal("/google/models/google-model:countTokens", fixture.Upstream.Received[0].Target);
        var sent = JsonDocument.Parse(fixture.Upstream.Received[0].Body).RootElement.GetProperty("generateContentRequest");
        Assert.Equal("models/google-model", sent.GetProperty("model").GetString());
        Assert.Equal("Hello world", sent.GetProperty("contents")[0].GetProperty("parts")[0].GetProperty("text").GetString());
        Assert.True(sent.TryGetProperty("systemInstruction", out _));

        var estimated = await fixture.PostAsync("/v1beta/models/openai:countTokens", Body, UpstreamAnswer.Json("{}"));
        Assert.InRange(JsonDocument.Parse(estimated.Text).RootElement.GetProperty("totalTokens").GetInt32(), 4, 25);
        Assert.Equal("input_tokens", estimated.Header("x-gateway-estimated"));
        Assert.Empty(fixture.Upstream.Received);
    }

    [Theory]
    [InlineData("/v1/models/nobody")]
    [InlineData("/v1/files/nobody")]
    [InlineData("/v1/skills")]
    public async Task PathsThatSeveralDialectsShare_AnswerErrorsInTheClientsOwn(string path)
    {
        var anthropic = await fixture.GetAsync(path, ("anthropic-version", "2023-06-01"));
        Assert.Equal("error", anthropic.GetProperty("type").GetString());
        Assert.Equal("invalid_request_error", (await fixture.GetAsync(path)).GetProperty("error").GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"MODEL","stream":true,"messages":[{"role":"user","content":"Hi"}]}""", "openai")]
    [InlineData("/v1/chat/completions", """{"model":"MODEL","stream":true,"messages":[{"role":"user","content":"Hi"}]}""", "anthropic")]
    [InlineData("/v1/messages", """{"model":"MODEL","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}""", "anthropic")]
    public async Task ErrorInMidStreamThatRepeatsTheKey_ReachesTheCallerWithoutIt(string path, string ask, string provider)
    {
        var secret = $"TEST_KEY and {fixture.Upstream.Address.Authority}";
        var (begin, error) = provider == "openai"
            ? ("data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hel\"},\"finish_reason\":null}]}\n\n",
               $"data: {{\"error\":{{\"message\":\"broken: {secret}\",\"type\":\"server_error\"}}}}\n\n")
            : (Wire.AnthropicStart, $"event: error\ndata: {{\"type\":\"error\",\"error\":{{\"type\":\"api_error\",\"message\":\"broken: {secret}\"}}}}\n\n");
        var answer = await fixture.PostAsync(
            path, ask.Replace("MODEL", provider, StringComparison.Ordinal), UpstreamAnswer.Events(begin + error) with { Pieces = begin.Length, WaitsForCommit = true });

        Assert.True(answer.IsBroken);
        Assert.Contains("broken: *** and ***", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("TEST_KEY", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ToolsNameThatTheTargetRefuses_GoesAsAnother_AndComesBack(bool stream)
    {
        var name = "mcp__" + new string('n', 90);
        var ask = $$$"""{"model":"openai","max_tokens":9,"stream":{{{(stream ? "true" : "false")}}},"messages":[{"role":"user","content":"Hi"}],"tools":[{"name":"{{{name}}}","input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"{{{name}}}"}}""";
        fixture.Upstream.Respond = seen =>
        {
            var sent = JsonDocument.Parse(seen.Body).RootElement.GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString();
            var call = $$$"""[{"index":0,"id":"c1","type":"function","function":{"name":"{{{sent}}}","arguments":"{}"}}]""";
            return stream
                ? UpstreamAnswer.Events($$$"""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":{{{call}}}},"finish_reason":"tool_calls"}]}""" + "\n\ndata: [DONE]\n\n")
                : UpstreamAnswer.Json($$$"""{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":{{{call}}}},"finish_reason":"tool_calls"}]}""");
        };
        try
        {
            var answer = await fixture.PostAsync("/v1/messages", ask, UpstreamAnswer.Json("{}"));
            Assert.Contains($"\"name\":\"{name}\"", answer.Text, StringComparison.Ordinal);
            var sent = JsonDocument.Parse(Assert.Single(fixture.Upstream.Received).Body).RootElement;
            var sentName = sent.GetProperty("tools")[0].GetProperty("function").GetProperty("name").GetString();
            Assert.Matches("^mcp__n+_[0-9a-f]{8}$", sentName);
            Assert.Equal(64, sentName!.Length);
            Assert.Equal(sentName, sent.GetProperty("tool_choice").GetProperty("function").GetProperty("name").GetString());
            Assert.Contains("~tools[0].name", answer.Header("x-gateway-dropped"), StringComparison.Ordinal);
        }
        finally
        {
            fixture.Upstream.Respond = null;
        }
    }

    [Fact]
    public async Task CustomToolOfResponses_IsCalledByAModelThatKnowsFunctionsOnly()
    {
        const string Begin = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"c\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n"
            + "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"apply_patch\",\"input\":{}}}\n\n"
            + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"input\\\":\\\"*** Be\"}}\n\n"
            + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"gin\\\"}\"}}\n\n"
            + "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
            + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":3}}\n\n"
            + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
        var answer = await fixture.PostAsync(
            "/v1/responses", """{"model":"anthropic","stream":true,"input":"Hi","tools":[{"type":"custom","name":"apply_patch"}]}""", UpstreamAnswer.Events(Begin));

        Assert.Contains("\"type\":\"custom_tool_call\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("event: response.custom_tool_call_input.done", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\"input\":\"*** Begin\"", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("function_call", answer.Text, StringComparison.Ordinal);
        Assert.Equal("string", JsonDocument.Parse(Assert.Single(fixture.Upstream.Received).Body).RootElement.GetProperty("tools")[0].GetProperty("input_schema").GetProperty("properties").GetProperty("input").GetProperty("type").GetString());
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
