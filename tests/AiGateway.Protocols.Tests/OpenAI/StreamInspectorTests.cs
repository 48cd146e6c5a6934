using System.Text;
using AiGateway.Protocols.OpenAI;
using AiGateway.Protocols.Tests.Recorded;

namespace AiGateway.Protocols.Tests.OpenAI;

/// <summary>Pins what each event of a stream means and which bytes of it must change.</summary>
public sealed class StreamInspectorTests
{
    private readonly StreamInspector _chat = new(Operation.ChatCompletions, UsageRules.OpenAI);
    private readonly StreamInspector _responses = new(Operation.Responses, UsageRules.OpenAI);

    [Theory]
    [InlineData(": ping", StreamEventKind.Comment)]
    [InlineData("event: ping", StreamEventKind.Comment)]
    [InlineData("data: [DONE]", StreamEventKind.Terminal)]
    [InlineData("data:[DONE]", StreamEventKind.Terminal)]
    [InlineData("data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}", StreamEventKind.Preamble)]
    [InlineData("data: {\"choices\":[{\"delta\":{},\"index\":0}]}", StreamEventKind.Preamble)]
    [InlineData("data: {\"choices\":[],\"prompt_filter_results\":[{}]}", StreamEventKind.Preamble)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":null,\"tool_calls\":null,\"refusal\":\"\",\"audio\":{\"data\":\"\",\"id\":\"\"},\"function_call\":{\"name\":\"\",\"arguments\":\"\"}}}]}", StreamEventKind.Preamble)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}", StreamEventKind.Content)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"refusal\":\"no\"}}]}", StreamEventKind.Content)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}", StreamEventKind.Content)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"data\":\"x\"}]}}]}", StreamEventKind.Content)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"hm\"}]}]}}]}", StreamEventKind.Content)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"audio\":{\"data\":\"AAAA\"}}}]}", StreamEventKind.Content)]
    [InlineData("data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}}]}", StreamEventKind.Content)]
    [InlineData("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}", StreamEventKind.Content)]
    [InlineData("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}", StreamEventKind.UsageOnly)]
    [InlineData("data: {\"object\":\"something.new\"}", StreamEventKind.Content)]
    [InlineData("data: {}", StreamEventKind.Preamble)]
    [InlineData("data: {\"error\":{\"message\":\"broken\"}}", StreamEventKind.Error)]
    [InlineData("data: {\"error\":\"broken\"}", StreamEventKind.Error)]
    [InlineData("data: {\"error\":null,\"choices\":[]}", StreamEventKind.Preamble)]
    [InlineData("event: error\ndata: broken", StreamEventKind.Error)]
    [InlineData("data: {\"type\":\"error\",\"message\":\"broken\"}", StreamEventKind.Error)]
    [InlineData("data: {\"object\":\"error\",\"message\":\"broken\",\"code\":400}", StreamEventKind.Error)]
    [InlineData("data: [{\"error\":{\"code\":503,\"message\":\"overloaded\"}}]", StreamEventKind.Error)]
    [InlineData("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}", StreamEventKind.Error)]
    [InlineData("data: {\"choices\":[", StreamEventKind.Malformed)]
    [InlineData("data: oops", StreamEventKind.Malformed)]
    [InlineData("data: {} {}", StreamEventKind.Malformed)]
    [InlineData("data:", StreamEventKind.Malformed)]
    public void ChatEvent_HasItsKind(string text, StreamEventKind kind)
    {
        Assert.Equal(kind, Inspect(_chat, text));
        Assert.Equal(kind == StreamEventKind.Error, _chat.ErrorSeen);
    }

    [Theory]
    [InlineData("response.created", "\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\"}", StreamEventKind.Preamble)]
    [InlineData("response.queued", "\"response\":{}", StreamEventKind.Preamble)]
    [InlineData("keepalive", "\"sequence_number\":3", StreamEventKind.Preamble)]
    [InlineData("response.output_item.added", "\"item\":{\"type\":\"message\",\"content\":[]}", StreamEventKind.Preamble)]
    [InlineData("response.output_item.added", "\"item\":{\"type\":\"function_call\",\"name\":\"f\"}", StreamEventKind.Content)]
    [InlineData("response.content_part.added", "\"part\":{\"type\":\"output_text\",\"text\":\"\"}", StreamEventKind.Preamble)]
    [InlineData("response.output_text.delta", "\"delta\":\"x\"", StreamEventKind.Content)]
    [InlineData("response.something.new", "\"x\":1", StreamEventKind.Content)]
    [InlineData("response.completed", "\"response\":{\"status\":\"completed\"}", StreamEventKind.Terminal)]
    [InlineData("response.incomplete", "\"response\":{\"status\":\"incomplete\"}", StreamEventKind.Terminal)]
    [InlineData("response.failed", "\"response\":{\"error\":{\"code\":\"server_error\",\"message\":\"m\"}}", StreamEventKind.Error)]
    [InlineData("error", "\"code\":\"server_error\",\"message\":\"m\"", StreamEventKind.Error)]
    public void ResponsesEvent_HasItsKindWithAndWithoutAnEventLine(string type, string members, StreamEventKind kind)
    {
        Assert.Equal(kind, Inspect(_responses, $"event: {type}\ndata: {{\"type\":\"{type}\",{members}}}"));
        _responses.Reset(Operation.Responses, UsageRules.OpenAI);
        Assert.Equal(kind, Inspect(_responses, $"data: {{{members},\"type\":\"{type}\"}}"));
        _responses.Reset(Operation.Responses, UsageRules.OpenAI);
        Assert.Equal(kind, Inspect(_responses, $"data: {{{members}}}\nevent: {type}"));
    }

    [Fact]
    public void FailedAfterContent_IsTerminalWithItsMessage()
    {
        Inspect(_responses, "data: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}");
        var kind = Inspect(_responses, "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"It broke.\"},\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}");

        Assert.Equal(StreamEventKind.Terminal, kind);
        Assert.Equal("It broke.", _responses.FailedMessage);
        Assert.Equal(ProviderErrorKind.ServerError, _responses.Error?.Kind);
        Assert.True(_responses.ErrorSeen);
        Assert.True(_responses.IsComplete);
        Assert.Equal(3, _responses.Usage?.InputTokens);
    }

    [Fact]
    public void IncompleteResponse_GivesReasonTierUsageAndIds()
    {
        var bytes = Bytes("data: {\"type\":\"response.incomplete\",\"response\":{\"id\":\"resp_1\",\"previous_response_id\":\"resp_0\",\"service_tier\":\"flex\",\"model\":\"gpt-x\",\"status\":\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"},\"output\":[{\"id\":\"msg\"}],\"tool_usage\":{\"web_search\":{\"num_requests\":2}},\"usage\":{\"input_tokens\":5,\"output_tokens\":7}}}");

        Assert.Equal(StreamEventKind.Terminal, _responses.Inspect(bytes));
        Assert.Equal("max_output_tokens", _responses.FinishReason);
        Assert.Equal("flex", _responses.ServiceTier);
        Assert.Equal("gpt-x", _responses.Model);
        Assert.Equal("\"resp_1\"", Text(bytes, _responses.ResponseIdValue));
        Assert.Equal("\"resp_0\"", Text(bytes, _responses.PreviousResponseIdValue));
        Assert.Equal(new Usage { InputTokens = 5, OutputTokens = 7, WebSearches = 2 }, _responses.Usage);
        Assert.True(_responses.IsComplete);
    }

    [Fact]
    public void TopLevelResponseId_IsFound()
    {
        var bytes = Bytes("data: {\"type\":\"response.output_text.delta\",\"response_id\":\"resp_1\",\"delta\":\"x\"}");
        _responses.Inspect(bytes);

        Assert.Equal("\"resp_1\"", Text(bytes, _responses.ResponseIdValue));
    }

    [Fact]
    public void DoneAlone_DoesNotCompleteAResponse()
    {
        Assert.Equal(StreamEventKind.Terminal, Inspect(_responses, "data: [DONE]"));
        Assert.True(_responses.TerminalSeen);
        Assert.False(_responses.IsComplete);
    }

    [Theory]
    [InlineData("end_turn", "\"stop\"")]
    [InlineData("STOP", "\"stop\"")]
    [InlineData("eos", "\"stop\"")]
    [InlineData("completed", "\"stop\"")]
    [InlineData("never heard of", "\"stop\"")]
    [InlineData("max_tokens", "\"length\"")]
    [InlineData("MAX_TOKENS", "\"length\"")]
    [InlineData("tool_use", "\"tool_calls\"")]
    [InlineData("SAFETY", "\"content_filter\"")]
    [InlineData("refusal", "\"content_filter\"")]
    [InlineData("guardrail_intervened", "\"content_filter\"")]
    [InlineData("error", "\"stop\"")]
    [InlineData("", "null")]
    public void OddFinishReason_IsMapped(string reason, string replacement)
    {
        var bytes = Bytes($"data: {{\"choices\":[{{\"finish_reason\": \"{reason}\",\"delta\":{{}},\"index\":0}}]}}");
        _chat.Inspect(bytes);

        var edit = Assert.Single(_chat.Edits.ToArray());
        Assert.Equal($"\"{reason}\"", Text(bytes, edit.Range));
        Assert.Equal(replacement, Encoding.UTF8.GetString(edit.Replacement.Span));
        Assert.Equal(reason.Length > 0, _chat.FinishReasonSeen);
        Assert.Equal(reason.Length > 0 ? reason : null, _chat.FinishReason);
        Assert.Equal(reason is not ("" or "error"), _chat.IsComplete);
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("length")]
    [InlineData("tool_calls")]
    [InlineData("content_filter")]
    [InlineData("function_call")]
    public void OrdinaryFinishReason_NeedsNoEdit(string reason)
    {
        Inspect(_chat, $"data: {{\"choices\":[{{\"finish_reason\":\"{reason}\",\"delta\":{{}}}}]}}");

        Assert.True(_chat.Edits.IsEmpty);
        Assert.Equal(reason, _chat.FinishReason);
    }

    [Fact]
    public void SeveralChoices_AreEditedEachAndAllMustFinish()
    {
        Inspect(_chat, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}},{\"index\":1,\"delta\":{\"content\":\"b\"}},{\"index\":2,\"delta\":{}}]}");
        Inspect(_chat, "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"eos\"},{\"index\":1,\"delta\":{},\"finish_reason\":\"eos\"},{\"index\":2,\"delta\":{},\"finish_reason\":\"eos\"}]}");
        Assert.Equal(3, _chat.Edits.Length);
        Assert.True(_chat.IsComplete);

        Inspect(_chat, "data: {\"choices\":[{\"index\":3,\"delta\":{\"content\":\"c\"}}]}");
        Assert.True(_chat.Edits.IsEmpty);
        Assert.False(_chat.IsComplete);
        Inspect(_chat, "data: [DONE]");
        Assert.False(_chat.IsComplete);
    }

    [Theory]
    [InlineData("{\"a\":1,\"usage\":null,\"b\":2}", "{\"a\":1,\"b\":2}")]
    [InlineData("{\"usage\":null,\"b\":2}", "{\"b\":2}")]
    [InlineData("{\"a\":1 , \"usage\" : null }", "{\"a\":1  }")]
    [InlineData("{\"usage\":null}", "{}")]
    [InlineData("{ \"usage\" : null , \"b\":2}", "{  \"b\":2}")]
    public void NullUsage_CanBeRemoved(string json, string without)
    {
        var bytes = Bytes("data: " + json);
        _chat.Inspect(bytes);

        var member = _chat.UsageMember;
        Assert.True(member.Exists);
        Assert.Equal("data: " + without, Encoding.UTF8.GetString(bytes, 0, member.Start) + Encoding.UTF8.GetString(bytes, member.End, bytes.Length - member.End - 2));
    }

    [Fact]
    public void RealUsage_IsNotOfferedForRemoval()
    {
        Inspect(_chat, "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}");

        Assert.False(_chat.UsageMember.Exists);
    }

    [Theory]
    [InlineData("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}", "{\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"x\":0}}")]
    [InlineData("data: {\"usage\":{\"prompt_tokens\":1,\"prompt_tokens_details\":{}\ndata: },\"choices\":[]}", "{\"usage\":{\"prompt_tokens\":1,\"prompt_tokens_details\":{}\ndata: ,\"x\":0},\"choices\":[]}")]
    public void RealUsage_HasAPlaceForAnotherMember(string given, string expected)
    {
        var bytes = Bytes(given);
        Assert.Equal(StreamEventKind.UsageOnly, _chat.Inspect(bytes));

        Assert.Equal("}", Text(bytes, _chat.UsageClose));
        Assert.StartsWith("data: " + expected, Encoding.UTF8.GetString(bytes).Insert(_chat.UsageClose.Start, ",\"x\":0"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("data: {\"choices\":[],\"usage\":{}}")]
    [InlineData("data: {\"choices\":[],\"usage\":null}")]
    [InlineData("data: {\"choices\":[]}")]
    [InlineData("data: [DONE]")]
    public void NoUsage_HasNoPlaceForAMember(string given)
    {
        Inspect(_chat, "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}");
        Inspect(_chat, given);

        Assert.False(_chat.UsageClose.Exists);
    }

    [Fact]
    public void GrowingUsage_LastWins()
    {
        Inspect(_chat, "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1}}");
        Inspect(_chat, "data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}");
        Inspect(_chat, "data: {\"choices\":[{\"delta\":{\"content\":\"b\"}}],\"usage\":null}");

        Assert.Equal(new Usage { InputTokens = 5, OutputTokens = 2 }, _chat.Usage);
    }

    [Fact]
    public void DataOverSeveralLines_IsOneEventAndItsEditsFit()
    {
        var bytes = Bytes("data: {\"choices\":[{\"delta\":{\"content\":\"x\"},\ndata: \"finish_reason\":\r\ndata:\"eos\"}],\ndata: \"usage\":\ndata: null}");

        Assert.Equal(StreamEventKind.Content, _chat.Inspect(bytes));
        Assert.Equal("\"eos\"", Text(bytes, Assert.Single(_chat.Edits.ToArray()).Range));
        var member = _chat.UsageMember;
        var text = Encoding.UTF8.GetString(bytes);
        Assert.Equal(StreamEventKind.Content, _chat.Inspect(Encoding.UTF8.GetBytes(text.Remove(member.Start, member.Length))));
        Assert.False(_chat.UsageMember.Exists);
    }

    [Fact]
    public void Obfuscation_DoesNotCountAsText()
    {
        Inspect(_chat, "data: {\"choices\":[{\"delta\":{\"content\":\"four\"}}],\"obfuscation\":\"aaaaaaaaaaaaaaaaaaaa\"}");

        Assert.Equal(4, _chat.OutputTextBytes);
        Assert.Equal(1, _chat.EstimatedOutputTokens);
    }

    [Fact]
    public void LegacyCompletion_IsRead()
    {
        var inspector = new StreamInspector(Operation.Completions, UsageRules.OpenAI);
        Assert.Equal(StreamEventKind.Content, Inspect(inspector, "data: {\"object\":\"text_completion\",\"choices\":[{\"text\":\" fib\",\"index\":0,\"finish_reason\":null}],\"model\":\"babbage\"}"));
        Assert.Equal(StreamEventKind.Content, Inspect(inspector, "data: {\"choices\":[{\"text\":\"\",\"index\":0,\"finish_reason\":\"length\"}]}"));

        Assert.Equal(4, inspector.OutputTextBytes);
        Assert.Equal("babbage", inspector.Model);
        Assert.True(inspector.IsComplete);
    }

    [Fact]
    public void Transcript_EndsWithItsUsage()
    {
        var inspector = new StreamInspector(Operation.Transcriptions, UsageRules.OpenAI);
        Assert.Equal(StreamEventKind.Content, Inspect(inspector, "data: {\"type\":\"transcript.text.delta\",\"delta\":\"Hello\"}"));
        Assert.False(inspector.IsComplete);
        Assert.Equal(StreamEventKind.Terminal, Inspect(inspector, "data: {\"type\":\"transcript.text.done\",\"text\":\"Hello\",\"usage\":{\"type\":\"tokens\",\"input_tokens\":14,\"input_token_details\":{\"audio_tokens\":14},\"output_tokens\":2}}"));

        Assert.Equal(new Usage { InputTokens = 14, AudioInputTokens = 14, OutputTokens = 2 }, inspector.Usage);
        Assert.Equal(5, inspector.OutputTextBytes);
        Assert.True(inspector.IsComplete);
    }

    [Fact]
    public void StreamedSpeech_IsNotCountedAsText()
    {
        var inspector = new StreamInspector(Operation.Speech, UsageRules.OpenAI);
        Assert.Equal(StreamEventKind.Content, Inspect(inspector, "data: {\"type\":\"speech.audio.delta\",\"audio\":\"AAAA\"}"));
        Assert.Equal(StreamEventKind.Terminal, Inspect(inspector, "data: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":3,\"output_tokens\":9}}"));

        Assert.Equal(0, inspector.OutputTextBytes);
        Assert.Equal(9, inspector.Usage?.OutputTokens);
    }

    [Fact]
    public void StreamedImages_AreCounted()
    {
        var inspector = new StreamInspector(Operation.ImageGenerations, UsageRules.OpenAI);
        Assert.Equal(StreamEventKind.Content, Inspect(inspector, "data: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"AAAA\"}"));
        Assert.Equal(StreamEventKind.Content, Inspect(inspector, "data: {\"type\":\"image_generation.completed\",\"b64_json\":\"AAAA\"}"));
        Assert.Equal(StreamEventKind.Content, Inspect(inspector, "data: {\"type\":\"image_generation.completed\",\"b64_json\":\"AAAA\",\"usage\":{\"input_tokens\":4,\"output_tokens\":100}}"));

        Assert.Equal(new Usage { InputTokens = 4, OutputTokens = 100, Images = 2 }, inspector.Usage);
        Assert.True(inspector.IsComplete);
    }

    [Fact]
    public void Reset_ForgetsEverything()
    {
        Inspect(_chat, "data: {\"model\":\"m\",\"service_tier\":\"flex\",\"choices\":[{\"delta\":{\"content\":\"x\"},\"finish_reason\":\"eos\"}],\"usage\":{\"prompt_tokens\":1}}");
        Inspect(_chat, "data: {\"error\":\"x\"}");
        _chat.Reset(Operation.ChatCompletions, UsageRules.OpenAI);

        Assert.Null(_chat.Usage);
        Assert.Null(_chat.Model);
        Assert.Null(_chat.ServiceTier);
        Assert.Null(_chat.FinishReason);
        Assert.Null(_chat.Error);
        Assert.False(_chat.ErrorSeen || _chat.FinishReasonSeen || _chat.TerminalSeen || _chat.IsComplete);
        Assert.Equal(0, _chat.OutputTextBytes);
        Assert.True(_chat.Edits.IsEmpty);
    }

    [Fact]
    public void OrdinaryChunk_AllocatesNothing()
    {
        var bytes = Bytes("data: {\"id\":\"c\",\"model\":\"m\",\"service_tier\":\"default\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" times\"},\"finish_reason\":null}],\"usage\":null,\"obfuscation\":\"xx\"}");
        _chat.Inspect(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            _chat.Inspect(bytes);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void WholeStream_IsSeenFromPreambleToEnd()
    {
        var stream = """
            : hello

            data: {"id":"c","model":"m-1","service_tier":"default","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

            data: {"choices":[{"index":0,"delta":{"content":"Hi there"},"finish_reason":null}],"usage":null}

            data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

            data: {"choices":[],"usage":{"prompt_tokens":8,"completion_tokens":2,"total_tokens":10}}

            data: [DONE]


            """u8;

        var kinds = StreamReplay.Run(_chat, stream);

        Assert.Equal([StreamEventKind.Comment, StreamEventKind.Preamble, StreamEventKind.Content, StreamEventKind.Content, StreamEventKind.UsageOnly, StreamEventKind.Terminal], kinds.Take(6));
        Assert.True(_chat.IsComplete);
        Assert.Equal("m-1", _chat.Model);
        Assert.Equal(new Usage { InputTokens = 8, OutputTokens = 2 }, _chat.Usage);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text + "\n\n");

    private static StreamEventKind Inspect(StreamInspector inspector, string text) => inspector.Inspect(Bytes(text));

    private static string Text(byte[] bytes, ByteRange range) => Encoding.UTF8.GetString(range.Of(bytes));
}
