using System.Text;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;
using static AiGateway.Protocols.Tests.Gemini.GeminiFixtures;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Pins how streams are read and written, in both forms.</summary>
public sealed class GeminiStreamTests
{
    private static readonly string Stream = Sse(
        """{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":3,"totalTokenCount":5,"thoughtsTokenCount":2},"modelVersion":"gemini-x","responseId":"r1"}""",
        """{"candidates":[{"content":{"parts":[{"text":"Grü"}],"role":"model"},"index":0}],"modelVersion":"gemini-x","responseId":"r1"}""",
        """{"candidates":[{"content":{"parts":[{"text":"ße"}],"role":"model"},"index":0}],"modelVersion":"gemini-x","responseId":"r1"}""",
        """{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a": "1\n2"}},"thoughtSignature":"c2ln"},{"functionCall":{"id":"own","name":"g","args":{}}}],"role":"model"},"index":0}],"responseId":"r1"}""",
        """{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":9,"thoughtsTokenCount":2,"serviceTier":"flex"},"responseId":"r1"}""");

    [Fact]
    public void Pieces_BecomePartsCallsAndOneFinish()
    {
        // Quirks: CRLF, no [DONE], usage in each event, STOP with calls, an empty text with the finish.
        var (events, isComplete) = Decode(Utf8(Stream));
        Assert.True(isComplete);
        var (response, steps) = Gather(events);
        Assert.Equal(("r1", "gemini-x", "flex"), (response.Id, response.Model, response.ServiceTier));
        var candidate = Assert.Single(response.Candidates);
        Assert.Equal(FinishReason.ToolCalls, candidate.Finish);
        Assert.Equal(4, candidate.Parts.Count);
        Assert.Equal("Hm", Assert.IsType<ThinkingPart>(candidate.Parts[0]).Text);
        Assert.Equal("Grüße", Assert.IsType<TextPart>(candidate.Parts[1]).Text);
        var call = Assert.IsType<ToolCallPart>(candidate.Parts[2]);
        Assert.Equal(("gemcall_r1_0", "f", "c2ln"), (call.Id, call.Name, call.Signature));
        Assert.Equal("own", Assert.IsType<ToolCallPart>(candidate.Parts[3]).Id);
        Assert.Equal(new Usage { InputTokens = 3, OutputTokens = 6, ReasoningTokens = 2 }, response.Usage);
        Assert.Single(steps, static step => step.Kind == ChatEventKind.Finish);
    }

    [Fact]
    public void Encoder_WritesOneEventPerPieceAndUsageWithTheFinish()
    {
        var chunks = Chunks(Encode(Gather(Decode(Utf8(Stream)).Events).Steps));
        Assert.Equal(6, chunks.Count);
        AssertJson("""{"candidates":[{"content":{"parts":[{"text":"Hm","thought":true}],"role":"model"},"index":0}],"modelVersion":"gemini-x","responseId":"r1"}""", chunks[0]);
        AssertJson("""{"functionCall":{"name":"f","args":{"a":"1\n2"}},"thoughtSignature":"c2ln"}""", chunks[3]["candidates"]![0]!["content"]!["parts"]![0]);
        AssertJson(
            """{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"index":0,"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":9,"thoughtsTokenCount":2},"modelVersion":"gemini-x","responseId":"r1"}""",
            chunks[5]);
    }

    [Fact]
    public void ArrayForm_IsOneArray()
    {
        var steps = Gather(Decode(Utf8(Stream)).Events).Steps;
        var array = JsonNode.Parse(Encode(steps, asArray: true))!.AsArray();
        Assert.Equal(Chunks(Encode(steps)).Select(static chunk => chunk.ToJsonString()), array.Select(static chunk => chunk!.ToJsonString()));
        AssertJson("[]", JsonNode.Parse(Encode([new ChatEvent(ChatEventKind.Start), new ChatEvent(ChatEventKind.End)], asArray: true)));
    }

    [Fact]
    public void ForeignStream_LosesSignaturesAndGathersArguments()
    {
        var foreign = new List<ChatEvent>
        {
            new(ChatEventKind.Start) { Id = "m", Name = "claude", Source = Dialect.Anthropic },
            new(ChatEventKind.PartStart) { PartKind = ChatPartKind.Thinking },
            new(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Thinking, Text = "t" },
            new(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Thinking, Signature = "foreign" },
            new(ChatEventKind.PartEnd) { PartKind = ChatPartKind.Thinking },
            new(ChatEventKind.PartStart) { Part = 1, PartKind = ChatPartKind.ToolCall, Id = "toolu", Name = "f" },
            new(ChatEventKind.PartDelta) { Part = 1, PartKind = ChatPartKind.ToolCall, Text = "{\"a\":\n " },
            new(ChatEventKind.PartDelta) { Part = 1, PartKind = ChatPartKind.ToolCall, Text = "1}" },
            new(ChatEventKind.PartEnd) { Part = 1, PartKind = ChatPartKind.ToolCall },
            new(ChatEventKind.PartStart) { Part = 2, PartKind = ChatPartKind.Text },
            new(ChatEventKind.PartDelta) { Part = 2, PartKind = ChatPartKind.Text, Text = "é" },
            new(ChatEventKind.PartDelta) { Part = 2, PartKind = ChatPartKind.Text, Citation = new ChatCitation { Url = "u", Start = 0, End = 1 } },
            new(ChatEventKind.PartEnd) { Part = 2, PartKind = ChatPartKind.Text },
            new(ChatEventKind.PartStart) { Part = 3, PartKind = ChatPartKind.Media, Data = new MediaPart(MediaKind.Audio) { MediaType = "audio/wav" } },
            new(ChatEventKind.PartDelta) { Part = 3, PartKind = ChatPartKind.Media, Text = "AA" },
            new(ChatEventKind.PartDelta) { Part = 3, PartKind = ChatPartKind.Media, Text = "AA" },
            new(ChatEventKind.PartEnd) { Part = 3, PartKind = ChatPartKind.Media },
            new(ChatEventKind.Finish) { Finish = FinishReason.ToolCalls, Text = "tool_use" },
            new(ChatEventKind.End),
        };
        var output = Encode(foreign);
        Assert.DoesNotContain("foreign", Encoding.UTF8.GetString(output), StringComparison.Ordinal);
        var chunks = Chunks(output);
        AssertJson("""{"functionCall":{"id":"toolu","name":"f","args":{"a":1}}}""", chunks[1]["candidates"]![0]!["content"]!["parts"]![0]);
        AssertJson("""{"inlineData":{"mimeType":"audio/wav","data":"AAAA"}}""", chunks[3]["candidates"]![0]!["content"]!["parts"]![0]);
        AssertJson("""{"groundingChunks":[{"web":{"uri":"u"}}],"groundingSupports":[{"segment":{"endIndex":2,"text":"é"},"groundingChunkIndices":[0]}]}""", chunks[4]["candidates"]![0]!["groundingMetadata"]);
        Assert.Equal("STOP", (string?)chunks[4]["candidates"]![0]!["finishReason"]);
    }

    [Fact]
    public void SeveralCandidates_FinishEachAndTogether()
    {
        var (events, isComplete) = Decode(Utf8(Sse(
            """{"candidates":[{"content":{"parts":[{"text":"a"}]},"index":0},{"content":{"parts":[{"text":"b"}]},"index":1,"finishReason":"MAX_TOKENS"}]}""",
            """{"candidates":[{"content":{"parts":[{"text":"c"}]},"index":0}]}""")));
        Assert.False(isComplete);
        (events, isComplete) = Decode(Utf8(Sse(
            """{"candidates":[{"content":{"parts":[{"text":"a"}]},"index":0},{"content":{"parts":[{"text":"b"}]},"index":1,"finishReason":"MAX_TOKENS"}]}""",
            """{"candidates":[{"finishReason":"STOP"}]}""")));
        Assert.True(isComplete);
        var chunks = Chunks(Encode(Gather(events).Steps));
        Assert.Equal(["STOP", "MAX_TOKENS"], chunks[^1]["candidates"]!.AsArray().Select(static candidate => (string?)candidate!["finishReason"]));
    }

    [Fact]
    public void BlockedPromptInAStream_IsAContentFilter()
    {
        var (events, isComplete) = Decode(Utf8(Sse("""{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":1}}""")));
        Assert.True(isComplete);
        Assert.Equal(FinishReason.ContentFilter, Gather(events).Response.Candidates[0].Finish);
    }

    [Fact]
    public void SignatureOnAnEmptyText_JoinsTheTextBeforeIt()
    {
        var parts = Gather(Decode(Utf8(Sse(
            """{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}""",
            """{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"c2ln"}]}}]}""",
            """{"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}"""))).Events).Response.Candidates[0].Parts;
        Assert.Equal([("a", "c2ln"), ("b", null)], parts.Cast<TextPart>().Select(static part => (part.Text, part.Signature)));
    }

    [Fact]
    public void GroundingAndLogprobs_ComeWithTheirText()
    {
        var (events, _) = Decode(Utf8(Sse(
            """{"candidates":[{"content":{"parts":[{"text":"é da"}]},"logprobsResult":{"chosenCandidates":[{"token":"é","logProbability":-1}]}}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":1}}""",
            """{"candidates":[{"finishReason":"STOP","groundingMetadata":{"webSearchQueries":["a","b"],"groundingChunks":[{"web":{"uri":"u"}}],"groundingSupports":[{"segment":{"startIndex":3,"endIndex":5},"groundingChunkIndices":[0,7]}]}}]}""")));
        var response = Gather(events).Response;
        var text = Assert.IsType<TextPart>(Assert.Single(response.Candidates[0].Parts));
        Assert.Equal((2, 4), (text.Citations![0].Start, text.Citations[0].End));
        Assert.Equal("é", Assert.Single(response.Candidates[0].Logprobs!).Token);
        Assert.Equal(2, response.Usage!.WebSearches);
    }

    [Fact]
    public void ErrorInAStream_IsReadAndWritten()
    {
        var (events, isComplete) = Decode(Utf8(Sse("""{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}""")));
        Assert.True(isComplete);
        Assert.Equal(ProviderErrorKind.Overloaded, Assert.Single(events).Error!.Kind);
        var steps = new List<ChatEvent> { new(ChatEventKind.Start), new(ChatEventKind.PartStart) { PartKind = ChatPartKind.ToolCall, Name = "f" }, events[0] };
        AssertJson("""{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}""", Assert.Single(Chunks(Encode(steps))));
        AssertJson("""[{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}]""", JsonNode.Parse(Encode(steps, asArray: true)));
    }

    [Fact]
    public void WholeAnswer_PlaysAsAStream()
    {
        var response = Response("""{"candidates":[{"content":{"parts":[{"text":"t","thought":true,"thoughtSignature":"YQ=="},{"text":"a","thoughtSignature":"Yg=="},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"Yw=="},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},{"executableCode":{"code":"1"}}],"role":"model"},"finishReason":"STOP","index":0}],"modelVersion":"m","responseId":"r"}""");
        var steps = new List<ChatEvent>();
        ChatStream.Replay(response, steps);
        var again = Gather(Decode(Encode(steps)).Events).Response;
        AssertJson(Write(response).ToJsonString(), Write(again));
    }

    [Theory]
    [InlineData("data: {\n\n")]
    [InlineData("data: []\n\n")]
    [InlineData("data: {} {}\n\n")]
    [InlineData("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\\ud800\"}]}}]}\n\n")]
    public void BrokenEvents_AreRefused(string stream) => Assert.Throws<ChatFormatException>(() => Decode(Utf8(stream)));

    [Theory]
    [InlineData(": ping\n\n")]
    [InlineData("data: [DONE]\n\n")]
    [InlineData("event: x\n\n")]
    public void WhatSaysNothing_IsNothing(string stream) => Assert.Empty(Decode(Utf8(stream)).Events);
}
