using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.Bedrock;

/// <summary>Pins whole answers, read and written.</summary>
public sealed class ConverseResponseTests
{
    [Fact]
    public void Answer_IsReadAndComesBackWhole()
    {
        const string Json = """
            {"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"t","signature":"s"}}},
               {"citationsContent":{"content":[{"text":"cited"}],"citations":[{"title":"T","source":"https://x.example","sourceContent":[{"text":"words"}],"location":{"web":{"url":"https://x.example/p","domain":"x.example"}}}]}},
               {"toolUse":{"toolUseId":"a","name":"f","input":{"x":1},"type":"tool_use"}}]}},
             "stopReason":"tool_use","metrics":{"latencyMs":3},"performanceConfig":{"latency":"optimized"},"serviceTier":{"type":"flex"},"trace":{"guardrail":{"actionReason":"No action."}},
             "usage":{"inputTokens":3,"outputTokens":2,"totalTokens":10,"cacheReadInputTokens":5,"cacheReadInputTokenCount":5,"cacheWriteInputTokens":0,"serverToolUsage":{}},
             "additionalModelResponseFields":{"stop_sequence":"END"}}
            """;

        var response = Converse.Response(Json);

        var candidate = response.Candidates.Single();
        Assert.Equal((FinishReason.ToolCalls, "END", "flex"), (candidate.Finish, candidate.StopSequence, response.ServiceTier));
        var citation = Assert.IsType<TextPart>(candidate.Parts[1]).Citations!.Single();
        Assert.Equal(("https://x.example/p", "T", "words"), (citation.Url, citation.Title, citation.Text));
        Assert.Equal(new Usage { InputTokens = 8, CachedInputTokens = 5, OutputTokens = 2 }, response.Usage);
        Converse.AssertJson(Json, Converse.Write(response).Json);
    }

    [Fact]
    public void AnswerOfAnotherDialect_IsWellFormed()
    {
        var response = new ChatResponse
        {
            Source = Dialect.OpenAIResponses,
            Id = "resp_1",
            Usage = new Usage { InputTokens = 100, CachedInputTokens = 10, CacheWriteTokens = 20, CacheWrite1hTokens = 5, OutputTokens = 7, ReasoningTokens = 3 },
        };
        var candidate = new ChatCandidate { Finish = FinishReason.Refusal, NativeFinish = "completed" };
        candidate.Parts.Add(new ThinkingPart { Id = "rs_1" });
        candidate.Parts.Add(new ThinkingPart { Text = "t" });
        candidate.Parts.Add(new TextPart("a") { Citations = [new ChatCitation { Url = "https://x.example/p", Title = "T", Native = JsonValue.Parse("{\"type\":\"url_citation\"}") }] });
        candidate.Parts.Add(new RefusalPart("No."));
        candidate.Parts.Add(new OpaquePart(Dialect.OpenAIResponses, "code_interpreter_call", JsonValue.Parse("{}")));
        response.Candidates.Add(candidate);
        response.Candidates.Add(new ChatCandidate { Index = 1 });

        var (json, translation) = Converse.Write(response);

        Converse.AssertJson(
            """
            {"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"t"}}},
               {"citationsContent":{"content":[{"text":"a"}],"citations":[{"title":"T","source":"https://x.example/p","location":{"web":{"url":"https://x.example/p","domain":"x.example"}}}]}},{"text":"No."}]}},
             "stopReason":"content_filtered",
             "usage":{"inputTokens":65,"outputTokens":7,"totalTokens":107,"cacheReadInputTokens":10,"cacheWriteInputTokens":25,"cacheDetails":[{"ttl":"1h","inputTokens":5},{"ttl":"5m","inputTokens":20}]},
             "metrics":{"latencyMs":0}}
            """,
            json);
        Assert.Equal(["choices[1]", "content[4]"], Converse.Paths(translation));
    }

    /// <summary>Signatures of another provider come back through a client of Converse to whom they belong, and reach nobody else.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void SignaturesOfOthers_ComeBackThroughTheClient(bool streamed)
    {
        var response = new ChatResponse { Source = Dialect.Gemini };
        var candidate = new ChatCandidate { Finish = FinishReason.ToolCalls };
        candidate.Parts.Add(new ThinkingPart { Text = "t", Signature = "sig-1" });
        candidate.Parts.Add(new ThinkingPart { Encrypted = "hidden" });
        candidate.Parts.Add(new ToolCallPart { Id = "c1", Name = "f", Arguments = "{}", Signature = "sig-2" });
        response.Candidates.Add(candidate);
        string content;
        if (streamed)
        {
            var steps = new List<ChatEvent>();
            ChatStream.Replay(response, steps);
            var gathered = Converse.Decode(Converse.Encode(steps)).Stream.Response;
            content = Converse.Write(gathered).Json.GetProperty("output").GetProperty("message").GetProperty("content").GetRawText();
        }
        else
        {
            content = Converse.Write(response).Json.GetProperty("output").GetProperty("message").GetProperty("content").GetRawText();
        }

        var request = Converse.Request($"{{\"messages\":[{{\"role\":\"assistant\",\"content\":{content}}}]}}");

        var parts = request.Messages[0].Parts;
        Assert.Equal(3, parts.Count);
        var thinking = Assert.IsType<ThinkingPart>(parts[0]);
        Assert.Equal(("t", "sig-1", Dialect.Gemini), (thinking.Text, thinking.Signature, thinking.SignedBy));
        var hidden = Assert.IsType<ThinkingPart>(parts[1]);
        Assert.Equal(("hidden", Dialect.Gemini), (hidden.Encrypted, hidden.SignedBy));
        var call = Assert.IsType<ToolCallPart>(parts[2]);
        Assert.Equal(("sig-2", Dialect.Gemini), (call.Signature, call.SignedBy));
        Converse.AssertJson("""[{"toolUse":{"toolUseId":"c1","name":"f","input":{}}}]""", Converse.Write(request).Json.GetProperty("messages")[0].GetProperty("content"));
    }

    [Fact]
    public void CallOfTheAnswerTool_IsTheAnswer()
    {
        var response = Converse.Response("""{"output":{"message":{"role":"assistant","content":[{"text":"Here:"},{"toolUse":{"toolUseId":"a","name":"gateway_json_answer","input":{"x":1}}}]}},"stopReason":"tool_use"}""");

        var candidate = response.Candidates.Single();
        Assert.Equal("{\"x\":1}", Assert.IsType<TextPart>(candidate.Parts.Single()).Text);
        Assert.Equal(FinishReason.Stop, candidate.Finish);
    }

    [Fact]
    public void EmptyTextBlock_IsNotNoticed()
    {
        var response = Converse.Response("""{"output":{"message":{"role":"assistant","content":[{"text":""},{"reasoningContent":{"reasoningText":{"text":"t"}}},{"text":"a"}]}},"stopReason":"end_turn"}""");

        Assert.Equal([typeof(ThinkingPart), typeof(TextPart)], response.Candidates[0].Parts.Select(part => part.GetType()));
    }

    [Theory]
    [InlineData("end_turn", FinishReason.Stop)]
    [InlineData("tool_use", FinishReason.ToolCalls)]
    [InlineData("max_tokens", FinishReason.Length)]
    [InlineData("stop_sequence", FinishReason.StopSequence)]
    [InlineData("guardrail_intervened", FinishReason.ContentFilter)]
    [InlineData("content_filtered", FinishReason.ContentFilter)]
    [InlineData("malformed_model_output", FinishReason.Error)]
    [InlineData("malformed_tool_use", FinishReason.MalformedToolCall)]
    [InlineData("model_context_window_exceeded", FinishReason.ContextWindow)]
    public void StopReason_GoesBothWays(string word, FinishReason finish)
    {
        Assert.Equal(finish, ConverseFinish.Read(word));
        Assert.Equal(word, ConverseFinish.Write(finish, word));
    }

    /// <summary>Bedrock's words; the type stands in a header only.</summary>
    [Theory]
    [InlineData(400, "The provided model identifier is invalid.", ProviderErrorKind.ModelNotFound)]
    [InlineData(400, "Input is too long for requested model.", ProviderErrorKind.ContextWindow)]
    [InlineData(400, "The toolConfig field must be defined when using toolUse and toolResult content blocks.", ProviderErrorKind.InvalidRequest)]
    [InlineData(403, "You don't have access to the model with the specified model ID.", ProviderErrorKind.PermissionDenied)]
    [InlineData(429, "Too many requests, please wait before trying again.", ProviderErrorKind.RateLimited)]
    [InlineData(503, "Bedrock is unable to process your request.", ProviderErrorKind.Overloaded)]
    public void ErrorBody_IsUnderstood(int status, string message, ProviderErrorKind kind) =>
        Assert.Equal(kind, ConverseCodec.Instance.ReadError(status, System.Text.Encoding.UTF8.GetBytes($$"""{"message":"{{message}}"}""")).Kind);

    [Theory]
    [InlineData("""{"message":"no"}""")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("""{"output":{"message":{"content":[{"toolUse":{}}]}}}""")]
    public void NoAnswer_IsRefused(string json) => Assert.Throws<ChatFormatException>(() => Converse.Response(json));
}
