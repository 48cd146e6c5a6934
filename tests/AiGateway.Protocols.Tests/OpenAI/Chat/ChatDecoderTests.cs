using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI.Chat;

namespace AiGateway.Protocols.Tests.OpenAI.Chat;

/// <summary>Streams with the habits that recorded providers show (QUIRKS.md of the recordings), in our own words.</summary>
public sealed class ChatDecoderTests
{
    private const string Done = "data: [DONE]\n\n";

    [Fact]
    public void AzuresFirstChunkWithoutChoice_StartsNothing()
    {
        var (events, stream, _) = ChatTesting.Decode(
            """data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[]}""" + "\n\n"
            + Chunk("""{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null,"content_filter_results":{}}""")
            + Chunk("""{"index":0,"delta":{"content":"Hi"},"finish_reason":null}""")
            + Chunk("""{"index":0,"delta":{},"finish_reason":"stop"}""") + Done);

        Assert.Equal(("c1", "m1", 1700000000L), (events[0].Id, events[0].Name, events[0].Created));
        Assert.Equal("Hi", TextOf(stream));
    }

    [Fact]
    public void ErrorEventInTheMiddle_IsAnError()
    {
        var (events, stream, decoder) = ChatTesting.Decode(
            Chunk("""{"index":0,"delta":{"reasoning":"We","channel":"analysis"},"finish_reason":null}""")
            + "event: error\ndata: {\"error\":{\"message\":\"Tool call validation failed\",\"type\":\"invalid_request_error\",\"code\":\"tool_use_failed\",\"status_code\":400}}\n\n");

        Assert.Equal(ChatEventKind.Error, events[^1].Kind);
        Assert.Equal("Tool call validation failed", events[^1].Error!.Message);
        Assert.False(decoder.IsComplete);
        Assert.False(stream.HasContent);
    }

    [Theory]
    [InlineData("event: error\ndata: overloaded\n\n")]
    [InlineData("event: error\ndata: \"overloaded\"\n\n")]
    [InlineData("data: {\"error\":\"overloaded\"}\n\n")]
    public void ErrorOfAnyForm_IsAnError(string text)
    {
        Assert.Equal(ChatEventKind.Error, ChatTesting.Decode(text).Events[^1].Kind);
    }

    [Fact]
    public void WholeCallInOneDelta_AndUsageInTwoPlaces()
    {
        var (_, stream, _) = ChatTesting.Decode(
            Chunk("""{"index":0,"delta":{"tool_calls":[{"id":"fc_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"},"index":0}]},"finish_reason":null}""")
            + """data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"x_groq":{"id":"r","usage":{"prompt_tokens":3,"completion_tokens":2}}}""" + "\n\n" + Done);

        Assert.Equal("f", CallsOf(stream));
        Assert.Equal(3, stream.Response.Usage!.InputTokens);
        Assert.Equal(FinishReason.ToolCalls, stream.Response.Candidates[0].Finish);
    }

    [Fact]
    public void CommentsRolesInEveryChunkAndASecondFinish_AreHarmless()
    {
        var (events, stream, _) = ChatTesting.Decode(
            ": OPENROUTER PROCESSING\n\n" + Chunk("""{"index":0,"delta":{"role":"assistant","content":"a"},"finish_reason":null}""")
            + Chunk("""{"index":0,"delta":{"role":"assistant","content":"b"},"finish_reason":"length","native_finish_reason":"max_tokens"}""")
            + Chunk("""{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"stop"}""")
            + """data: {"id":"c1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":{"prompt_tokens":9,"completion_tokens":4,"cost":0.5}}""" + "\n\n" + Done);

        Assert.Equal("ab", TextOf(stream));
        Assert.Equal(FinishReason.Length, stream.Response.Candidates[0].Finish);
        Assert.Equal(0.5m, stream.Response.Usage!.ReportedCost);
        Assert.Single(events, static e => e.Kind == ChatEventKind.Finish);
    }

    [Fact]
    public void ErrorObjectBesideChoices_FailsTheAnswerAfterItsUsage()
    {
        var (events, stream, decoder) = ChatTesting.Decode(
            Chunk("""{"index":0,"delta":{"content":"a"},"finish_reason":"length"}""")
            + """data: {"id":"c1","error":{"code":400,"message":"Token limit reached"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":null}],"usage":{"prompt_tokens":43,"completion_tokens":10}}""" + "\n\n" + Done);

        Assert.Equal("Token limit reached", events[^1].Error!.Message);
        Assert.Equal(43, stream.Response.Usage!.InputTokens);
        Assert.False(decoder.IsComplete);
    }

    [Fact]
    public void NoFinishAnywhere_IsCompleteByDone_WithoutAnId()
    {
        var (events, stream, decoder) = ChatTesting.Decode("""data: {"id":"","created":0,"model":"m1","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":""}]}""" + "\n\n" + Done);

        Assert.True(decoder.IsComplete);
        Assert.Null(events[0].Created);
        Assert.Equal(FinishReason.Stop, stream.Response.Candidates[0].Finish);
    }

    [Fact]
    public void FinishOfOneAnswerOfTwo_IsNotComplete_EvenWithDone()
    {
        var (_, _, decoder) = ChatTesting.Decode(
            Chunk("""{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}""") + Chunk("""{"index":1,"delta":{"content":"b"},"finish_reason":null}""") + Done);

        Assert.False(decoder.IsComplete);
    }

    [Fact]
    public void NoFinishKeyUntilTheEnd_AndThoughtsOfTheirOwnMember()
    {
        var (events, stream, decoder) = ChatTesting.Decode(
            Chunk("""{"index":0,"delta":{"role":"assistant","reasoning_content":"hm"}}""") + Chunk("""{"index":0,"delta":{"role":"assistant","reasoning_content":" hm"}}""")
            + Chunk("""{"index":0,"delta":{"role":"assistant","content":"4"}}""") + Chunk("""{"index":0,"finish_reason":"stop","delta":{"role":"assistant","content":""}}"""));

        Assert.True(decoder.IsComplete);
        Assert.Equal("hm hm", Assert.IsType<ThinkingPart>(stream.Response.Candidates[0].Parts[0]).Text);
        Assert.Equal("4", TextOf(stream));
        Assert.Equal([ChatPartKind.Thinking, ChatPartKind.Text], events.Where(static e => e.Kind == ChatEventKind.PartStart).Select(static e => e.PartKind));
    }

    [Fact]
    public void MessageBesideTheDelta_NullArguments_UsageLastAndNoDone()
    {
        var (_, stream, decoder) = ChatTesting.Decode(
            Chunk("""{"index":0,"finish_reason":null,"message":{"content":"x"},"delta":{"content":null,"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":null}}]}}""")
            + Chunk("""{"index":0,"finish_reason":null,"message":{"content":"x"},"delta":{"content":"a","tool_calls":[{"index":0,"id":null,"function":{"name":null,"arguments":"{}"}}]}}""")
            + Chunk("""{"index":0,"finish_reason":"tool_calls","message":{"content":null},"delta":{"content":null}}""")
            + """data: {"id":"c1","choices":[],"usage":{"prompt_tokens":5,"completion_tokens":6,"prompt_token_details":null}}""" + "\n\n");

        Assert.True(decoder.IsComplete);
        Assert.Equal("f", CallsOf(stream));
        Assert.Equal(6, stream.Response.Usage!.OutputTokens);
    }

    [Theory]
    [InlineData("""{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}""", """{"index":0,"id":"b","function":{"name":"g","arguments":"{}"}}""")]
    [InlineData("""{"id":"a","function":{"name":"f","arguments":"{}"}}""", """{"id":"b","function":{"name":"g","arguments":"{}"}}""")]
    [InlineData("""{"index":0,"id":"a","function":{"name":"f","arguments":{}}}""", """{"index":1,"id":"b","function":{"name":"g","arguments":{}}}""")]
    public void CallsWithOddIndexes_AreKeptApart(string first, string second)
    {
        var (_, stream, _) = ChatTesting.Decode(
            Chunk($$$"""{"index":0,"delta":{"tool_calls":[{{{first}}}]}}""") + Chunk($$$"""{"index":0,"delta":{"tool_calls":[{{{second}}}]}}""") + Chunk("""{"index":0,"delta":{},"finish_reason":"tool_calls"}"""));

        var calls = stream.Response.Candidates[0].Parts.OfType<ToolCallPart>().ToList();
        Assert.Equal([("a", "f", "{}"), ("b", "g", "{}")], calls.Select(static c => (c.Id, c.Name, c.Arguments)));
    }

    [Fact]
    public void InterleavedArguments_AndANameThatComesLate()
    {
        var (_, stream, _) = ChatTesting.Decode(
            Chunk("""{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"{\"x"}},{"index":1,"id":"b","function":{"name":"g","arguments":"[1"}}]}}""")
            + Chunk("""{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"\":1}"}},{"index":1,"function":{"arguments":",2]"}}]}}""")
            + Chunk("""{"index":0,"delta":{},"finish_reason":"tool_calls"}"""));

        var calls = stream.Response.Candidates[0].Parts.OfType<ToolCallPart>().OrderBy(static c => c.Id, StringComparer.Ordinal).ToList();
        Assert.Equal([("a", "f", "{\"x\":1}"), ("b", "g", "[1,2]")], calls.Select(static c => (c.Id, c.Name, c.Arguments)));
    }

    [Fact]
    public void FunctionCall_IsACall()
    {
        var (_, stream, _) = ChatTesting.Decode(
            Chunk("""{"index":0,"delta":{"function_call":{"name":"f","arguments":""}}}""") + Chunk("""{"index":0,"delta":{"function_call":{"arguments":"{}"}}}""")
            + Chunk("""{"index":0,"delta":{},"finish_reason":"function_call"}"""));

        Assert.Equal("f", CallsOf(stream));
        Assert.Equal(FinishReason.ToolCalls, stream.Response.Candidates[0].Finish);
    }

    [Fact]
    public void ReasoningDetails_CarrySignaturesAndHiddenThoughts()
    {
        var (_, stream, _) = ChatTesting.Decode(
            Chunk("""{"index":0,"delta":{"reasoning":"one","reasoning_details":[{"type":"reasoning.text","text":"one","index":0,"format":"anthropic-claude-v1"}]}}""")
            + Chunk("""{"index":0,"delta":{"reasoning":" two","reasoning_details":[{"type":"reasoning.text","text":" two","index":0,"format":"anthropic-claude-v1"}]}}""")
            + Chunk("""{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.text","signature":"s","index":0,"format":"anthropic-claude-v1"}]}}""")
            + Chunk("""{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.encrypted","data":"e","index":0}]}}""")
            + Chunk("""{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}"""));

        var thoughts = stream.Response.Candidates[0].Parts.OfType<ThinkingPart>().ToList();
        Assert.Equal(("one two", "s", Dialect.Anthropic), (thoughts[0].Text, thoughts[0].Signature, thoughts[0].SignedBy));
        Assert.Equal("e", thoughts[1].Encrypted);
    }

    [Fact]
    public void MistralContentLists_AreThoughtsAndText()
    {
        var (_, stream, _) = ChatTesting.Decode(
            Chunk("""{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"h"}]}]}}""")
            + Chunk("""{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"m"}],"closed":true}]}}""")
            + Chunk("""{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}"""),
            OpenAIChatCodec.Mistral);

        Assert.Equal("hm", Assert.IsType<ThinkingPart>(stream.Response.Candidates[0].Parts[0]).Text);
        Assert.Equal("a", TextOf(stream));
    }

    [Fact]
    public void SoundPicturesLogprobsCitationsAndRefusals_AreRead()
    {
        var (_, stream, _) = ChatTesting.Decode(
            Chunk("""{"index":0,"delta":{"content":"a"},"logprobs":{"content":[{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[]}],"refusal":null}}""")
            + Chunk("""{"index":0,"delta":{"annotations":[{"type":"url_citation","url_citation":{"url":"https://x.test","title":"X","start_index":0,"end_index":1}}]}}""")
            + Chunk("""{"index":0,"delta":{"audio":{"id":"audio_1","transcript":"he"}}}""") + Chunk("""{"index":0,"delta":{"audio":{"data":"AAAA","transcript":"y"}}}""")
            + Chunk("""{"index":0,"delta":{"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]}}""")
            + Chunk("""{"index":0,"delta":{"refusal":"No."},"finish_reason":"stop"}"""));

        var parts = stream.Response.Candidates[0].Parts;
        Assert.Equal("https://x.test", Assert.Single(Assert.IsType<TextPart>(parts[0]).Citations!).Url);
        Assert.Equal(-0.5, Assert.Single(stream.Response.Candidates[0].Logprobs!).Logprob);
        var sound = Assert.IsType<MediaPart>(parts[1]);
        Assert.Equal(("audio_1", "AAAA", "hey"), (sound.Id, sound.Base64, sound.Transcript));
        Assert.Equal("image/png", Assert.IsType<MediaPart>(parts[2]).MediaType);
        Assert.Equal("No.", Assert.IsType<RefusalPart>(parts[3]).Text);
    }

    [Fact]
    public void DataOverSeveralLines_AndCarriageReturns_AreOneChunk()
    {
        var (_, stream, _) = ChatTesting.Decode("data: {\"choices\":[{\"index\":0,\r\ndata: \"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\r\n\r\n");

        Assert.Equal("a", TextOf(stream));
    }

    [Fact]
    public void ThoughtsOnceMoreAsAWholeWithTheirSignature_AreSignedAndNotSaidTwice()
    {
        var (_, stream, _) = ChatTesting.Decode(
            Chunk("""{"index":0,"delta":{"reasoning_content":"First "},"finish_reason":null}""")
            + Chunk("""{"index":0,"delta":{"reasoning_content":"this."},"finish_reason":null}""")
            + Chunk("""{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.text","text":"First this.","signature":"c2ln","format":"anthropic-claude-v1","index":0}]},"finish_reason":null}""")
            + Chunk("""{"index":0,"delta":{"reasoning_content":"Then that."},"finish_reason":null}""")
            + Chunk("""{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.text","text":"Then that.","signature":"c2ln2","format":"anthropic-claude-v1","index":1}]},"finish_reason":null}""")
            + Chunk("""{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}""") + Done);

        var thoughts = stream.Response.Candidates[0].Parts.OfType<ThinkingPart>().ToList();
        Assert.Equal([("First this.", "c2ln"), ("Then that.", "c2ln2")], thoughts.Select(static part => (part.Text, part.Signature!)));
        Assert.All(thoughts, static part => Assert.Equal(Dialect.Anthropic, part.SignedBy));
        Assert.Equal("Hi", TextOf(stream));
    }

    [Theory]
    [InlineData("data: {\n\n")]
    [InlineData("data: 1\n\n")]
    [InlineData("data: {\"choices\":[1]}\n\n")]
    public void NoChunk_IsRefused(string text)
    {
        Assert.Throws<ChatFormatException>(() => ChatTesting.Decode(text));
    }

    private static string Chunk(string choice) =>
        $$$"""data: {"id":"c1","object":"chat.completion.chunk","created":1700000000,"model":"m1","obfuscation":"abc","choices":[{{{choice}}}]}""" + "\n\n";

    private static string TextOf(ChatStream stream) => string.Concat(stream.Response.Candidates[0].Parts.OfType<TextPart>().Select(static p => p.Text));

    private static string CallsOf(ChatStream stream) => string.Join(',', stream.Response.Candidates[0].Parts.OfType<ToolCallPart>().Select(static p => p.Name));
}
