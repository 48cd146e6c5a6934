using System.Buffers;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.Anthropic;

/// <summary>Whole answers and errors.</summary>
public sealed class AnthropicResponseTests
{
    private static ChatResponse Foreign(FinishReason finish, params ChatPart[] parts)
    {
        var candidate = new ChatCandidate { Finish = finish, NativeFinish = "theirs" };
        candidate.Parts.AddRange(parts);
        return new ChatResponse { Source = Dialect.OpenAIChat, Id = "chatcmpl-1", Model = "gpt", Candidates = { candidate } };
    }

    [Fact]
    public void Usage_IsInclusiveHereAndApartThere()
    {
        var response = Wire.Response("""
            {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":"end_turn","stop_sequence":null,
             "usage":{"input_tokens":10,"cache_creation_input_tokens":50,"cache_read_input_tokens":100,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":30},
             "output_tokens":7,"output_tokens_details":{"thinking_tokens":3},"server_tool_use":{"web_search_requests":2},"service_tier":"priority"}}
            """);

        var usage = new Usage { InputTokens = 160, CachedInputTokens = 100, CacheWriteTokens = 20, CacheWrite1hTokens = 30, OutputTokens = 7, ReasoningTokens = 3, WebSearches = 2 };
        Assert.Equal(usage, response.Usage);
        Assert.Equal("priority", response.ServiceTier);

        var foreign = Foreign(FinishReason.Stop);
        foreign.Usage = usage;
        Assert.Equal(
            """{"input_tokens":10,"cache_creation_input_tokens":50,"cache_read_input_tokens":100,"cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":30},"output_tokens":7,"output_tokens_details":{"thinking_tokens":3},"server_tool_use":{"web_search_requests":2,"web_fetch_requests":0}}""",
            Wire.Write(foreign, out _)["usage"]!.ToJsonString());
    }

    [Fact]
    public void UsageThatWasCorrected_IsNotTheProvidersOwnAnyMore()
    {
        var response = Wire.Response("""{"id":"msg_1","content":[],"stop_reason":"end_turn","usage":{"input_tokens":10,"output_tokens":7,"inference_geo":"x"}}""");
        Assert.NotNull(Wire.Write(response, out _)["usage"]!["inference_geo"]);

        response.Usage = response.Usage! with { OutputTokens = 8 };
        Assert.Equal(8, Wire.Write(response, out _)["usage"]!["output_tokens"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("end_turn", FinishReason.Stop)]
    [InlineData("max_tokens", FinishReason.Length)]
    [InlineData("stop_sequence", FinishReason.StopSequence)]
    [InlineData("tool_use", FinishReason.ToolCalls)]
    [InlineData("pause_turn", FinishReason.Pause)]
    [InlineData("refusal", FinishReason.Refusal)]
    [InlineData("model_context_window_exceeded", FinishReason.ContextWindow)]
    [InlineData("tomorrow", FinishReason.Unknown)]
    public void StopReasons_HaveTheirMeaningAndGoBack(string word, FinishReason finish)
    {
        var response = Wire.Response($$"""{"id":"msg_1","content":[],"stop_reason":"{{word}}","stop_sequence":"S"}""");

        Assert.Equal((finish, word, "S"), (response.Candidates[0].Finish, response.Candidates[0].NativeFinish, response.Candidates[0].StopSequence));
        Assert.Equal(word, Wire.Write(response, out _)["stop_reason"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(FinishReason.Stop, false, "end_turn")]
    [InlineData(FinishReason.Stop, true, "tool_use")]
    [InlineData(FinishReason.ToolCalls, true, "tool_use")]
    [InlineData(FinishReason.Length, true, "max_tokens")]
    [InlineData(FinishReason.ContentFilter, false, "refusal")]
    [InlineData(FinishReason.MalformedToolCall, false, "end_turn")]
    [InlineData(FinishReason.Unknown, false, "end_turn")]
    public void ForeignFinishes_GetAnthropicsWord(FinishReason finish, bool withCall, string word)
    {
        var response = withCall ? Foreign(finish, new ToolCallPart { Id = "c", Name = "f" }) : Foreign(finish, new TextPart("t"));

        Assert.Equal(word, Wire.Write(response, out _)["stop_reason"]!.GetValue<string>());
    }

    [Fact]
    public void AForeignAnswer_IsAMessage()
    {
        var response = Foreign(
            FinishReason.ToolCalls,
            new ThinkingPart { Text = "hm", Signature = "foreign", Encrypted = "foreign" },
            new TextPart(""),
            new TextPart("t") { Citations = [new ChatCitation { Url = "https://a.example/", Title = "A" }, new ChatCitation { Title = "no page" }] },
            new RefusalPart("no"),
            new MediaPart(MediaKind.Image) { Base64 = "AAAA" },
            new MediaPart(MediaKind.Audio) { Base64 = "AAAA", Transcript = "said" },
            new ToolCallPart { Id = "", Name = "f", Arguments = """{"a":1}""" });
        response.Candidates.Add(new ChatCandidate { Index = 1 });

        var message = Wire.Write(response, out var translation);

        Assert.Equal("msg_chatcmpl-1", message["id"]!.GetValue<string>());
        Assert.StartsWith("aigw1.OpenAIChat.enc.", message["content"]![0]!["signature"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("""{"type":"text","text":"t","citations":[{"type":"web_search_result_location","url":"https://a.example/","title":"A","cited_text":"","encrypted_index":""}]}""", message["content"]![1]!.ToJsonString());
        Assert.Equal("no", message["content"]![2]!["text"]!.GetValue<string>());
        Assert.Equal("said", message["content"]![3]!["text"]!.GetValue<string>());
        Assert.StartsWith("toolu_", message["content"]![4]!["id"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(0, message["usage"]!["input_tokens"]!.GetValue<int>());
        Assert.Equal(["choices[1]", "choices[0].message.content[4]", "choices[0].message.content[5]"], translation.Losses.Select(static loss => loss.Path));
    }

    [Fact]
    public void AnotherDialectsSignatures_ComeBackWithTheNextTurn()
    {
        var response = Foreign(
            FinishReason.ToolCalls,
            new ThinkingPart { Text = "seen", Signature = "s1" },
            new ThinkingPart { Encrypted = "e1" },
            new ThinkingPart { Text = "unsigned" },
            new ToolCallPart { Id = "c", Name = "f", Arguments = "{}", Signature = "g1" });
        var steps = new List<ChatEvent>();
        ChatStream.Replay(response, steps);

        foreach (var message in (JsonNode[])[Wire.Write(response, out _), Wire.Gather(Wire.Data(Wire.Encode(steps)))])
        {
            Assert.Equal(["thinking", "redacted_thinking", "thinking", "tool_use", "redacted_thinking"], message["content"]!.AsArray().Select(static block => block!["type"]!.GetValue<string>()));
            var request = Wire.Request($$"""{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":{{message["content"]!.ToJsonString()}}},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c"}]}]}""");

            var parts = request.Messages[1].Parts;
            Assert.Equal(4, parts.Count);
            Assert.Equal(("s1", Dialect.OpenAIChat), (parts[0].Signature, parts[0].SignedBy));
            Assert.Equal(("e1", Dialect.OpenAIChat), (((ThinkingPart)parts[1]).Encrypted, parts[1].SignedBy));
            Assert.Equal(("g1", Dialect.OpenAIChat), (parts[3].Signature, parts[3].SignedBy));

            // Anthropic itself never sees them.
            var sent = Wire.Write(request, out var translation);
            Assert.Equal("tool_use", Assert.Single(sent["messages"]![1]!["content"]!.AsArray())!["type"]!.GetValue<string>());
            Assert.Equal(3, translation.Losses.Count);
        }
    }

    [Fact]
    public void AnAnswerWithoutAnId_GetsTheGateways()
    {
        var response = Foreign(FinishReason.Stop);
        response.Id = "";

        Assert.Equal("msg_r1", Wire.Write(response, out _, new ChatRequest { Source = Dialect.Anthropic, AnswerId = "r1" })["id"]!.GetValue<string>());
        Assert.StartsWith("msg_", Wire.Write(response, out _)["id"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void ACallOfTheAnswersTool_IsTheAnswer()
    {
        var response = Wire.Response($$$"""{"id":"msg_1","content":[{"type":"tool_use","id":"toolu_1","name":"{{{AnthropicCodec.AnswerTool}}}","input":{"a":[1,2]}}],"stop_reason":"tool_use"}""");

        Assert.Equal("""{"a":[1,2]}""", Assert.IsType<TextPart>(Assert.Single(response.Candidates[0].Parts)).Text);
        Assert.Equal(FinishReason.Stop, response.Candidates[0].Finish);
    }

    [Theory]
    [InlineData("""{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}""")]
    [InlineData("""{"input_tokens":5}""")]
    [InlineData("""{"content":{}}""")]
    [InlineData("""[]""")]
    [InlineData("")]
    public void WhatIsNoAnswer_IsRefused(string body) => Assert.Throws<ChatFormatException>(() => Wire.Response(body));

    [Theory]
    [InlineData(400, "invalid_request_error")]
    [InlineData(401, "authentication_error")]
    [InlineData(402, "billing_error")]
    [InlineData(403, "permission_error")]
    [InlineData(404, "not_found_error")]
    [InlineData(413, "request_too_large")]
    [InlineData(429, "rate_limit_error")]
    [InlineData(500, "api_error")]
    [InlineData(504, "timeout_error")]
    [InlineData(529, "overloaded_error")]
    public void Status_HasItsType(int status, string type) => Assert.Equal(type, AnthropicErrors.TypeOf(status));

    [Fact]
    public void Errors_AreWrittenAndReadInAnthropicsShape()
    {
        var output = new ArrayBufferWriter<byte>();
        AnthropicErrors.Write(429, new ProviderError("Slow \"down\".", null, null, null, ProviderErrorKind.RateLimited), "req_1", output);
        Assert.Equal("""{"type":"error","error":{"type":"rate_limit_error","message":"Slow \"down\"."},"request_id":"req_1"}""", System.Text.Encoding.UTF8.GetString(output.WrittenSpan));

        Assert.Equal(ProviderErrorKind.ModelNotFound, Wire.Codec.ReadError(404, """{"type":"error","error":{"type":"not_found_error","message":"model: claude-none"}}"""u8).Kind);
        Assert.Equal(ProviderErrorKind.Overloaded, Wire.Codec.ReadError(0, """{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"""u8).Kind);
        Assert.Equal(ProviderErrorKind.QuotaExhausted, Wire.Codec.ReadError(0, """{"type":"error","error":{"type":"billing_error","message":"Pay"}}"""u8).Kind);
        Assert.Equal(ProviderErrorKind.ContextWindow, Wire.Codec.ReadError(400, """{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 200001 tokens > 200000 maximum"}}"""u8).Kind);
    }
}
