using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;
using AiGateway.Protocols.OpenAI.Responses;

namespace AiGateway.Protocols.Tests.OpenAI.Responses;

public sealed class ResponsesStreamTests
{
    private const string Created = """{"type":"response.created","response":{"id":"resp_1","model":"m","created_at":3,"status":"in_progress","output":[]}}""";

    [Fact]
    public void WholeItemsWithoutDeltas_AreRead()
    {
        var stream = Codec.Sse(
            Created,
            """{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{\"a\":1}"}}""",
            """{"type":"response.output_item.done","output_index":1,"item":{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Hi","annotations":[{"type":"url_citation","url":"https://x"}]}]}}""",
            """{"type":"response.completed","response":{"status":"completed","output":[],"usage":{"input_tokens":1,"output_tokens":2}}}""",
            "[DONE]");

        var response = Codec.Decode(stream, out _, out var isComplete);

        Assert.True(isComplete);
        Assert.Equal(("resp_1", "m", 3L), (response.Id, response.Model, response.Created!.Value));
        Assert.Equal("{\"a\":1}", Assert.IsType<ToolCallPart>(response.Candidates[0].Parts[0]).Arguments);
        Assert.Equal("https://x", Assert.Single(Assert.IsType<TextPart>(response.Candidates[0].Parts[1]).Citations!).Url);
        Assert.Equal(FinishReason.ToolCalls, response.Candidates[0].Finish);
        Assert.Equal(new Usage { InputTokens = 1, OutputTokens = 2 }, response.Usage);
    }

    [Fact]
    public void FinalObjectAlone_IsAnAnswer()
    {
        var response = Codec.Decode(
            Codec.Sse("""{"type":"response.incomplete","response":{"id":"resp_1","status":"incomplete","incomplete_details":{"reason":"content_filter"},"output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi"}]}]}}"""),
            out _,
            out var isComplete);

        Assert.True(isComplete);
        Assert.Equal("Hi", Assert.IsType<TextPart>(Assert.Single(response.Candidates[0].Parts)).Text);
        Assert.Equal(FinishReason.ContentFilter, response.Candidates[0].Finish);
    }

    [Fact]
    public void OpenRoutersStream_HasNoEventNamesAndOtherIdsAtTheEnd()
    {
        var stream = Encoding.UTF8.GetBytes(": OPENROUTER PROCESSING\n\n").Concat(Codec.Sse(
            Created,
            """{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_tmp_1","summary":[]}}""",
            """{"type":"response.content_part.added","item_id":"rs_tmp_1","output_index":0,"content_index":0,"part":{"type":"reasoning_text","text":""}}""",
            """{"type":"response.reasoning_text.delta","output_index":0,"item_id":"rs_tmp_1","content_index":0,"delta":"Hm."}""",
            """{"type":"response.output_item.added","output_index":1,"item":{"type":"message","status":"in_progress","content":[],"id":"msg_tmp_1","role":"assistant"}}""",
            """{"type":"response.output_text.delta","output_index":1,"item_id":"msg_tmp_1","content_index":0,"delta":"4"}""",
            """{"type":"response.output_item.done","output_index":1,"item":{"type":"message","id":"msg_tmp_1","role":"assistant","content":[{"type":"output_text","text":"4","annotations":[]}]}}""",
            """{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_tmp_2","summary":[],"content":[{"type":"reasoning_text","text":"Hm."}]}}""",
            """{"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[{"type":"reasoning","id":"rs_tmp_9","summary":[],"content":[{"type":"reasoning_text","text":"Hm."}]},{"type":"message","id":"msg_tmp_9","role":"assistant","content":[{"type":"output_text","text":"4"}]}]}}""",
            "[DONE]")).ToArray();

        var parts = Codec.Decode(stream, out _, out _).Candidates[0].Parts;

        Assert.Equal(2, parts.Count);
        Assert.Equal("Hm.", Assert.IsType<ThinkingPart>(parts[0]).Text);
        Assert.Equal("4", Assert.IsType<TextPart>(parts[1]).Text);
    }

    [Fact]
    public void MantlesStream_HasTheDataBeforeTheEventLine()
    {
        var decoder = ResponsesCodec.Instance.CreateDecoder();
        var steps = new List<ChatEvent>();

        decoder.Decode("data: {\"delta\":\"Hi\",\"output_index\":0,\"content_index\":0}\nevent: response.output_text.delta\n\n"u8, steps);
        decoder.Decode("data: {\"type\":\"response.output_text.delta\",\ndata: \"delta\":\" you\",\"output_index\":0}\n\n"u8, steps);

        Assert.Equal(["Hi", " you"], steps.Where(static s => s.Kind == ChatEventKind.PartDelta).Select(static s => s.Text));
    }

    [Fact]
    public void DeepSeeksIds_AreBareUuids()
    {
        const string id = "0b0c8c5e-6d7f-4f43-9d64-5c8f7f1b2a3d";
        var response = Codec.Response($$"""{"id":"{{id}}","status":"completed","output":[{"type":"function_call","id":"{{id}}","call_id":"call_00_x","name":"f","arguments":"{}","status":"completed"}]}""");

        Assert.Equal(id, Codec.Write(response).GetProperty("output")[0].GetProperty("id").GetString());
        Assert.Equal(id, Codec.Write(response).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("""{"type":"error","code":"rate_limit_exceeded","message":"Slow down.","param":null,"sequence_number":3}""", ProviderErrorKind.RateLimited, "Slow down.")]
    [InlineData("""{"type":"error","error":{"type":"server_error","message":"Oh."}}""", ProviderErrorKind.ServerError, "Oh.")]
    [InlineData("""{"error":{"code":500,"message":"Oh."}}""", ProviderErrorKind.ServerError, "Oh.")]
    [InlineData("""{"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"server_error","message":"Oh."},"usage":{"input_tokens":1,"output_tokens":0}}}""", ProviderErrorKind.ServerError, "Oh.")]
    public void ErrorInStream_IsTheLastStep(string data, ProviderErrorKind kind, string message)
    {
        Codec.Decode(Codec.Sse(Created, data), out var ordered, out var isComplete);

        Assert.True(isComplete);
        Assert.Equal(ChatEventKind.Error, ordered[^1].Kind);
        Assert.Equal((kind, message), (ordered[^1].Error!.Kind, ordered[^1].Error!.Message));
        var last = Codec.Events(Codec.Encode(ordered))[^1];
        Assert.Equal("error", last.GetProperty("type").GetString());
        Assert.Equal(message, last.GetProperty("message").GetString());
        Assert.Equal(JsonValueKind.Null, last.GetProperty("param").ValueKind);
    }

    [Fact]
    public void CutArguments_ComeOutWhole()
    {
        const string arguments = """{"city":"Zürich \"x\" \\ 😀"}""";
        for (var cut = 1; cut < arguments.Length; cut++)
        {
            var first = JsonSerializer.Serialize(arguments[..cut]);
            if (char.IsHighSurrogate(arguments[cut - 1]))
                continue;
            var stream = Codec.Sse(
                Created,
                """{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"","status":"in_progress"}}""",
                $$"""{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"fc_1","delta":{{first}}}""",
                $$"""{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"fc_1","delta":{{JsonSerializer.Serialize(arguments[cut..])}}}""",
                $$"""{"type":"response.function_call_arguments.done","output_index":0,"item_id":"fc_1","arguments":{{JsonSerializer.Serialize(arguments)}}}""",
                """{"type":"response.completed","response":{"status":"completed","output":[]}}""");

            var response = Codec.Decode(stream, out var ordered, out _);

            Assert.Equal(arguments, Assert.IsType<ToolCallPart>(Assert.Single(response.Candidates[0].Parts)).Arguments);
            var item = Codec.Events(Codec.Encode(ordered))[^1].GetProperty("response").GetProperty("output")[0];
            Assert.Equal(arguments, item.GetProperty("arguments").GetString());
            Assert.Equal("completed", item.GetProperty("status").GetString());
        }
    }

    [Fact]
    public void ForeignStream_BecomesTheEventsClientsExpect()
    {
        var response = new ChatResponse { Source = Dialect.Anthropic, Id = "msg_1", Model = "claude", Usage = new Usage { InputTokens = 1, OutputTokens = 2 } };
        var candidate = new ChatCandidate { Finish = FinishReason.ToolCalls };
        candidate.Parts.Add(new ThinkingPart { Text = "Hm.", Signature = "EqQB" });
        candidate.Parts.Add(new TextPart(""));
        candidate.Parts.Add(new TextPart("Hi") { Citations = [new ChatCitation { Url = "https://x" }] });
        candidate.Parts.Add(new OpaquePart(Dialect.Anthropic, "server_tool_use", JsonValue.Parse("{}")));
        candidate.Parts.Add(new TextPart("there"));
        candidate.Parts.Add(new ToolCallPart { Id = "toolu_1", Name = "f" });
        candidate.Parts.Add(new RefusalPart("No."));
        response.Candidates.Add(candidate);
        var steps = new List<ChatEvent>();
        ChatStream.Replay(response, steps);

        var events = Codec.Events(Codec.Encode(steps, Codec.Request("""{"model":"m","input":"Hi"}""")));

        Assert.Equal(
            [
                "response.created", "response.in_progress",
                "response.output_item.added", "response.reasoning_summary_part.added", "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done", "response.reasoning_summary_part.done", "response.output_item.done",
                "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.annotation.added", "response.output_text.done", "response.content_part.done",
                "response.content_part.added", "response.output_text.delta", "response.output_text.done", "response.content_part.done", "response.output_item.done",
                "response.output_item.added", "response.function_call_arguments.delta", "response.function_call_arguments.done", "response.output_item.done",
                "response.output_item.added", "response.content_part.added", "response.refusal.delta", "response.refusal.done", "response.content_part.done", "response.output_item.done",
                "response.completed",
            ],
            events.Select(static e => e.GetProperty("type").GetString()));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(static e => e.GetProperty("sequence_number").GetInt32()));
        var last = events[^1].GetProperty("response");
        Assert.Null(JsonDifference.Find(Codec.Write(response, Codec.Request("""{"model":"m","input":"Hi"}""")).GetProperty("output"), last.GetProperty("output")));
        Assert.Equal(3, last.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        foreach (var single in events.Where(static e => e.TryGetProperty("item_id", out _)))
            Assert.Equal(last.GetProperty("output")[single.GetProperty("output_index").GetInt32()].GetProperty("id").GetString(), single.GetProperty("item_id").GetString());
    }

    [Fact]
    public void WholeAnswerPlayedAsStream_SaysTheSame()
    {
        var response = Codec.Response("""
            {"id":"resp_1","status":"completed","model":"m","output":[
              {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"A."},{"type":"summary_text","text":"B."}],"encrypted_content":"gAAA"},
              {"type":"reasoning","id":"rs_2","summary":[],"content":[{"type":"reasoning_text","text":"C."}]},
              {"type":"message","id":"msg_1","role":"assistant","status":"completed","phase":"commentary","content":[{"type":"output_text","text":"Yes.","annotations":[],"logprobs":[]}]},
              {"type":"message","id":"msg_2","role":"assistant","status":"completed","content":[{"type":"refusal","refusal":"No."}]},
              {"type":"custom_tool_call","id":"ctc_1","call_id":"call_1","name":"f","input":"","status":"completed"},
              {"type":"web_search_call","id":"ws_1","status":"completed"}]}
            """);
        var steps = new List<ChatEvent>();
        ChatStream.Replay(response, steps);

        var last = Codec.Events(Codec.Encode(steps))[^1].GetProperty("response");

        Assert.Null(JsonDifference.Find(Codec.Write(response).GetProperty("output"), last.GetProperty("output")));
    }

    [Fact]
    public void SignatureOverACall_TravelsBehindIt()
    {
        var response = new ChatResponse { Source = Dialect.Gemini, Id = "x" };
        var candidate = new ChatCandidate { Finish = FinishReason.ToolCalls };
        candidate.Parts.Add(new ToolCallPart { Name = "f", Arguments = "{}", Signature = "CiQB" });
        candidate.Parts.Add(new ToolCallPart { Name = "g", Arguments = "{}" });
        response.Candidates.Add(candidate);
        var steps = new List<ChatEvent>();
        ChatStream.Replay(response, steps);

        var streamed = Codec.Events(Codec.Encode(steps))[^1].GetProperty("response").GetProperty("output");
        Assert.Null(JsonDifference.Find(Codec.Write(response).GetProperty("output"), streamed));
        var calls = Codec.Request($$"""{"input":{{streamed.GetRawText()}}}""").Messages[0].Parts;

        Assert.Equal(["CiQB", null], calls.Cast<ToolCallPart>().Select(static c => c.Signature));
        Assert.Equal(Dialect.Gemini, calls[0].SignedBy);
        Assert.NotEqual(((ToolCallPart)calls[0]).Id, ((ToolCallPart)calls[1]).Id);
    }

    [Theory]
    [InlineData(ChatPartKind.Text)]
    [InlineData(ChatPartKind.Thinking)]
    [InlineData(ChatPartKind.ToolCall)]
    public void ErrorInTheMiddle_LeavesWellFormedEvents(ChatPartKind kind)
    {
        var order = new ChatStream(Dialect.Cohere);
        var steps = new List<ChatEvent>();
        order.Push(new ChatEvent(ChatEventKind.PartStart) { PartKind = kind, Id = "c", Name = "f" }, steps);
        order.Push(new ChatEvent(ChatEventKind.PartDelta) { PartKind = kind, Text = "{\"a" }, steps);
        order.Push(new ChatEvent(ChatEventKind.Error), steps);

        var events = Codec.Events(Codec.Encode(steps));

        Assert.Equal("error", events[^1].GetProperty("type").GetString());
        Assert.Equal(events.Count - 1, events[^1].GetProperty("sequence_number").GetInt32());
    }

    [Fact]
    public void DamagedStreams_ThrowNothingButFormatExceptions()
    {
        var response = new ChatResponse { Source = Dialect.OpenAIResponses, Id = "resp_1" };
        var candidate = new ChatCandidate { Finish = FinishReason.ToolCalls };
        candidate.Parts.Add(new ThinkingPart { Text = "Hm.", Summaries = ["Hm."], Encrypted = "gAAA" });
        candidate.Parts.Add(new TextPart("Hi") { Citations = [new ChatCitation { Url = "https://x" }] });
        candidate.Parts.Add(new ToolCallPart { Id = "call_1", Name = "f", Arguments = "{}" });
        response.Candidates.Add(candidate);
        var steps = new List<ChatEvent>();
        ChatStream.Replay(response, steps);
        var stream = Codec.Encode(steps);
        var mutator = new Fuzzing.Mutator(7);
        for (var round = 0; round < 3000; round++)
        {
            try
            {
                Codec.Decode(mutator.Mutate(stream), out var ordered, out _);
                Codec.Events(Codec.Encode(ordered));
            }
            catch (ChatFormatException)
            {
                // The only one allowed.
            }
        }
    }

    [Theory]
    [InlineData(FinishReason.Length, "response.incomplete", "max_output_tokens")]
    [InlineData(FinishReason.ContentFilter, "response.incomplete", "content_filter")]
    [InlineData(FinishReason.Error, "response.failed", null)]
    [InlineData(FinishReason.StopSequence, "response.completed", null)]
    public void Finish_IsTheLastEvent(FinishReason finish, string type, string? reason)
    {
        var response = new ChatResponse { Source = Dialect.OpenAIChat, Id = "x" };
        response.Candidates.Add(new ChatCandidate { Finish = finish });
        var steps = new List<ChatEvent>();
        ChatStream.Replay(response, steps);

        var last = Codec.Events(Codec.Encode(steps))[^1];

        Assert.Equal(type, last.GetProperty("type").GetString());
        Assert.Equal(reason, last.GetProperty("response").GetProperty("incomplete_details") is { ValueKind: JsonValueKind.Object } details ? details.GetProperty("reason").GetString() : null);
    }
}
