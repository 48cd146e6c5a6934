using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.Bedrock;

/// <summary>Pins ConverseStream: what Bedrock leaves out, pads or interleaves, and that what goes out is what its SDKs take.</summary>
public sealed class ConverseStreamTests
{
    [Fact]
    public void TextWithoutStart_PaddingAndUsageAfterTheStop_AreRead()
    {
        var (_, stream, isComplete) = Converse.Decode(Converse.Frames(
            ("messageStart", """{"p":"abc","role":"assistant"}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"Hel"},"p":"abcd"}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"lo"},"p":"a"}"""),
            ("contentBlockStop", """{"contentBlockIndex":0,"p":"ab"}"""),
            ("messageStop", """{"p":"ab","stopReason":"end_turn"}"""),
            ("metadata", """{"metrics":{"latencyMs":7},"p":"a","usage":{"inputTokens":3,"outputTokens":2,"totalTokens":15,"cacheReadInputTokens":6,"cacheWriteInputTokens":4,"cacheDetails":[{"ttl":"1h","inputTokens":1},{"ttl":"5m","inputTokens":3}]}}""")));

        Assert.True(isComplete);
        var candidate = stream.Response.Candidates.Single();
        Assert.Equal("Hello", Assert.IsType<TextPart>(candidate.Parts.Single()).Text);
        Assert.Equal((FinishReason.Stop, "end_turn"), (candidate.Finish, candidate.NativeFinish));
        Assert.Equal(new Usage { InputTokens = 13, CachedInputTokens = 6, CacheWriteTokens = 3, CacheWrite1hTokens = 1, OutputTokens = 2 }, stream.Response.Usage);
    }

    [Fact]
    public void EmptyTextBlockBeforeThoughts_IsNotNoticed()
    {
        var (_, stream, _) = Converse.Decode(Converse.Frames(
            ("messageStart", """{"role":"assistant"}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":""}}"""),
            ("contentBlockStop", """{"contentBlockIndex":0}"""),
            ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"reasoningContent":{"text":"Hm."}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"reasoningContent":{"signature":"c2ln"}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":1}"""),
            ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"text":"Yes."}}"""),
            ("messageStop", """{"stopReason":"end_turn"}""")));

        var parts = stream.Response.Candidates[0].Parts;
        Assert.Equal(2, parts.Count);
        var thinking = Assert.IsType<ThinkingPart>(parts[0]);
        Assert.Equal(("Hm.", "c2ln"), (thinking.Text, thinking.Signature));
        Assert.Equal("Yes.", Assert.IsType<TextPart>(parts[1]).Text);
    }

    [Fact]
    public void RedactedContent_IsKeptAsItCame_AndPiecesAreJoinedAsBytes()
    {
        var (_, stream, _) = Converse.Decode(Converse.Frames(
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"reasoningContent":{"redactedContent":"UVVKRA=="}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":0}"""),
            ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"QQ=="}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"Qg=="}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":1}"""),
            ("messageStop", """{"stopReason":"end_turn"}""")));

        Assert.Equal(["UVVKRA==", "QUI="], stream.Response.Candidates[0].Parts.Select(part => ((ThinkingPart)part).Encrypted));
    }

    [Fact]
    public void ServerTool_IsNoCall()
    {
        var bytes = Converse.Frames(
            ("messageStart", """{"role":"assistant"}"""),
            ("contentBlockStart", """{"contentBlockIndex":0,"start":{"toolUse":{"name":"nova_code_interpreter","toolUseId":"t1","type":"server_tool_use"}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"snippet\":"}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"toolUse":{"input":"\"6*7\"}"}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":0}"""),
            ("contentBlockStart", """{"contentBlockIndex":1,"start":{"toolResult":{"status":"success","toolUseId":"t1","type":"nova_code_interpreter_result"}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"toolResult":[{"json":{"stdOut":"42"}}]}}"""),
            ("contentBlockStop", """{"contentBlockIndex":1}"""),
            ("contentBlockDelta", """{"contentBlockIndex":2,"delta":{"text":"42"}}"""),
            ("contentBlockStop", """{"contentBlockIndex":2}"""),
            ("messageStop", """{"stopReason":"end_turn"}"""));

        var (steps, stream, _) = Converse.Decode(bytes);

        var parts = stream.Response.Candidates[0].Parts;
        Assert.Equal("""{"toolUse":{"name":"nova_code_interpreter","toolUseId":"t1","type":"server_tool_use","input":{"snippet":"6*7"}}}""", Assert.IsType<OpaquePart>(parts[0]).Value.ToString());
        Assert.Equal("""{"toolResult":{"status":"success","toolUseId":"t1","type":"nova_code_interpreter_result","content":[{"json":{"stdOut":"42"}}]}}""", Assert.IsType<OpaquePart>(parts[1]).Value.ToString());
        Assert.Contains("""contentBlockStart {"contentBlockIndex":0,"start":{"toolUse":{"name":"nova_code_interpreter","toolUseId":"t1","type":"server_tool_use"}}}""", Converse.Lines(Converse.Encode(steps)));
        Assert.Contains("""contentBlockDelta {"contentBlockIndex":1,"delta":{"toolResult":[{"json":{"stdOut":"42"}}]}}""", Converse.Lines(Converse.Encode(steps)));
    }

    [Fact]
    public void GuardrailThatMasks_FinishesAsFiltered()
    {
        var (_, stream, _) = Converse.Decode(Converse.Frames(
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"{NAME}"}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":""}}"""),
            ("messageStop", """{"stopReason":"guardrail_intervened"}""")));

        Assert.Equal((FinishReason.ContentFilter, "guardrail_intervened"), (stream.Response.Candidates[0].Finish, stream.Response.Candidates[0].NativeFinish));
    }

    [Fact]
    public void ParallelCalls_ComeWhole()
    {
        var (_, stream, _) = Converse.Decode(Converse.Frames(
            ("contentBlockStart", """{"contentBlockIndex":0,"start":{"toolUse":{"name":"a","toolUseId":"1"}}}"""),
            ("contentBlockStart", """{"contentBlockIndex":1,"start":{"toolUse":{"name":"b","toolUseId":"2"}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"x\""}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":1,"delta":{"toolUse":{"input":""}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"toolUse":{"input":":1}"}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":0}"""),
            ("contentBlockStop", """{"contentBlockIndex":1}"""),
            ("messageStop", """{"stopReason":"tool_use"}""")));

        Assert.Equal([("1", "a", "{\"x\":1}"), ("2", "b", "")], stream.Response.Candidates[0].Parts.Cast<ToolCallPart>().Select(call => (call.Id, call.Name, call.Arguments)));
        Assert.Equal(FinishReason.ToolCalls, stream.Response.Candidates[0].Finish);
    }

    [Theory]
    [InlineData("throttlingException", ProviderErrorKind.RateLimited)]
    [InlineData("validationException", ProviderErrorKind.InvalidRequest)]
    [InlineData("serviceUnavailableException", ProviderErrorKind.Overloaded)]
    [InlineData("internalServerException", ProviderErrorKind.ServerError)]
    [InlineData("modelStreamErrorException", ProviderErrorKind.ServerError)]
    public void Exception_IsAnError(string type, ProviderErrorKind kind)
    {
        var (steps, stream, isComplete) = Converse.Decode(Converse.Frames(
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"text":"Hel"}}"""),
            (type, """{"message":"It broke."}""")));

        Assert.False(isComplete);
        Assert.True(stream.IsEnded);
        Assert.Equal(new ProviderError("It broke.", type, null, null, kind), steps[^1].Error);
        Assert.Equal("""{"message":"It broke."}""", Converse.Lines(Converse.Encode(steps))[^1].Split(' ', 2)[1]);
    }

    [Theory]
    [InlineData(ProviderErrorKind.RateLimited, "throttlingException")]
    [InlineData(ProviderErrorKind.Overloaded, "serviceUnavailableException")]
    [InlineData(ProviderErrorKind.ContextWindow, "validationException")]
    [InlineData(ProviderErrorKind.ServerError, "internalServerException")]
    public void ErrorOfAnotherProvider_IsAnExceptionThatSdksKnow(ProviderErrorKind kind, string type)
    {
        var lines = Converse.Lines(Converse.Encode([new ChatEvent(ChatEventKind.Error) { Error = new ProviderError("Words \"here\".", "t", null, null, kind) }]));

        Assert.Equal($$"""{{type}} {"message":"Words \"here\"."}""", Assert.Single(lines));
    }

    [Fact]
    public void WholeAnswer_IsPlayedAsBedrockWould()
    {
        var response = new ChatResponse { Source = Dialect.OpenAIChat, Usage = new Usage { InputTokens = 10, CachedInputTokens = 4, OutputTokens = 5 } };
        var candidate = new ChatCandidate { Finish = FinishReason.ToolCalls, NativeFinish = "tool_calls" };
        candidate.Parts.Add(new ThinkingPart { Text = "Hm." });
        candidate.Parts.Add(new TextPart("Hi"));
        candidate.Parts.Add(new ToolCallPart { Id = "c1", Name = "f" });
        response.Candidates.Add(candidate);
        var steps = new List<ChatEvent>();
        ChatStream.Replay(response, steps);

        Assert.Equal(
            [
                """messageStart {"role":"assistant"}""",
                """contentBlockDelta {"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"Hm."}}}""",
                """contentBlockStop {"contentBlockIndex":0}""",
                """contentBlockDelta {"contentBlockIndex":1,"delta":{"text":"Hi"}}""",
                """contentBlockStop {"contentBlockIndex":1}""",
                """contentBlockStart {"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"c1","name":"f"}}}""",
                """contentBlockDelta {"contentBlockIndex":2,"delta":{"toolUse":{"input":"{}"}}}""",
                """contentBlockStop {"contentBlockIndex":2}""",
                """messageStop {"stopReason":"tool_use"}""",
                """metadata {"usage":{"inputTokens":6,"outputTokens":5,"totalTokens":15,"cacheReadInputTokens":4,"cacheWriteInputTokens":0},"metrics":{"latencyMs":0}}""",
            ],
            Converse.Lines(Converse.Encode(steps)));
    }

    [Fact]
    public void CallOfTheAnswerTool_IsTheAnswersText()
    {
        var (steps, stream, _) = Converse.Decode(Converse.Frames(
            ("contentBlockStart", """{"contentBlockIndex":0,"start":{"toolUse":{"name":"gateway_json_answer","toolUseId":"1"}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"x\""}}}"""),
            ("contentBlockDelta", """{"contentBlockIndex":0,"delta":{"toolUse":{"input":":1}"}}}"""),
            ("contentBlockStop", """{"contentBlockIndex":0}"""),
            ("messageStop", """{"stopReason":"tool_use"}""")));

        Assert.Equal("{\"x\":1}", Assert.IsType<TextPart>(stream.Response.Candidates[0].Parts.Single()).Text);
        Assert.Equal(FinishReason.Stop, steps.Single(step => step.Kind == ChatEventKind.Finish).Finish);
    }

    [Fact]
    public void InvokeStreamChunk_BecomesAServerSentEvent()
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        InvokeStream.FromJson("""{"type":"content_block_delta","index":0}"""u8, output);
        var events = new System.Buffers.ArrayBufferWriter<byte>();
        InvokeStream.ToServerSentEvents(output.WrittenSpan, events);
        InvokeStream.ToServerSentEvents(Converse.Frames(("throttlingException", """{"message":"Slow down."}""")), events);
        InvokeStream.ToServerSentEvents(Converse.Frames(("initial-response", "{}")), events);

        Assert.Equal(
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0}\n\n"
            + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"Slow down.\"}}\n\n",
            System.Text.Encoding.UTF8.GetString(events.WrittenSpan));
    }
}
