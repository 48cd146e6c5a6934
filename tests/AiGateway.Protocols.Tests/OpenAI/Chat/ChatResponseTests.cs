using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.OpenAI.Chat;

/// <summary>Whole answers: of other dialects' providers for callers of this one, and of odd copies.</summary>
public sealed class ChatResponseTests
{
    [Fact]
    public void ForeignAnswer_HasAllThatOfficialClientsInsistOn()
    {
        var response = new ChatResponse
        {
            Source = Dialect.Anthropic,
            Model = "claude",
            Usage = new Usage { InputTokens = 100, CachedInputTokens = 40, CacheWriteTokens = 10, CacheWrite12hTokens = 5, OutputTokens = 20, ReasoningTokens = 7 },
        };
        var candidate = new ChatCandidate { Finish = FinishReason.Unknown, StopSequence = "x" };
        candidate.Parts.Add(new ThinkingPart { Text = "hm", Signature = "s" });
        candidate.Parts.Add(new TextPart("one ") { Citations = [new ChatCitation { Url = "https://x.test", Start = 0, End = 3 }] });
        candidate.Parts.Add(new TextPart("two") { Citations = [new ChatCitation { Url = "https://y.test", Title = "Y", Start = 0, End = 3 }, new ChatCitation { Title = "A document" }] });
        candidate.Parts.Add(new ToolCallPart { Name = "f", Signature = "g" });
        response.Candidates.Add(candidate);
        var request = new ChatRequest { Source = Dialect.OpenAIChat, AnswerId = "r1", AnswerCreated = 1700000000 };
        var translation = new Translation();

        var written = ChatTesting.Written(response, request, translation);

        Assert.Equal("chatcmpl-r1", written["id"]!.GetValue<string>());
        Assert.Equal(1700000000, written["created"]!.GetValue<long>());
        var choice = written["choices"]![0]!;
        Assert.Equal("tool_calls", choice["finish_reason"]!.GetValue<string>());
        Assert.True(choice.AsObject().ContainsKey("logprobs"));
        var message = choice["message"]!;
        Assert.Equal("one two", message["content"]!.GetValue<string>());
        Assert.True(message.AsObject().ContainsKey("refusal"));
        Assert.Equal("hm", message["reasoning_content"]!.GetValue<string>());
        Assert.Equal("""[{"type":"reasoning.text","text":"hm","signature":"s","format":"anthropic-claude-v1","index":0}]""", message["reasoning_details"]!.ToJsonString());
        Assert.Equal(4, message["annotations"]![1]!["url_citation"]!["start_index"]!.GetValue<int>());
        Assert.Equal("{}", message["tool_calls"]![0]!["function"]!["arguments"]!.GetValue<string>());
        Assert.NotEmpty(message["tool_calls"]![0]!["id"]!.GetValue<string>());
        Assert.Equal("g", message["tool_calls"]![0]!["extra_content"]!["google"]!["thought_signature"]!.GetValue<string>());
        Assert.Equal(100, written["usage"]!["prompt_tokens"]!.GetValue<int>());
        Assert.Equal(120, written["usage"]!["total_tokens"]!.GetValue<int>());
        Assert.Equal(15, written["usage"]!["prompt_tokens_details"]!["cache_write_tokens"]!.GetValue<int>());
        Assert.Equal("choices[0].message.annotations", Assert.Single(translation.Losses).Path);

        var readBack = ChatTesting.Response(written.ToJsonString());
        Assert.Equal(response.Usage, readBack.Usage);
    }

    [Theory]
    [InlineData(FinishReason.Stop, "stop")]
    [InlineData(FinishReason.StopSequence, "stop")]
    [InlineData(FinishReason.Length, "length")]
    [InlineData(FinishReason.ContextWindow, "length")]
    [InlineData(FinishReason.ToolCalls, "tool_calls")]
    [InlineData(FinishReason.ContentFilter, "content_filter")]
    [InlineData(FinishReason.Refusal, "content_filter")]
    [InlineData(FinishReason.Pause, "stop")]
    [InlineData(FinishReason.MalformedToolCall, "stop")]
    [InlineData(FinishReason.Error, "stop")]
    [InlineData(FinishReason.Unknown, "stop")]
    public void FinishReasons_AreOneOfOpenAIsFive(FinishReason finish, string expected)
    {
        var response = new ChatResponse { Source = Dialect.Gemini };
        response.Candidates.Add(new ChatCandidate { Finish = finish });

        Assert.Equal(expected, ChatTesting.Written(response)["choices"]![0]!["finish_reason"]!.GetValue<string>());
    }

    [Fact]
    public void CallerOfFunctions_GetsAFunctionCall()
    {
        var response = new ChatResponse { Source = Dialect.Anthropic };
        var candidate = new ChatCandidate { Finish = FinishReason.ToolCalls };
        candidate.Parts.Add(new ToolCallPart { Id = "1", Name = "f", Arguments = "{\"a\":1}" });
        candidate.Parts.Add(new ToolCallPart { Id = "2", Name = "g" });
        response.Candidates.Add(candidate);
        var translation = new Translation();

        var written = ChatTesting.Written(response, new ChatRequest { Source = Dialect.OpenAIChat, LegacyFunctions = true }, translation)["choices"]![0]!;

        Assert.Equal("function_call", written["finish_reason"]!.GetValue<string>());
        Assert.Equal("f", written["message"]!["function_call"]!["name"]!.GetValue<string>());
        Assert.Null(written["message"]!["tool_calls"]);
        Assert.Single(translation.Losses);
    }

    [Fact]
    public void AnswerWithoutContentKey_IsAnEmptyText()
    {
        var response = ChatTesting.Response("""{"model":"m","choices":[{"index":0,"finish_reason":"length","message":{"role":"assistant"}}],"usage":{"prompt_tokens":7,"completion_tokens":0,"total_tokens":8}}""");

        Assert.Empty(response.Candidates[0].Parts);
        Assert.Equal(7, response.Usage!.InputTokens);
        Assert.Equal("", ChatTesting.Written(response)["choices"]![0]!["message"]!["content"]!.GetValue<string>());
    }

    [Fact]
    public void EmptyAudioFunctionCallAndRefusal_AreNone_AndCallsWithoutAFinishAreCalls()
    {
        var response = ChatTesting.Response("""{"id":"","created":0,"model":"m","choices":[{"index":0,"finish_reason":"","message":{"role":"assistant","content":"ok","refusal":"","audio":{"id":"","data":"","expires_at":0,"transcript":""},"function_call":{"name":"","arguments":""},"tool_calls":[{"id":"t","type":"function","custom":{"name":"","input":""},"function":{"name":"f","arguments":"{}"}}]}}]}""");

        Assert.Equal(2, response.Candidates[0].Parts.Count);
        Assert.False(Assert.IsType<ToolCallPart>(response.Candidates[0].Parts[1]).IsCustom);
        Assert.Equal("tool_calls", ChatTesting.Written(response)["choices"]![0]!["finish_reason"]!.GetValue<string>());
    }

    [Fact]
    public void MistralThoughts_ArePartsOfTheContent_BothWays()
    {
        const string json = """{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"reference","reference_ids":[1]},{"type":"text","text":"a"}]}}]}""";

        var response = ChatTesting.Response(json, AiGateway.Protocols.OpenAI.Chat.OpenAIChatCodec.Mistral);

        Assert.Equal("hm", Assert.IsType<ThinkingPart>(response.Candidates[0].Parts[0]).Text);
        Assert.Null(ChatTesting.Difference(System.Text.Json.Nodes.JsonNode.Parse(json), ChatTesting.Written(response, codec: AiGateway.Protocols.OpenAI.Chat.OpenAIChatCodec.Mistral)));
        var openai = ChatTesting.Written(response)["choices"]![0]!["message"]!;
        Assert.Equal(("a", "hm"), (openai["content"]!.GetValue<string>(), openai["reasoning_content"]!.GetValue<string>()));
    }

    [Fact]
    public void SourcesBesideTheChoices_BecomeCitations()
    {
        var response = ChatTesting.Response("""{"choices":[{"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}],"citations":["https://x.test"],"search_results":[{"title":"X","url":"https://x.test"}]}""");

        var text = Assert.IsType<TextPart>(response.Candidates[0].Parts[0]);
        Assert.Equal(("https://x.test", "X"), (text.Citations![0].Url, text.Citations[0].Title));
        Assert.Null(ChatTesting.Difference(null, ChatTesting.Written(response)["choices"]![0]!["message"]!["annotations"]));
    }

    [Fact]
    public void ReasoningApart_IsAddedToTheOutput()
    {
        const string json = """{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":10}}}""";

        Assert.Equal(12, ChatTesting.Response(json, AiGateway.Protocols.OpenAI.Chat.OpenAIChatCodec.ReasoningApart).Usage!.OutputTokens);
        Assert.Equal(2, ChatTesting.Response(json).Usage!.OutputTokens);
    }

    [Theory]
    [InlineData("""{"error":{"message":"Provider returned error","code":502}}""")]
    [InlineData("""{"choices":1}""")]
    [InlineData("""{"choices":[1]}""")]
    [InlineData("{")]
    public void NoAnswer_IsRefused(string json)
    {
        Assert.Throws<ChatFormatException>(() => ChatTesting.Response(json));
    }
}
