using System.Globalization;
using System.Text.Json;
using AiGateway.FunctionalTests.Recorded;

namespace AiGateway.FunctionalTests.PassThrough;

/// <summary>Pins that what is odd about real providers, row by row as numbered in the recordings' QUIRKS.md, is handled and that clients do not notice it.</summary>
[Collection(PassThroughCollection.Name)]
public sealed class ProviderQuirkTests(PassThroughFixture fixture)
{
    private const string Done = "data: [DONE]\n\n";
    private const string Hello = """{"role":"assistant","content":"Hello"}""";
    private const string AskForUsage = ""","stream_options":{"include_usage":true}""";

    private static string Finished => Bodies.Chunk("{}", "\"stop\"") + Done;

    [Fact]
    public async Task Quirk01_AzureBeginsWithAnEmptyChunk_ItPassesAndTheStreamIsComplete()
    {
        var stream = "data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":[{\"prompt_index\":0,\"content_filter_results\":{}}]}\n\n"
            + Bodies.Chunk(Hello) + Finished;
        await CompletesAsync("azure/any", stream);
    }

    [Fact]
    public async Task Quirk02_AzuresMissingDeploymentWithoutContentType_IsNotTheCallersError()
    {
        var answer = await fixture.ChatAsync(
            UpstreamAnswer.Json("""{"error":{"type":"invalid_request_error","code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}""", 404) with { ContentType = null }, "azure/any");

        Assert.Equal(502, answer.Status);
        Assert.Equal("upstream_error", Error(answer).GetProperty("code").GetString());
        Assert.Equal("deployment_not_found", (await fixture.RecordAsync(answer)).GetProperty("attempts")[0].GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Quirk03_GroqsErrorEventInTheMiddle_EndsTheStreamWithItAndAReset()
    {
        const string Event = "event: error\ndata: {\"error\":{\"message\":\"Failed to call a function.\",\"type\":\"invalid_request_error\",\"code\":\"tool_use_failed\",\"failed_generation\":\"x\",\"status_code\":400}}\n\n";
        var first = Bodies.Chunk(Hello);
        var answer = await fixture.ChatAsync(UpstreamAnswer.Events(first + Event) with { Pieces = first.Length, WaitsForCommit = true }, "groq/any");

        Assert.True(answer.IsBroken);
        Assert.Equal(first + Event, answer.Text);
        var record = await fixture.RecordAsync(answer);
        Assert.Equal("cut_by_upstream", record.GetProperty("outcome").GetString());
        Assert.True(record.GetProperty("usage").GetProperty("estimated").GetBoolean());
    }

    [Fact]
    public async Task Quirk03_GroqsErrorEventAtTheBeginning_IsAFailedAttempt()
    {
        var answer = await fixture.ChatAsync(UpstreamAnswer.Events("event: error\ndata: {\"error\":{\"message\":\"Failed to call a function.\",\"status_code\":400}}\n\n"), "groq/any");

        Assert.Equal(502, answer.Status);
        Assert.Contains("Failed to call a function.", Error(answer).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quirk04_GroqsWholeToolCallReasoningAndUsage_PassAndAreMetered()
    {
        var stream = Bodies.Chunk("""{"role":"assistant","reasoning":"Hm.","channel":"analysis"}""")
            + Bodies.Chunk("""{"tool_calls":[{"id":"fc_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"},"index":0}]}""")
            + Bodies.Chunk("{}", "\"tool_calls\"", ",\"x_groq\":{\"id\":\"req_1\",\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":5,\"total_tokens\":16}}") + Done;
        var answer = await CompletesAsync("groq/any", stream);

        await HasUsageAsync(answer, 11, 5);
    }

    [Fact]
    public async Task Quirk05_GroqsIdStub_Passes()
    {
        var stream = (Bodies.Chunk(Hello) + Finished).Replace("\"c1\"", "\"stub\"", StringComparison.Ordinal);
        await CompletesAsync("groq/any", stream);
    }

    [Fact]
    public async Task Quirk06_OpenRoutersCommentsAndDoubleFinish_Pass()
    {
        var stream = ": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n" + Bodies.Chunk(Hello) + Bodies.Chunk("""{"role":"assistant","content":""}""", "\"stop\"")
            + Bodies.Chunk("""{"role":"assistant","content":""}""", "\"stop\"") + Done;
        await CompletesAsync("openrouter/any", stream);
    }

    [Fact]
    public async Task Quirk07_OpenRoutersErrorAfterTheFinish_IsNoCompleteAnswer()
    {
        var first = Bodies.Chunk(Hello);
        var rest = Bodies.Chunk("""{"content":""}""", "\"length\"") + Bodies.Chunk("""{"content":""}""", "null", ",\"error\":{\"code\":400,\"message\":\"Token limit reached\"}");
        var answer = await fixture.ChatAsync(UpstreamAnswer.Events(first + rest + Done) with { Pieces = first.Length, WaitsForCommit = true }, "openrouter/any");

        Assert.True(answer.IsBroken);
        Assert.Equal(first + rest, answer.Text);
        Assert.Equal("cut_by_upstream", (await fixture.RecordAsync(answer)).GetProperty("outcome").GetString());
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("end_turn")]
    [InlineData("STOP")]
    public async Task Quirk08_OpenRoutersUsageBesideAChoice_IsKeptAndMetered_AndItsNativeReasonStays(string native)
    {
        var stream = Bodies.Chunk(Hello) + Bodies.Chunk("{\"content\":\"\"}", $"\"stop\",\"native_finish_reason\":\"{native}\"")
            + Bodies.Chunk("{\"content\":\"\"}", "null", ",\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":5,\"total_tokens\":16,\"cost\":1.25E-05}") + Done;
        var answer = await CompletesAsync("openrouter/any", stream);

        await HasUsageAsync(answer, 11, 5);
        Assert.Equal("0.0000125", (await fixture.RecordAsync(answer)).GetProperty("cost_reported").GetString());
    }

    [Fact]
    public async Task Quirk09_OpenRoutersResponsesWithoutEventLines_PassAndSealTheirIds()
    {
        var stream = string.Join("\n\n", Bodies.ResponseEvents("gen-1").Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(item => item[item.IndexOf("data:", StringComparison.Ordinal)..])) + "\n\n" + Done;
        fixture.Upstream.Answer = UpstreamAnswer.Events(stream);
        var answer = await fixture.PostAsync("/v1/responses", """{"model":"openrouter/any","input":"Hello","stream":true}""");

        Assert.False(answer.IsBroken);
        Assert.Equal(stream, ExpectedAnswer.Unseal(answer.Text, stream, isStream: true));
        await HasUsageAsync(answer, 7, 2);
    }

    [Fact]
    public async Task Quirk10_OpenRouters429WithNumericCode_IsA429ThatTellsWhenToComeAgain()
    {
        var answer = await fixture.ChatAsync(
            UpstreamAnswer.Json("""{"error":{"message":"Provider returned error","code":429,"metadata":{"raw":"model:free is temporarily rate-limited upstream","provider_name":"X"}},"user_id":"user_1"}""", 429), "openrouter/any");

        Assert.Equal(429, answer.Status);
        Assert.InRange(int.Parse(answer.Headers["Retry-After"], CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal("rate_limit_exceeded", Error(answer).GetProperty("code").GetString());
        Assert.DoesNotContain("user_1", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quirk11_SnowflakesStreamWithoutAnyFinishReason_IsCompleteByItsDone()
    {
        const string Stream =
            "data: {\"id\":\"\",\"object\":\"chat.completion.chunk\",\"created\":0,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello\"}}]}\n\n"
            + "data: {\"id\":\"\",\"created\":0,\"choices\":[{\"index\":0,\"delta\":{\"content\":\"!\"}}]}\n\n" + Done;
        await CompletesAsync("snowflake/any", Stream);
    }

    [Fact]
    public async Task Quirk12_SnowflakesEmptyFinishReason_IsMendedAndEmptyObjectsStay()
    {
        const string Body = """
            {"id":"","choices":[{"index":0,"message":{"role":"assistant","content":"","audio":{},"function_call":{},"refusal":"","tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":""}]}
            """;
        var whole = await fixture.ChatAsync(UpstreamAnswer.Json(Body), "snowflake/any");
        var stream = await fixture.ChatAsync(UpstreamAnswer.Events(Bodies.Chunk(Hello, "\"\"") + Done), "snowflake/any");

        Assert.Equal(Body.Replace("\"finish_reason\":\"\"", "\"finish_reason\":\"tool_calls\"", StringComparison.Ordinal), whole.Text);
        Assert.Equal(Bodies.Chunk(Hello) + Done, stream.Text);
    }

    [Fact]
    public async Task Quirk13_BedrocksDataBeforeEvent_IsTheSameEvent()
    {
        var stream = string.Join("\n\n", Bodies.ResponseEvents("resp_1").Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(item => string.Join('\n', item.Split('\n').Reverse()))) + "\n\n";
        Assert.StartsWith("data: ", stream, StringComparison.Ordinal);
        fixture.Upstream.Answer = UpstreamAnswer.Events(stream);
        var answer = await fixture.PostAsync("/v1/responses", """{"model":"bedrock/any","input":"Hello","stream":true}""");

        Assert.False(answer.IsBroken);
        Assert.Equal(stream, ExpectedAnswer.Unseal(answer.Text, stream, isStream: true));
        await HasUsageAsync(answer, 7, 2);
    }

    [Fact]
    public async Task Quirk22_GeminisAnswerWithoutContent_Passes_MeteredByWhatItSays()
    {
        const string Body = """
            {"choices":[{"finish_reason":"length","index":0,"message":{"role":"assistant"}}],"created":1,"id":"g","model":"gemini-2.5-flash","object":"chat.completion","usage":{"completion_tokens":0,"prompt_tokens":10,"total_tokens":24}}
            """;
        var answer = await fixture.ChatAsync(UpstreamAnswer.Json(Body), "gemini/any");

        Assert.Equal(Body, answer.Text);
        await HasUsageAsync(answer, 10, 0);
    }

    [Fact]
    public async Task Quirk25_RetryAfterOnA200_StaysInTheGatewayAndRestsNobody()
    {
        var answer = UpstreamAnswer.Json(Bodies.Chat) with { Headers = [KeyValuePair.Create("retry-after", "3600")] };
        var first = await fixture.ChatAsync(answer, "huggingface/any");
        var second = await fixture.ChatAsync(answer, "huggingface/any");

        Assert.Equal((200, 200), (first.Status, second.Status));
        Assert.DoesNotContain("Retry-After", first.Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Quirk26_MistralsToolCallsWithoutType_Pass()
    {
        await CompletesAsync("mistral/any",
            Bodies.Chunk("""{"role":"assistant","content":"","tool_calls":[{"id":"a1B2c3D4e","function":{"name":"f","arguments":"{}"},"index":0}]}""", "\"tool_calls\"") + Done, options: "");
    }

    [Theory]
    [InlineData("huggingface/any")]
    [InlineData("together/any")]
    public async Task Quirk27_ThinkTagsTokenIdsAndHugeSeeds_Pass(string model)
    {
        const string Body = """
            {"id":"x","seed":18446744073709551557,"choices":[{"index":0,"text":"x","token_id":151645,"message":{"role":"assistant","content":"<think>\nHm.\n</think>\n\nHello"},"seed":9007199254740993,"finish_reason":"eos"}],"usage":{"prompt_tokens":11,"completion_tokens":5}}
            """;
        var answer = await fixture.ChatAsync(UpstreamAnswer.Json(Body), model);

        Assert.Equal(Body.Replace("\"eos\"", "\"stop\"", StringComparison.Ordinal), answer.Text);
        await HasUsageAsync(answer, 11, 5);
    }

    [Fact]
    public async Task Quirk28_DeepSeeks400AsOctetStream_ComesBackInWords_AndBareUuidsAreSealed()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json("""{"error":{"message":"No tool output found for tool call call-a.","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}""", 400) with { ContentType = "application/octet-stream" };
        var refused = await fixture.PostAsync("/v1/responses", """{"model":"deepseek/any","input":"Hello"}""");
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Response("0a1b2c3d-0000-4000-8000-0123456789ab"));
        var answer = await fixture.PostAsync("/v1/responses", """{"model":"deepseek/any","input":"Hello"}""");

        Assert.Equal(400, refused.Status);
        Assert.Equal("application/json", refused.Headers["Content-Type"]);
        Assert.Equal("No tool output found for tool call call-a.", Error(refused).GetProperty("message").GetString());
        Assert.DoesNotContain("0a1b2c3d", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quirk29_ZaisMissingFinishReasonUntilTheLast_IsComplete()
    {
        const string Stream =
            "data: {\"id\":\"z\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"reasoning_content\":\"Hm\"}}]}\n\n"
            + "data: {\"id\":\"z\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hello\"}}]}\n\n"
            + "data: {\"id\":\"z\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":5}}\n\n" + Done;
        var answer = await CompletesAsync("zai/any", Stream);

        await HasUsageAsync(answer, 11, 5);
    }

    [Fact]
    public async Task Quirk34_VllmsWideEmbeddings_ComeAs32BitFloats()
    {
        byte[] wide = [.. BitConverter.GetBytes(0.5), .. BitConverter.GetBytes(-2.0)];
        var body = $$$"""{"id":"e","object":"list","model":"m","data":[{"index":0,"object":"embedding","embedding":"{{{Convert.ToBase64String(wide)}}}"}],"usage":{"prompt_tokens":11,"total_tokens":11,"completion_tokens":0}}""";
        fixture.Upstream.Answer = UpstreamAnswer.Json(body);
        var answer = await fixture.PostAsync("/v1/embeddings", """{"model":"vllm/any","input":"Hello","encoding_format":"base64"}""");

        Assert.Contains("\"encoding_format\":\"float\"", fixture.Upstream.Received[0].Text, StringComparison.Ordinal);
        var narrow = JsonDocument.Parse(answer.Body).RootElement.GetProperty("data")[0].GetProperty("embedding").GetString()!;
        Assert.Equal([.. BitConverter.GetBytes(0.5f), .. BitConverter.GetBytes(-2f)], Convert.FromBase64String(narrow));
        await HasUsageAsync(answer, 11, 0);
    }

    [Fact]
    public async Task Quirk35_OpenAIsPadding_PassesAndIsNotCounted()
    {
        var stream = Bodies.Chunk(Hello, "null", ",\"obfuscation\":\"" + new string('k', 4_000) + "\"") + Finished;
        var answer = await CompletesAsync("openai/any", stream);

        var usage = (await fixture.RecordAsync(answer)).GetProperty("usage");
        Assert.True(usage.GetProperty("estimated").GetBoolean());
        Assert.InRange(usage.GetProperty("output_tokens").GetInt64(), 1, 5);
    }

    [Theory]
    [InlineData("""{"detail":"What was wrong."}""")]
    [InlineData("""{"detail":[{"loc":["body"],"msg":"What was wrong.","type":"missing"}]}""")]
    [InlineData("""{"id":"1","message":"What was wrong."}""")]
    [InlineData("""{"message":"What was wrong."}""")]
    [InlineData("""{"error":{"code":400,"message":"What was wrong.","status":"INVALID_ARGUMENT"}}""")]
    [InlineData("""[{"error":{"code":400,"message":"What was wrong.","status":"INVALID_ARGUMENT"}}]""")]
    [InlineData("""{"error":"What was wrong."}""")]
    public async Task Quirk36_ErrorsOfEveryShape_ComeBackInOpenAIsShape(string body)
    {
        var answer = await fixture.ChatAsync(UpstreamAnswer.Json(body, 400), "openai/any");

        Assert.Equal(400, answer.Status);
        var error = Error(answer);
        Assert.Equal("What was wrong.", error.GetProperty("message").GetString());
        Assert.Equal(JsonValueKind.String, error.GetProperty("type").ValueKind);
        Assert.True(error.TryGetProperty("param", out _));
        Assert.Contains(error.GetProperty("code").ValueKind, (JsonValueKind[])[JsonValueKind.String, JsonValueKind.Null]);
    }

    /// <summary>Plays a stream to a caller who asked for usage, so that nothing is hidden, in three ways of cutting it.</summary>
    private async Task<ReceivedAnswer> CompletesAsync(string model, string stream, string options = AskForUsage)
    {
        ReceivedAnswer? last = null;
        foreach (var pieces in (int[])[1, 7, 64 * 1024])
        {
            last = await fixture.ChatAsync(UpstreamAnswer.Events(stream) with { Pieces = pieces }, model, options);
            Assert.Equal(200, last.Status);
            Assert.False(last.IsBroken);
            Assert.Equal(stream, last.Text);
            Assert.Equal("completed", (await fixture.RecordAsync(last)).GetProperty("outcome").GetString());
        }
        return last!;
    }

    private async Task HasUsageAsync(ReceivedAnswer answer, long input, long output)
    {
        var usage = (await fixture.RecordAsync(answer)).GetProperty("usage");
        Assert.Equal((input, output, false), (usage.GetProperty("input_tokens").GetInt64(), usage.GetProperty("output_tokens").GetInt64(), usage.GetProperty("estimated").GetBoolean()));
    }

    private static JsonElement Error(ReceivedAnswer answer) => JsonDocument.Parse(answer.Body).RootElement.GetProperty("error");
}
