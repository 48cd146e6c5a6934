using AiGateway.Protocols.Chat;
using static AiGateway.Protocols.Tests.Gemini.GeminiFixtures;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Pins how answers are read and written.</summary>
public sealed class GeminiResponseTests
{
    [Fact]
    public void WholeAnswer_ComesBackAsItWas()
    {
        const string Body = """
            {"candidates":[{"content":{"parts":[{"text":"T","thought":true},{"text":"Grüße da","thoughtSignature":"c2ln"},{"functionCall":{"id":"i","name":"f","args":{"a":[1.50]}},"thoughtSignature":"c2lnMg=="},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"toolCall":{"id":"x","toolType":"GOOGLE_SEARCH_WEB"}},{"inlineData":{"mimeType":"image/png","data":"BBBB"},"thought":true}],"role":"model"},
              "finishReason":"STOP","index":0,"avgLogprobs":-0.5,"safetyRatings":[{"category":"HARM_CATEGORY_HARASSMENT","probability":"NEGLIGIBLE"}],"finishMessage":"m",
              "logprobsResult":{"topCandidates":[{"candidates":[{"token":"a","logProbability":-0.1}]}],"chosenCandidates":[{"token":"a","logProbability":-0.1}]},
              "groundingMetadata":{"webSearchQueries":["q"],"groundingChunks":[{"web":{"uri":"https://e.org","title":"E"}}],"groundingSupports":[{"segment":{"partIndex":1,"startIndex":8,"endIndex":10,"text":"da"},"groundingChunkIndices":[0]}],"searchEntryPoint":{"renderedContent":"<b>"}}}],
             "usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":4,"candidatesTokenCount":5,"thoughtsTokenCount":3,"toolUsePromptTokenCount":2,"totalTokenCount":20,"promptTokensDetails":[{"modality":"TEXT","tokenCount":8},{"modality":"AUDIO","tokenCount":2}],"trafficType":"ON_DEMAND","serviceTier":"standard"},
             "modelVersion":"gemini-x","responseId":"r1","createTime":"2026-01-02T03:04:05Z"}
            """;
        var response = Response(Body);
        AssertJson(Body, Write(response));
        Assert.Equal("r1", response.Id);
        Assert.Equal("gemini-x", response.Model);
        Assert.Equal(1767323045, response.Created);
        Assert.Equal("default", response.ServiceTier);
        Assert.Equal(
            new Usage { InputTokens = 12, CachedInputTokens = 4, OutputTokens = 8, ReasoningTokens = 3, AudioInputTokens = 2, WebSearches = 1, Detail = new UsageDetail { ToolPromptTokens = 2 } },
            response.Usage);
        var candidate = response.Candidates[0];
        Assert.Equal(FinishReason.ToolCalls, candidate.Finish);
        Assert.Equal("STOP", candidate.NativeFinish);
        var citation = Assert.Single(Assert.IsType<TextPart>(candidate.Parts[1]).Citations!);
        Assert.Equal(("https://e.org", "E", 6, 8), (citation.Url, citation.Title, citation.Start, citation.End));
        Assert.Equal("a", candidate.Logprobs![0].Top[0].Token);
        Assert.Equal(["toolCall", "thought"], candidate.Parts.OfType<OpaquePart>().Select(static part => part.Type));
    }

    [Theory]
    [InlineData("MAX_TOKENS", FinishReason.Length)]
    [InlineData("SAFETY", FinishReason.ContentFilter)]
    [InlineData("RECITATION", FinishReason.ContentFilter)]
    [InlineData("PROHIBITED_CONTENT", FinishReason.ContentFilter)]
    [InlineData("IMAGE_SAFETY", FinishReason.ContentFilter)]
    [InlineData("MALFORMED_FUNCTION_CALL", FinishReason.MalformedToolCall)]
    [InlineData("UNEXPECTED_TOOL_CALL", FinishReason.MalformedToolCall)]
    [InlineData("SOMETHING_NEW", FinishReason.Unknown)]
    public void FinishReasons_AreUnderstoodAndKept(string reason, FinishReason finish)
    {
        var response = Response($$"""{"candidates":[{"finishReason":"{{reason}}"}]}""");
        Assert.Equal(finish, response.Candidates[0].Finish);
        Assert.Equal(reason, (string?)Write(response)["candidates"]![0]!["finishReason"]);
    }

    [Fact]
    public void BlockedPrompt_IsAContentFilter()
    {
        const string Body = """{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4}}""";
        var response = Response(Body);
        Assert.Equal(FinishReason.ContentFilter, Assert.Single(response.Candidates).Finish);
        Assert.Equal("PROHIBITED_CONTENT", response.Candidates[0].NativeFinish);
        AssertJson(Body, Write(response));
    }

    [Theory]
    [InlineData("""{"promptTokenCount":10,"totalTokenCount":30,"thoughtsTokenCount":20}""", 10, 20, 20)]
    [InlineData("""{"promptTokenCount":10,"totalTokenCount":37,"thoughtsTokenCount":20,"toolUsePromptTokenCount":5}""", 15, 22, 20)]
    [InlineData("""{"promptTokenCount":"10","candidatesTokenCount":2}""", 10, 2, 0)]
    [InlineData("""{"promptTokenCount":-1,"candidatesTokenCount":2.5,"totalTokenCount":3}""", 0, 3, 0)]
    public void Usage_CountsWhatStandsSideBySide(string usage, long input, long output, long reasoning)
    {
        var read = Response($$"""{"candidates":[],"usageMetadata":{{usage}}}""").Usage!;
        Assert.Equal((input, output, reasoning), (read.InputTokens, read.OutputTokens, read.ReasoningTokens));
    }

    [Fact]
    public void EmptyTextBesideACall_IsLeftOut()
    {
        var response = Response("""{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}},{"text":""}]}}]}""");
        Assert.IsType<ToolCallPart>(Assert.Single(response.Candidates[0].Parts));
    }

    [Fact]
    public void AnswerOfAnotherDialect_IsWrittenAsGooglesAre()
    {
        var response = new ChatResponse { Source = Dialect.Anthropic, Id = "msg_1", Model = "claude", ServiceTier = "standard", Usage = new Usage { InputTokens = 10, CachedInputTokens = 3, OutputTokens = 9, ReasoningTokens = 4, ImageInputTokens = 6 } };
        var candidate = new ChatCandidate { Finish = FinishReason.ToolCalls, NativeFinish = "tool_use", Logprobs = [new TokenLogprob("é", -1)] };
        candidate.Parts.Add(new ThinkingPart { Text = "t", Signature = "foreign" });
        candidate.Parts.Add(new ThinkingPart { Encrypted = "x" });
        candidate.Parts.Add(new TextPart("éa") { Citations = [new ChatCitation { Url = "u", Title = "t", Start = 1, End = 2 }, new ChatCitation { Title = "d", Text = "words" }] });
        candidate.Parts.Add(new ToolCallPart { Id = "toolu_1", Name = "f", Arguments = "" });
        candidate.Parts.Add(new OpaquePart(Dialect.Anthropic, "server_tool_use", JsonValue.Parse("{}")));
        response.Candidates.Add(candidate);
        var translation = new Translation();
        AssertJson(
            """
            {"candidates":[{"content":{"parts":[{"text":"t","thought":true,"thoughtSignature":"YWlndzEuQW50aHJvcGljLnNpZy5abTl5WldsbmJn"},{"text":"","thought":true,"thoughtSignature":"YWlndzEuQW50aHJvcGljLmVuYy5lQQ=="},{"text":"éa"},{"functionCall":{"id":"toolu_1","name":"f","args":{}}}],"role":"model"},"finishReason":"STOP","index":0,
              "logprobsResult":{"topCandidates":[{"candidates":[]}],"chosenCandidates":[{"token":"é","logProbability":-1}]},
              "groundingMetadata":{"groundingChunks":[{"web":{"uri":"u","title":"t"}},{"retrievedContext":{"title":"d","text":"words"}}],"groundingSupports":[{"segment":{"partIndex":2,"startIndex":2,"endIndex":3,"text":"a"},"groundingChunkIndices":[0]}]}}],
             "usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":19,"cachedContentTokenCount":3,"thoughtsTokenCount":4,"promptTokensDetails":[{"modality":"TEXT","tokenCount":4},{"modality":"IMAGE","tokenCount":6}],"serviceTier":"standard"},
             "modelVersion":"claude","responseId":"msg_1"}
            """,
            Write(response, translation));
        Assert.Single(translation.Losses);
    }

    [Fact]
    public void Recitations_AreCitations()
    {
        var text = Assert.IsType<TextPart>(Response("""{"candidates":[{"content":{"parts":[{"text":"abc"}]},"citationMetadata":{"citationSources":[{"startIndex":1,"endIndex":2,"uri":"u"}]}}]}""").Candidates[0].Parts[0]);
        Assert.Equal((1, 2, "u"), (text.Citations![0].Start, text.Citations[0].End, text.Citations[0].Url));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"error":{"code":500}}""")]
    [InlineData("""{"candidates":"x"}""")]
    [InlineData("not json")]
    public void WhatIsNoAnswer_IsRefused(string body) => Assert.Throws<ChatFormatException>(() => Response(body));
}
