using System.Text;
using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Cohere;
using AiGateway.Protocols.Ollama;
using AiGateway.Protocols.OpenAI;
using AiGateway.Protocols.Tests.Fuzzing;

namespace AiGateway.Protocols.Tests.Cohere;

public sealed class CohereCodecTests
{
    private const string OwnRequest = """
        {"model":"command-x","stream":true,"messages":[
          {"role":"system","content":"Be short."},
          {"role":"user","content":[{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw==","detail":"low"}},{"type":"image_url","image_url":{"url":"https://h/x.png"}}]},
          {"role":"assistant","tool_plan":"Look it up.","tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},
          {"role":"tool","tool_call_id":"c1","content":[{"type":"document","document":{"id":"d","data":{"temp":"20"}}}]},
          {"role":"assistant","content":[{"type":"thinking","thinking":"Hm"},{"type":"text","text":"20 degrees"}],
           "citations":[{"start":0,"end":2,"text":"20","content_index":1,"sources":[{"type":"tool","id":"c1:0","tool_output":{"temp":"20"}}],"type":"TEXT_CONTENT"},
                        {"start":0,"end":1,"text":"L","sources":[],"type":"PLAN"}]},
          {"role":"user","content":"More"}],
         "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}],"strict_tools":true,"tool_choice":"REQUIRED",
         "documents":["one",{"id":"2","data":{"k":"v"}}],"citation_options":{"mode":"FAST"},"safety_mode":"STRICT","response_format":{"type":"text"},
         "max_tokens":10,"temperature":1.5,"p":0.5,"k":7,"seed":3,"frequency_penalty":0.1,"presence_penalty":0.2,"stop_sequences":["x"],"logprobs":true,
         "thinking":{"type":"enabled","token_budget":99},"priority":2,"something_new":{"a":[1]}}
        """;

    private const string OwnAnswer = """
        {"id":"i","finish_reason":"COMPLETE","message":{"role":"assistant","content":[{"type":"thinking","thinking":"T"},{"type":"text","text":"Hi you"}],
          "citations":[{"start":0,"end":2,"text":"Hi","content_index":1,"sources":[{"type":"document","id":"d1","document":{"title":"Greetings","url":"https://h/d"}}],"type":"TEXT_CONTENT"}],"new":1},
         "logprobs":[{"text":"Hi you","token_ids":[5,6],"logprobs":[-0.5,-0.25]}],
         "usage":{"billed_units":{"input_tokens":5,"output_tokens":2},"tokens":{"input_tokens":90,"output_tokens":3},"cached_tokens":80}}
        """;

    private static readonly CohereCodec Codec = CohereCodec.Instance;

    [Fact]
    public void OwnRequest_ComesBackWhole()
    {
        var translation = new Translation();
        var request = Codec.ReadRequest(Encoding.UTF8.GetBytes(OwnRequest));
        var written = CodecRun.Request(Codec, request, translation);

        Assert.True(RecordedFile.AreSame(Encoding.UTF8.GetBytes(OwnRequest), written), Encoding.UTF8.GetString(written));
        Assert.Empty(translation.Losses);
        Assert.Equal("iVBORw==", request.Messages[1].Parts.OfType<MediaPart>().First().Base64);
        Assert.Equal("Look it up.", request.Messages[2].Parts.OfType<ThinkingPart>().Single().Text);
        Assert.Equal("20", request.Messages[4].Parts.OfType<TextPart>().Single().Citations!.Single().Text);
    }

    [Fact]
    public void OwnAnswer_ComesBackWhole()
    {
        var response = Codec.ReadResponse(Encoding.UTF8.GetBytes(OwnAnswer));
        var written = CodecRun.Response(Codec, response);

        Assert.True(RecordedFile.AreSame(Encoding.UTF8.GetBytes(OwnAnswer), written), Encoding.UTF8.GetString(written));
        Assert.Equal(new Usage { InputTokens = 5, OutputTokens = 2, CachedInputTokens = 5 }, response.Usage);
        var citation = response.Candidates[0].Parts.OfType<TextPart>().Single().Citations!.Single();
        Assert.Equal(("https://h/d", "Greetings", 0, 2), (citation.Url, citation.Title, citation.Start, citation.End));
        Assert.Equal(-0.75, response.Candidates[0].Logprobs!.Single().Logprob);
    }

    [Fact]
    public void ForeignRequest_IsSaidInCoheresTerms()
    {
        var request = ForeignRequest();
        var translation = new Translation { Model = "command-y" };
        using var written = JsonDocument.Parse(CodecRun.Request(Codec, request, translation));
        var root = written.RootElement;
        var messages = root.GetProperty("messages");

        Assert.Equal("command-y", root.GetProperty("model").GetString());
        Assert.Equal(
            ["system", "user", "assistant", "tool", "tool", "user"],
            messages.EnumerateArray().Select(m => m.GetProperty("role").GetString()));
        Assert.Equal("Look\nI look", messages[2].GetProperty("tool_plan").GetString());
        Assert.False(messages[2].TryGetProperty("content", out _));
        Assert.Equal("{\"t\":20}", messages[4].GetProperty("content").GetString());
        Assert.Equal("REQUIRED", root.GetProperty("tool_choice").GetString());
        Assert.Equal("f", root.GetProperty("tools").EnumerateArray().Single().GetProperty("function").GetProperty("name").GetString());
        Assert.Equal(1, root.GetProperty("temperature").GetDouble());
        Assert.Equal(0.99, root.GetProperty("p").GetDouble());
        Assert.Equal(0, root.GetProperty("presence_penalty").GetDouble());
        Assert.Equal(5, root.GetProperty("stop_sequences").GetArrayLength());
        Assert.Equal(1024, root.GetProperty("thinking").GetProperty("token_budget").GetInt64());
        Assert.Equal("words", root.GetProperty("documents")[0].GetProperty("data").GetProperty("text").GetString());
        Assert.DoesNotContain("SIGNED", root.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(
            ["logit_bias", "messages[1].content[1]", "messages[1].content[2]", "n", "presence_penalty", "reasoning_effort", "stop[5]", "temperature", "tool_choice", "tools[2]", "top_p", "user"],
            translation.Losses.Select(l => l.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SchemaTogetherWithTools_IsAnInstruction()
    {
        var request = new ChatRequest { Source = Dialect.OpenAIChat, Format = new ChatFormat(ChatFormatKind.JsonSchema) { Schema = JsonValue.Parse("""{"type":"object"}""") } };
        request.Messages.Add(Message(ChatRole.User, new TextPart("Hi")));
        using (var alone = JsonDocument.Parse(CodecRun.Request(Codec, request)))
            Assert.Equal("object", alone.RootElement.GetProperty("response_format").GetProperty("json_schema").GetProperty("type").GetString());

        request.Tools.Add(new ChatTool { Name = "f" });
        var translation = new Translation();
        using var both = JsonDocument.Parse(CodecRun.Request(Codec, request, translation));
        Assert.False(both.RootElement.TryGetProperty("response_format", out _));
        Assert.Contains("\"type\":\"object\"", both.RootElement.GetProperty("messages")[0].GetProperty("content").GetString(), StringComparison.Ordinal);
        Assert.Contains(translation.Losses, l => l is { Path: "response_format", IsDropped: false });
    }

    [Fact]
    public void CallsWithoutIds_GetThemTogetherWithTheirResults()
    {
        var request = new ChatRequest { Source = Dialect.Gemini };
        request.Messages.Add(Message(ChatRole.Assistant, new ToolCallPart { Name = "f" }, new ToolCallPart { Name = "g" }));
        request.Messages.Add(Message(ChatRole.User, new ToolResultPart { Name = "g" }, new ToolResultPart { Name = "f" }));
        request.Messages.Add(Message(ChatRole.Assistant, new ToolCallPart { Name = "f" }));
        request.Messages.Add(Message(ChatRole.Tool, new ToolResultPart()));
        using var written = JsonDocument.Parse(CodecRun.Request(Codec, request));
        var messages = written.RootElement.GetProperty("messages");

        Assert.Equal(["call_1", "call_2"], messages[0].GetProperty("tool_calls").EnumerateArray().Select(c => c.GetProperty("id").GetString()));
        Assert.Equal("call_2", messages[1].GetProperty("tool_call_id").GetString());
        Assert.Equal("call_1", messages[2].GetProperty("tool_call_id").GetString());
        Assert.Equal("call_3", messages[4].GetProperty("tool_call_id").GetString());
    }

    [Fact]
    public void Quirk30_PlanCallsAsObjectAndDoneBehindTheEnd_AreUnderstood()
    {
        var (stream, steps, isComplete) = CodecRun.Decode(Codec, OwnStream);
        var candidate = stream.Response.Candidates.Single();

        Assert.True(isComplete);
        Assert.Equal("Plan it", candidate.Parts.OfType<ThinkingPart>().Single().Text);
        Assert.Equal("Words", candidate.Parts.OfType<TextPart>().Single().Text);
        Assert.Equal([("a1", "f", "{\"x\": 1}"), ("a2", "g", "{}")], candidate.Parts.OfType<ToolCallPart>().Select(c => (c.Id, c.Name, c.Arguments)));
        Assert.Equal(FinishReason.ToolCalls, candidate.Finish);
        Assert.Equal(new Usage { InputTokens = 7, OutputTokens = 3 }, stream.Response.Usage);
        Assert.Equal(ChatEventKind.End, steps[^1].Kind);
    }

    [Fact]
    public void CitationBehindTheContentsEnd_BelongsToTheText()
    {
        var (stream, steps, _) = CodecRun.Decode(Codec, OwnStream);
        var citation = stream.Response.Candidates[0].Parts.OfType<TextPart>().Single().Citations!.Single();

        Assert.Equal((0, 5, "doc:1"), (citation.Start, citation.End, citation.Title));
        var again = CodecRun.Encode(Codec, steps);
        Assert.Contains("event: citation-start", Encoding.UTF8.GetString(again), StringComparison.Ordinal);
        Assert.Equal(CodecRun.Summary(stream.Response), CodecRun.Summary(CodecRun.Decode(Codec, again).Stream.Response));
    }

    [Theory]
    [InlineData("""{"type":"message-end","delta":{"error":"broken","finish_reason":"ERROR"}}""")]
    [InlineData("""{"message":"broken"}""")]
    public void ErrorInTheStream_IsAnError(string data)
    {
        var (stream, steps, isComplete) = CodecRun.Decode(Codec, Encoding.UTF8.GetBytes("data: {\"type\":\"message-start\",\"id\":\"i\"}\n\ndata: " + data + "\n\n"));

        Assert.False(isComplete);
        Assert.True(stream.IsEnded);
        Assert.Equal("broken", steps[^1].Error?.Message);
    }

    [Theory]
    [InlineData(Dialect.Cohere)]
    [InlineData(Dialect.Ollama)]
    public void ForeignAnswerOfEverything_IsWellFormed(Dialect dialect)
    {
        ChatCodec codec = dialect == Dialect.Cohere ? Codec : OllamaCodec.Instance;
        var response = new ChatResponse { Source = Dialect.Anthropic, Id = "i", Model = "m", Created = 5, Usage = new Usage { InputTokens = 4, CachedInputTokens = 2, OutputTokens = 3, ReasoningTokens = 1 } };
        var candidate = new ChatCandidate { Finish = FinishReason.ToolCalls, NativeFinish = "tool_use" };
        candidate.Parts.Add(new ThinkingPart { Text = "Hm", Signature = "SIGNED", Encrypted = "HIDDEN" });
        candidate.Parts.Add(new TextPart("Say \"hi\"\n😀") { Citations = [new ChatCitation { Url = "https://h/", Title = "T", Text = "hi", Start = 0, End = 2, Native = JsonValue.Parse("{\"type\":\"x\"}") }] });
        candidate.Parts.Add(new OpaquePart(Dialect.Anthropic, "server_tool_use", JsonValue.Parse("{}")));
        candidate.Parts.Add(new MediaPart(MediaKind.Image) { Base64 = "AAAA" });
        candidate.Parts.Add(new RefusalPart("No."));
        candidate.Parts.Add(new ToolCallPart { Name = "f", Arguments = "{\"a\":" });
        candidate.Parts.Add(new ToolCallPart { Id = "c2", Name = "g", Arguments = "" });
        response.Candidates.Add(candidate);
        response.Candidates.Add(new ChatCandidate { Index = 1, Finish = FinishReason.Stop });
        var steps = new List<ChatEvent>();
        ChatStream.Replay(response, steps);

        var written = CodecRun.Encode(codec, steps);
        var streamed = CodecRun.Decode(codec, written);
        var whole = codec.ReadResponse(CodecRun.Response(codec, response));

        Assert.True(streamed.IsComplete);
        foreach (var read in new[] { streamed.Stream.Response, whole })
        {
            var only = read.Candidates.Single();
            Assert.Equal("Say \"hi\"\n😀No.", string.Concat(only.Parts.OfType<TextPart>().Select(t => t.Text)));
            Assert.Equal("Hm", only.Parts.OfType<ThinkingPart>().Single().Text);
            Assert.Equal(["f", "g"], only.Parts.OfType<ToolCallPart>().Select(c => c.Name));
            Assert.Equal(FinishReason.ToolCalls, only.Finish);
            Assert.Equal((4, 3), (read.Usage?.InputTokens, read.Usage?.OutputTokens));
        }
        Assert.DoesNotContain("SIGNED", Encoding.UTF8.GetString(written), StringComparison.Ordinal);
        Assert.DoesNotContain("HIDDEN", Encoding.UTF8.GetString(written), StringComparison.Ordinal);
    }

    [Fact]
    public void ErrorToTheClient_ClosesWhatIsOpen()
    {
        var written = Encoding.UTF8.GetString(CodecRun.Encode(Codec,
        [
            new ChatEvent(ChatEventKind.Start) { Id = "i" },
            new ChatEvent(ChatEventKind.PartStart) { PartKind = ChatPartKind.Text },
            new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Text, Text = "H" },
            new ChatEvent(ChatEventKind.Error) { Error = new ProviderError("gone", null, null, null, ProviderErrorKind.ServerError) },
        ]));

        Assert.EndsWith(
            "event: content-end\ndata: {\"type\":\"content-end\",\"index\":0}\n\nevent: message-end\ndata: {\"type\":\"message-end\",\"delta\":{\"error\":\"gone\",\"finish_reason\":\"ERROR\"}}\n\ndata: [DONE]\n\n",
            written,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Quirk36_ErrorOfIdAndMessage_KeepsItsWords()
    {
        var error = Codec.ReadError(404, """{"id":"1-2","message":"model 'm' not found, make sure the correct model ID was used"}"""u8);

        Assert.StartsWith("model 'm' not found", error.Message, StringComparison.Ordinal);
        Assert.Equal(ProviderErrorKind.ModelNotFound, error.Kind);
    }

    [Theory]
    [InlineData("COMPLETE", FinishReason.Stop)]
    [InlineData("STOP_SEQUENCE", FinishReason.StopSequence)]
    [InlineData("MAX_TOKENS", FinishReason.Length)]
    [InlineData("TOOL_CALL", FinishReason.ToolCalls)]
    [InlineData("ERROR", FinishReason.Error)]
    [InlineData("TIMEOUT", FinishReason.Error)]
    public void FinishReasons_AreTold(string word, FinishReason expected)
    {
        var response = Codec.ReadResponse(Encoding.UTF8.GetBytes($$$"""{"id":"i","message":{"content":[{"type":"text","text":"a"}]},"finish_reason":"{{{word}}}"}"""));

        Assert.Equal(expected, response.Candidates[0].Finish);
        Assert.Contains(word, Encoding.UTF8.GetString(CodecRun.Response(Codec, response)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"m"}""", "messages")]
    [InlineData("""{"messages":[{"role":"robot","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","text":1}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"messages":[],"temperature":"hot"}""", "temperature")]
    [InlineData("[]", null)]
    [InlineData("{", null)]
    public void WrongRequest_IsRefusedWithItsPath(string body, string? path)
    {
        var exception = Assert.Throws<ChatFormatException>(() => Codec.ReadRequest(Encoding.UTF8.GetBytes(body)));
        Assert.Equal(path, exception.Path);
    }

    [Fact]
    public void DamagedBytes_ThrowNothingElse()
    {
        var mutator = new Mutator(7);
        for (var round = 0; round < 4000; round++)
        {
            ReadAll(Codec, mutator.Mutate(Encoding.UTF8.GetBytes(OwnRequest)), mutator.Mutate(Encoding.UTF8.GetBytes(OwnAnswer)));
            ReadAll(Codec, mutator.Mutate(Encoding.UTF8.GetBytes(OwnRequest)), mutator.Mutate(OwnStream));
        }
    }

    [Fact]
    public void StreamedEvent_AllocatesLittle()
    {
        var data = "event: content-delta\ndata: {\"type\":\"content-delta\",\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":\" word\"}}}}\n\n"u8.ToArray();
        Assert.InRange(StreamCost.PerEvent(Codec, data), 0, 1024);
    }

    /// <summary>Reads damaged bytes in every way there is, and writes what could be read.</summary>
    internal static void ReadAll(ChatCodec codec, byte[] request, byte[] response)
    {
        Try(() => CodecRun.Request(codec, codec.ReadRequest(request)));
        Try(() => CodecRun.Response(codec, codec.ReadResponse(response)));
        Try(() => CodecRun.Encode(codec, CodecRun.Decode(codec, response).Steps));

        static void Try(Action action)
        {
            try
            {
                action();
            }
            catch (ChatFormatException)
            {
            }
        }
    }

    internal static ChatMessage Message(ChatRole role, params ChatPart[] parts)
    {
        var message = new ChatMessage { Role = role };
        message.Parts.AddRange(parts);
        return message;
    }

    /// <summary>A conversation as an Anthropic client has it, with all that Cohere lacks.</summary>
    internal static ChatRequest ForeignRequest()
    {
        var first = new ToolResultPart { CallId = "c1" };
        first.Content.Add(new TextPart("sunny"));
        var request = new ChatRequest
        {
            Source = Dialect.OpenAIChat,
            Model = "x",
            Temperature = 1.7,
            TopP = 1,
            PresencePenalty = -1,
            Candidates = 2,
            User = "u",
            ToolChoice = new ChatToolChoice(ChatToolMode.Named, "f"),
            Reasoning = new ChatReasoning { Effort = "low" },
            Extensions = new JsonMembers().Add("logit_bias", JsonValue.Parse("{}")),
        };
        request.Stop.AddRange(["1", "2", "3", "4", "5", "6"]);
        request.Tools.Add(new ChatTool { Name = "f" });
        request.Tools.Add(new ChatTool { Name = "g" });
        request.Tools.Add(new ChatTool { Name = "web_search", Native = JsonValue.Parse("{}"), IsWebSearch = true });
        request.Messages.Add(Message(ChatRole.Developer, new TextPart("Be kind.")));
        request.Messages.Add(Message(ChatRole.User, new TextPart("Hi"), new MediaPart(MediaKind.Document) { Text = "words", Name = "n.txt" }, new MediaPart(MediaKind.Audio) { Base64 = "AAAA" }));
        request.Messages.Add(Message(ChatRole.Assistant, new ThinkingPart { Text = "Look", Signature = "SIGNED" }, new TextPart("I look"), new ToolCallPart { Id = "c1", Name = "f", Arguments = "{}" }, new ToolCallPart { Id = "c2", Name = "g", Arguments = "not json" }));
        request.Messages.Add(Message(ChatRole.User, first, new ToolResultPart { CallId = "c2", Json = JsonValue.Parse("{\"t\":20}") }, new TextPart("And?"), new TextPart("")));
        return request;
    }

    private static readonly byte[] OwnStream = Encoding.UTF8.GetBytes("""
        event: message-start
        data: {"id":"s1","type":"message-start","delta":{"message":{"role":"assistant"}}}

        : ping

        data: {"type":"tool-plan-delta","delta":{"message":{"tool_plan":"Plan"}}}

        data: {"type":"tool-plan-delta","delta":{"message":{"tool_plan":" it"}}}

        data: {"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}

        data: {"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Words"}}}}

        data: {"type":"content-end","index":0}

        data: {"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0,"end":5,"text":"Words","sources":[{"type":"document","id":"doc:1"}],"type":"TEXT_CONTENT"}}}}

        data: {"type":"citation-end","index":0}

        data: {"type":"tool-call-start","index":0,"delta":{"message":{"tool_calls":{"id":"a1","type":"function","function":{"name":"f","arguments":""}}}}}

        data: {"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\"x\""}}}}}

        data: {"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":": 1}"}}}}}

        data: {"type":"tool-call-end","index":0}

        data: {"type":"tool-call-start","index":1,"delta":{"message":{"tool_calls":{"id":"a2","type":"function","function":{"name":"g","arguments":"{}"}}}}}

        data: {"type":"tool-call-end","index":1}

        data: {"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{"billed_units":{"input_tokens":7,"output_tokens":3},"tokens":{"input_tokens":70,"output_tokens":9}}}}

        data: [DONE]


        """);
}
