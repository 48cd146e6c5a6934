using System.Buffers;
using System.Text;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.FunctionalTests.Recorded;
using AiGateway.FunctionalTests.Recorded.Matrix;
using AiGateway.FunctionalTests.Translation;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;

namespace AiGateway.FunctionalTests.Quirks;

/// <summary>Pins that what is odd about providers with dialects of their own, row by row as numbered in the recordings' QUIRKS.md, reaches no client of another dialect.</summary>
[Collection(TranslationCollection.Name)]
public sealed class TranslatedQuirkTests(TranslationFixture fixture)
{
    private const string OpenAIAsk = """{"model":"MODEL","stream":STREAM,"messages":[{"role":"user","content":"Hi"}]OPTIONS}""";
    private const string AnthropicAsk = """{"model":"MODEL","stream":STREAM,"max_tokens":99,"messages":[{"role":"user","content":"Hi"}]}""";

    [Fact]
    public async Task Quirk14_ConversesTextWithoutStartPaddingAndLateUsage_AreOrdinaryChunks()
    {
        var answer = await AskAsync("aws", Dialect.OpenAIChat, Frames(
            ("messageStart", """{"p":"abc","role":"assistant"}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"Hel"},"p":"abcd"}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"lo"},"p":"a"}"""),
            ("contentBlockStop", """{"contentBlockIndex":0,"p":"ab"}"""),
            ("messageStop", """{"p":"ab","stopReason":"end_turn"}"""),
            ("metadata", """{"metrics":{"latencyMs":7},"p":"a","usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5}}""")));

        var candidate = Complete(answer, Dialect.OpenAIChat);
        Assert.Equal(("Hello", FinishReason.Stop), (MatrixAnswer.TextOf(candidate), candidate.Finish));
        Assert.DoesNotContain("\"p\"", answer.Text, StringComparison.Ordinal);
        await HasUsageAsync(answer, 3, 2);
    }

    [Fact]
    public async Task Quirk15_ConversesEmptyTextBeforeThoughts_IsNoBlock()
    {
        var answer = await AskAsync("aws", Dialect.Anthropic, Frames(
            ("messageStart", """{"role":"assistant"}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":""}}"""),
            ("contentBlockStop", """{"contentBlockIndex":0}"""),
            ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"reasoningContent":{"text":"Hm."}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":1}"""),
            ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"text":"Yes."}}"""),
            ("contentBlockStop", """{"contentBlockIndex":2}"""),
            ("messageStop", """{"stopReason":"end_turn"}"""),
            ("metadata", """{"usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5},"metrics":{"latencyMs":7}}""")));

        var parts = Complete(answer, Dialect.Anthropic).Parts;
        Assert.Equal([typeof(ThinkingPart), typeof(TextPart)], parts.Select(part => part.GetType()));
    }

    [Fact]
    public async Task Quirk16_ConversesRedactedThoughts_ComeBackAsTheyCame()
    {
        // Base64 of base64: it is handed back as it came, whatever is inside.
        const string Twice = "VVZWS1JBPT0=";
        var answer = await AskAsync("aws", Dialect.Anthropic, Frames(
            ("messageStart", """{"role":"assistant"}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"redactedContent":"TWICE"}}}""".Replace("TWICE", Twice, StringComparison.Ordinal)),
            ("contentBlockStop", """{"contentBlockIndex":0}"""),
            ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"text":"Yes."}}"""),
            ("messageStop", """{"stopReason":"end_turn"}"""),
            ("metadata", """{"usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5},"metrics":{"latencyMs":7}}""")));
        var hidden = Assert.IsType<ThinkingPart>(Complete(answer, Dialect.Anthropic).Parts[0]);

        await fixture.PostAsync(
            "/v1/messages",
            $$"""{"model":"aws","max_tokens":99,"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"redacted_thinking","data":"{{hidden.Encrypted}}"},{"type":"text","text":"Yes."}]},{"role":"user","content":"Go on"}]}""",
            UpstreamAnswer.Json("""{"output":{"message":{"role":"assistant","content":[{"text":"On."}]}},"stopReason":"end_turn","usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}"""));

        Assert.Contains($"\"redactedContent\":\"{Twice}\"", fixture.Upstream.Received[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quirk17_ConversesServerTool_IsNoCallForTheClient()
    {
        var answer = await AskAsync("aws", Dialect.OpenAIChat, Frames(
            ("messageStart", """{"role":"assistant"}"""),
            ("contentBlockStart", """{"contentBlockIndex":0,"start":{"toolUse":{"name":"nova_code_interpreter","toolUseId":"t1","type":"server_tool_use"}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"snippet\":\"6*7\"}"}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":0}"""),
            ("contentBlockStart", """{"contentBlockIndex":1,"start":{"toolResult":{"status":"success","toolUseId":"t1","type":"nova_code_interpreter_result"}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"toolResult":[{"json":{"stdOut":"42"}}]}}"""),
            ("contentBlockStop", """{"contentBlockIndex":1}"""),
            ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"text":"42"}}"""),
            ("contentBlockStop", """{"contentBlockIndex":2}"""),
            ("messageStop", """{"stopReason":"end_turn"}"""),
            ("metadata", """{"usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5},"metrics":{"latencyMs":7}}""")));

        var candidate = Complete(answer, Dialect.OpenAIChat);
        Assert.Equal(("42", "", FinishReason.Stop), (MatrixAnswer.TextOf(candidate), MatrixAnswer.CallsOf(candidate), candidate.Finish));
    }

    [Fact]
    public async Task Quirk18_ConversesGuardrail_IsAContentFilter()
    {
        var answer = await AskAsync("aws", Dialect.OpenAIChat, Frames(
            ("messageStart", """{"role":"assistant"}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"Hello {NAME}"}}"""),
            ("contentBlockStop", """{"contentBlockIndex":0}"""),
            ("messageStop", """{"stopReason":"guardrail_intervened"}"""),
            ("metadata", """{"usage":{"inputTokens":3,"outputTokens":2,"totalTokens":5},"metrics":{"latencyMs":7},"trace":{"guardrail":{"outputAssessments":{}}}}""")));

        var candidate = Complete(answer, Dialect.OpenAIChat);
        Assert.Equal(("Hello {NAME}", FinishReason.ContentFilter), (MatrixAnswer.TextOf(candidate), candidate.Finish));
        Assert.Equal("guardrail_intervened", (await fixture.RecordAsync(answer)).GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Quirk19_GeminisLineEndsUsageInEachChunkAndStopWithCalls_AreOrdinaryChunks()
    {
        var answer = await AskAsync("google", Dialect.OpenAIChat, Events(
            """{"candidates":[{"content":{"parts":[{"text":"One"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":1,"totalTokenCount":10}}""",
            """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":1}}}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"totalTokenCount":13}}"""));

        var candidate = Complete(answer, Dialect.OpenAIChat);
        Assert.Equal(("One", "f {\"a\":1}", FinishReason.ToolCalls), (MatrixAnswer.TextOf(candidate), MatrixAnswer.CallsOf(candidate), candidate.Finish));
        Assert.Single(answer.Text.Split("\n\n"), chunk => chunk.Contains("\"finish_reason\":\"tool_calls\"", StringComparison.Ordinal));
        Assert.EndsWith("data: [DONE]\n\n", answer.Text, StringComparison.Ordinal);
        await HasUsageAsync(answer, 9, 4);
    }

    [Fact]
    public async Task Quirk20_GeminisSignatureOverACall_ComesBack_AndEmptyTextsAreNone()
    {
        var answer = await AskAsync("google", Dialect.Anthropic, Events(
            """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2lnLW9uLWNhbGw="}],"role":"model"},"index":0}]}""",
            """{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"totalTokenCount":13}}"""));
        var onText = await AskAsync("google", Dialect.Anthropic, Events(
            """{"candidates":[{"content":{"parts":[{"text":"Hello"}],"role":"model"},"index":0}]}""",
            """{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"c2lnLW9uLXRleHQ="}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"totalTokenCount":13}}"""));

        Assert.Equal(FinishReason.ToolCalls, Complete(answer, Dialect.Anthropic).Finish);
        await GoOnAsync(answer);
        Assert.Contains("\"thoughtSignature\":\"c2lnLW9uLWNhbGw=\"", fixture.Upstream.Received[0].Text, StringComparison.Ordinal);

        // One over text travels as hidden thoughts behind it; the empty part that brought it is none.
        Assert.Equal("Hello", Assert.Single(Complete(onText, Dialect.Anthropic).Parts.OfType<TextPart>()).Text);
        await GoOnAsync(onText);
        Assert.Contains("\"thoughtSignature\":\"c2lnLW9uLXRleHQ=\"", fixture.Upstream.Received[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"promptTokenCount":20,"toolUsePromptTokenCount":100,"candidatesTokenCount":5,"thoughtsTokenCount":7,"totalTokenCount":132}""", 120, 12)]
    [InlineData("""{"promptTokenCount":20,"thoughtsTokenCount":7,"totalTokenCount":27}""", 20, 7)]
    public async Task Quirk21_GeminisUsageBesideTheSum_IsCountedOnce_AndCallsGetIds(string usage, long input, long output)
    {
        var answer = await AskAsync("google", Dialect.OpenAIChat, UpstreamAnswer.Json(
            """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}},{"functionCall":{"name":"f","args":{}}}],"role":"model"},"finishReason":"STOP"}],"modelVersion":"gemini-x","responseId":"r1","usageMetadata":"""
            + usage + "}"), stream: false);

        var candidate = Complete(answer, Dialect.OpenAIChat, stream: false);
        var ids = candidate.Parts.OfType<ToolCallPart>().Select(call => call.Id).ToList();
        Assert.Equal(2, ids.Where(id => !string.IsNullOrEmpty(id)).Distinct(StringComparer.Ordinal).Count());
        await HasUsageAsync(answer, input, output);
    }

    [Theory]
    [InlineData("""{"output_tokens":8}""", 9)]
    [InlineData("""{"input_tokens":40,"output_tokens":8}""", 40)]
    public async Task Quirk23_AnthropicsPaddingPingsAndPartialUsage_AreOrdinaryChunks(string usage, long input)
    {
        var answer = await AskAsync("anthropic", Dialect.OpenAIChat, UpstreamAnswer.Events(
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-x\",\"content\":[],\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}         }\n\n"
            + "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}   }\n\n"
            + "event: ping\ndata: {\"type\": \"ping\"}\n\n"
            + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}      }\n\n"
            + "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0  }\n\n"
            + "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":" + usage + "    }\n\n"
            + "event: message_stop\ndata: {\"type\":\"message_stop\"          }\n\n"));

        Assert.Equal("Hello", MatrixAnswer.TextOf(Complete(answer, Dialect.OpenAIChat)));
        await HasUsageAsync(answer, input, 8);
    }

    [Fact]
    public async Task Quirk24_AnthropicsCompactionAndPause_AreAnAnswerThatIsCounted()
    {
        var answer = await AskAsync("anthropic", Dialect.OpenAIChat, UpstreamAnswer.Json(
            """{"id":"m","type":"message","role":"assistant","model":"claude-x","content":[{"type":"compaction","content":"What was said."},{"type":"text","text":"Hello"}],"stop_reason":"pause_turn","stop_sequence":null,"usage":{"input_tokens":10,"output_tokens":3,"cache_read_input_tokens":0,"cache_creation_input_tokens":0,"iterations":[{"type":"compaction","input_tokens":100,"output_tokens":20,"cache_read_input_tokens":5,"cache_creation_input_tokens":0},{"type":"message","input_tokens":10,"output_tokens":3,"cache_read_input_tokens":0,"cache_creation_input_tokens":0}]}}"""), stream: false);

        var candidate = Complete(answer, Dialect.OpenAIChat, stream: false);
        Assert.Equal(("Hello", FinishReason.Stop), (MatrixAnswer.TextOf(candidate), candidate.Finish));
        Assert.Equal("pause_turn", (await fixture.RecordAsync(answer)).GetProperty("finish_reason").GetString());
        await HasUsageAsync(answer, 115, 23);
    }

    [Fact]
    public async Task Quirk30_CoheresPlanCallsAndDoneBehindTheEnd_AreOrdinaryChunks()
    {
        var answer = await AskAsync("cohere", Dialect.OpenAIChat, UpstreamAnswer.Events(
            "event: message-start\ndata: {\"id\":\"c1\",\"type\":\"message-start\",\"delta\":{\"message\":{\"role\":\"assistant\",\"content\":[],\"tool_plan\":\"\",\"tool_calls\":[],\"citations\":[]}}}\n\n"
            + "event: tool-plan-delta\ndata: {\"type\":\"tool-plan-delta\",\"delta\":{\"message\":{\"tool_plan\":\"I look.\"}}}\n\n"
            + "event: tool-call-start\ndata: {\"type\":\"tool-call-start\",\"index\":0,\"delta\":{\"message\":{\"tool_calls\":{\"id\":\"f_1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}}}}\n\n"
            + "event: tool-call-delta\ndata: {\"type\":\"tool-call-delta\",\"index\":0,\"delta\":{\"message\":{\"tool_calls\":{\"function\":{\"arguments\":\"{\\\"a\\\":1}\"}}}}}\n\n"
            + "event: tool-call-end\ndata: {\"type\":\"tool-call-end\",\"index\":0}\n\n"
            + "event: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"finish_reason\":\"TOOL_CALL\",\"usage\":{\"billed_units\":{\"input_tokens\":11,\"output_tokens\":5},\"tokens\":{\"input_tokens\":900,\"output_tokens\":40}}}}\n\n"
            + "data: [DONE]\n\n"));

        var candidate = Complete(answer, Dialect.OpenAIChat);
        Assert.Equal(("f {\"a\":1}", FinishReason.ToolCalls), (MatrixAnswer.CallsOf(candidate), candidate.Finish));
        await HasUsageAsync(answer, 11, 5);
    }

    [Fact]
    public async Task Quirk31_OllamasLines_AreOrdinaryChunks()
    {
        var answer = await AskAsync("ollama", Dialect.OpenAIChat, new UpstreamAnswer
        {
            ContentType = "application/x-ndjson",
            Pieces = 7,
            Body = Encoding.UTF8.GetBytes(
                """{"model":"llama","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"Hel"},"done":false}""" + "\n"
                + """{"model":"llama","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"lo"},"done":false}""" + "\n"
                + """{"model":"llama","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":""},"done_reason":"stop","done":true,"total_duration":5,"prompt_eval_count":11,"eval_count":5}""" + "\n"),
        });

        Assert.Equal("/ollama/api/chat", fixture.Upstream.Received[0].Target);
        Assert.Equal("Hello", MatrixAnswer.TextOf(Complete(answer, Dialect.OpenAIChat)));
        await HasUsageAsync(answer, 11, 5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Quirk32_WritersMessageBesideTheDelta_PassesAndIsAnAnswerElsewhere(bool translated)
    {
        const string Stream =
            "data: {\"id\":\"w\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"palmyra\",\"choices\":[{\"index\":0,\"finish_reason\":null,\"message\":{\"content\":\"Hello\",\"role\":\"assistant\",\"tool_calls\":null},\"delta\":{\"content\":\"Hello\",\"role\":\"assistant\",\"tool_calls\":null}}],\"usage\":null}\n\n"
            + "data: {\"id\":\"w\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"palmyra\",\"choices\":[{\"index\":0,\"finish_reason\":null,\"message\":{\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":null}}]},\"delta\":{\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":null}}]}}],\"usage\":null}\n\n"
            + "data: {\"id\":\"w\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"palmyra\",\"choices\":[{\"index\":0,\"finish_reason\":\"tool_calls\",\"message\":{\"content\":null},\"delta\":{\"content\":null,\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{}\"}}]}}],\"usage\":null}\n\n"
            + "data: {\"id\":\"w\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"palmyra\",\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":5,\"total_tokens\":16}}\n\n";
        var client = translated ? Dialect.Anthropic : Dialect.OpenAIChat;
        var answer = await AskAsync("openai", client, UpstreamAnswer.Events(Stream));

        var candidate = Complete(answer, client);
        Assert.Equal(("Hello", "f {}", FinishReason.ToolCalls), (MatrixAnswer.TextOf(candidate), MatrixAnswer.CallsOf(candidate), candidate.Finish));
        await HasUsageAsync(answer, 11, 5);
    }

    private Task<ReceivedAnswer> AskAsync(string model, Dialect client, UpstreamAnswer answer, bool stream = true)
    {
        var (path, ask) = client == Dialect.Anthropic ? ("/v1/messages", AnthropicAsk) : ("/v1/chat/completions", OpenAIAsk);
        return fixture.PostAsync(
            path,
            ask.Replace("MODEL", model, StringComparison.Ordinal).Replace("STREAM", stream ? "true" : "false", StringComparison.Ordinal)
                .Replace("OPTIONS", stream ? ",\"stream_options\":{\"include_usage\":true}" : "", StringComparison.Ordinal),
            answer);
    }

    /// <summary>Sends an Anthropic client's answer back to the same provider, as its next turn.</summary>
    private async Task GoOnAsync(ReceivedAnswer answer)
    {
        var request = new ChatRequest { Source = Dialect.Anthropic, Model = "google", MaxOutputTokens = 99 };
        request.Messages.Add(new ChatMessage { Role = ChatRole.User, Parts = { new TextPart("Hi") } });
        var turn = new ChatMessage { Role = ChatRole.Assistant };
        foreach (var part in Complete(answer, Dialect.Anthropic).Parts)
            turn.Parts.Add(part);
        request.Messages.Add(turn);
        var next = new ChatMessage { Role = ChatRole.User };
        foreach (var call in turn.Parts.OfType<ToolCallPart>())
            next.Parts.Add(new ToolResultPart { CallId = call.Id, Content = { new TextPart("done") } });
        next.Parts.Add(new TextPart("Go on"));
        request.Messages.Add(next);
        var body = new ArrayBufferWriter<byte>();
        ChatCodecs.Of(Dialect.Anthropic).WriteRequest(request, new Protocols.Chat.Translation { Model = "google" }, body);
        await fixture.PostAsync("/v1/messages", Encoding.UTF8.GetString(body.WrittenSpan), UpstreamAnswer.Json(Wire.GeminiAnswer));
    }

    private static ChatCandidate Complete(ReceivedAnswer answer, Dialect client, bool stream = true)
    {
        Assert.Equal((200, false), (answer.Status, answer.IsBroken));
        var read = MatrixAnswer.Read(client, answer.Body, stream);
        Assert.True(read.IsComplete, answer.Text);
        return Assert.Single(read.Response.Candidates);
    }

    private async Task HasUsageAsync(ReceivedAnswer answer, long input, long output)
    {
        var record = await fixture.RecordAsync(answer);
        Assert.Equal("completed", record.GetProperty("outcome").GetString());
        var usage = record.GetProperty("usage");
        Assert.Equal((input, output, false), (usage.GetProperty("input_tokens").GetInt64(), usage.GetProperty("output_tokens").GetInt64(), usage.GetProperty("estimated").GetBoolean()));
    }

    private static UpstreamAnswer Events(params string[] chunks) =>
        UpstreamAnswer.Events(string.Concat(chunks.Select(chunk => $"data: {chunk}\r\n\r\n"))) with { Pieces = 11 };

    private static UpstreamAnswer Frames(params (string Type, string Json)[] events)
    {
        var body = new ArrayBufferWriter<byte>();
        foreach (var (type, json) in events)
            AwsEventStream.WriteEvent(body, Encoding.UTF8.GetBytes(type), Encoding.UTF8.GetBytes(json));
        return new UpstreamAnswer { ContentType = "application/vnd.amazon.eventstream", Body = body.WrittenSpan.ToArray(), Pieces = 13 };
    }
}
