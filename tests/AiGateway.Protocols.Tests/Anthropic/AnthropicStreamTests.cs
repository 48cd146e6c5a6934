using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI;
using JsonValue = AiGateway.Protocols.Chat.JsonValue;

namespace AiGateway.Protocols.Tests.Anthropic;

/// <summary>Streams: Anthropic's oddities when reading, the strictest client when writing.</summary>
public sealed class AnthropicStreamTests
{
    private const string Start = """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":5,"cache_creation_input_tokens":2,"cache_read_input_tokens":3,"output_tokens":1}}   }


        """;

    private const string End = """
        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":9}}

        event: message_stop
        data: {"type":"message_stop"      }


        """;

    private static byte[] Stream(params string[] datas)
    {
        var builder = new StringBuilder(Start);
        foreach (var data in datas)
            builder.Append("event: ").Append(JsonNode.Parse(data)!["type"]!.GetValue<string>()).Append("\ndata: ").Append(data).Append("\n\n");
        return Encoding.UTF8.GetBytes(builder.Append(End).ToString());
    }

    private static List<ChatEvent> Steps(Dialect source, params ChatEvent[] events)
    {
        var chat = new ChatStream(source);
        var steps = new List<ChatEvent>();
        foreach (var one in events)
            chat.Push(one, steps);
        chat.Complete(steps);
        return steps;
    }

    /// <summary>Quirk 23: blanks inside the JSON, a ping in the middle, output tokens alone at the end.</summary>
    [Fact]
    public void PaddingPingsAndPartialUsage_ChangeNothing()
    {
        var (stream, _, encoded, isComplete) = Wire.Through(Stream(
            """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}      }""",
            """{"type": "ping"}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}    }""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo"}}""",
            """{"type":"tomorrow","x":1}""",
            """{"type":"content_block_stop","index":0  }"""));

        Assert.True(isComplete);
        Assert.Equal("Hello", ((TextPart)Assert.Single(stream.Response.Candidates[0].Parts)).Text);
        Assert.Equal(new Usage { InputTokens = 10, CachedInputTokens = 3, CacheWriteTokens = 2, OutputTokens = 9 }, stream.Response.Usage);
        Assert.Equal(FinishReason.Stop, stream.Response.Candidates[0].Finish);
        Assert.Equal("Hello", Wire.Gather(Wire.Data(encoded))["content"]![0]!["text"]!.GetValue<string>());
    }

    /// <summary>Quirk 23: the input grows, for server tools read more of it.</summary>
    [Fact]
    public void ALargerInputInTheEnd_CountsInsteadOfTheFirst()
    {
        var (stream, _, encoded, _) = Wire.Through(Encoding.UTF8.GetBytes(Start + """
            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"pause_turn","stop_sequence":null,"stop_details":null,"container":{"id":"c"}},"usage":{"input_tokens":500,"cache_read_input_tokens":30,"output_tokens":9,"server_tool_use":{"web_search_requests":4}}}

            event: message_stop
            data: {"type":"message_stop"}


            """));

        Assert.Equal(new Usage { InputTokens = 532, CachedInputTokens = 30, CacheWriteTokens = 2, OutputTokens = 9, WebSearches = 4 }, stream.Response.Usage);
        Assert.Equal(FinishReason.Pause, stream.Response.Candidates[0].Finish);
        Assert.Equal("c", Wire.Gather(Wire.Data(encoded))["container"]!["id"]!.GetValue<string>());
    }

    /// <summary>Quirk 24: a compaction comes as a block of its own, and its tokens in iterations alone.</summary>
    [Fact]
    public void ACompaction_IsKeptAndCounted()
    {
        var bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Stream(
            """{"type":"content_block_start","index":0,"content_block":{"type":"compaction","content":null}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta","content":"Summary."}}""",
            """{"type":"content_block_stop","index":0}"""))
            .Replace(""""usage":{"output_tokens":9}"""", """"usage":{"output_tokens":9,"iterations":[{"type":"compaction","input_tokens":100,"output_tokens":20,"cache_read_input_tokens":1000},{"type":"message","input_tokens":5,"output_tokens":9},{"type":"advisor_message","model":"x","input_tokens":7,"output_tokens":7}]}"""", StringComparison.Ordinal));

        var (stream, _, encoded, _) = Wire.Through(bytes);

        Assert.Equal("""{"type":"compaction","content":"Summary."}""", Assert.IsType<OpaquePart>(stream.Response.Candidates[0].Parts[0]).Value.ToString());
        Assert.Equal((1110, 1003, 29), (stream.Response.Usage!.InputTokens, stream.Response.Usage.CachedInputTokens, stream.Response.Usage.OutputTokens));
        Assert.Null(Wire.Difference(Wire.Gather(Wire.Data(bytes)), Wire.Gather(Wire.Data(encoded))));
    }

    [Fact]
    public void ThoughtsCallsAndServerTools_SurviveBothWays()
    {
        var bytes = Stream(
            """{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}""",
            """{"type":"content_block_stop","index":0}""",
            """{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"eHg="}}""",
            """{"type":"content_block_stop","index":1}""",
            """{"type":"content_block_start","index":2,"content_block":{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}}""",
            """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"que"}}""",
            """{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"ry\":\"q\"}"}}""",
            """{"type":"content_block_stop","index":2}""",
            """{"type":"content_block_start","index":3,"content_block":{"type":"text","text":"","citations":[]}}""",
            """{"type":"content_block_delta","index":3,"delta":{"type":"citations_delta","citation":{"type":"web_search_result_location","url":"https://a.example/","title":"A","encrypted_index":"e","cited_text":"c"}}}""",
            """{"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"so"}}""",
            """{"type":"content_block_stop","index":3}""",
            """{"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{},"caller":{"type":"direct"}}}""",
            """{"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":""}}""",
            """{"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"{\"a\": 1"}}""",
            """{"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"}"}}""",
            """{"type":"content_block_stop","index":4}""");

        var (stream, _, encoded, _) = Wire.Through(bytes);

        var parts = stream.Response.Candidates[0].Parts;
        Assert.Equal(("hm", "c2ln"), (((ThinkingPart)parts[0]).Text, parts[0].Signature));
        Assert.Equal("eHg=", ((ThinkingPart)parts[1]).Encrypted);
        Assert.Equal("""{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"q"}}""", ((OpaquePart)parts[2]).Value.ToString());
        Assert.Equal("https://a.example/", ((TextPart)parts[3]).Citations![0].Url);
        Assert.Equal("""{"a": 1}""", ((ToolCallPart)parts[4]).Arguments);
        Assert.Null(Wire.Difference(Wire.Gather(Wire.Data(bytes)), Wire.Gather(Wire.Data(encoded))));
    }

    [Fact]
    public void ACallOfTheAnswersTool_StreamsAsText()
    {
        var bytes = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Stream(
            $$$$"""{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"toolu_1","name":"{{{{AnthropicCodec.AnswerTool}}}}","input":{}}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"1}"}}""",
            """{"type":"content_block_stop","index":0}""")).Replace("end_turn", "tool_use", StringComparison.Ordinal));

        var (stream, steps, _, _) = Wire.Through(bytes);

        Assert.Equal("""{"a":1}""", ((TextPart)stream.Response.Candidates[0].Parts[0]).Text);
        Assert.Equal(FinishReason.Stop, stream.Response.Candidates[0].Finish);
        Assert.DoesNotContain(steps, static step => step.PartKind == ChatPartKind.ToolCall);
    }

    [Fact]
    public void AnErrorInTheMiddle_EndsTheStream()
    {
        var bytes = Encoding.UTF8.GetBytes(Start + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n");

        var (stream, steps, encoded, isComplete) = Wire.Through(bytes);

        Assert.False(isComplete);
        Assert.True(stream.IsEnded);
        Assert.Equal(ProviderErrorKind.Overloaded, steps[^1].Error!.Kind);
        Assert.EndsWith("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n", Encoding.UTF8.GetString(encoded), StringComparison.Ordinal);
    }

    [Fact]
    public void SourcesNamedBeforeAWordIsSaid_WaitForTheText()
    {
        var steps = Steps(
            Dialect.OpenAIChat,
            new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Text, Citation = new ChatCitation { Url = "https://a.example/" } },
            new ChatEvent(ChatEventKind.PartDelta) { PartKind = ChatPartKind.Text, Text = "So" });

        var text = Assert.Single(Wire.Gather(Wire.Data(Wire.Encode(steps)))["content"]!.AsArray())!;
        Assert.Equal("So", text["text"]!.GetValue<string>());
        Assert.Equal("https://a.example/", text["citations"]![0]!["url"]!.GetValue<string>());
    }

    [Fact]
    public void AForeignStream_IsAMessageToTheStrictestClient()
    {
        var steps = Steps(
            Dialect.Gemini,
            new ChatEvent(ChatEventKind.Start) { Id = "g1", Name = "gemini" },
            new ChatEvent(ChatEventKind.PartDelta) { Part = 9, PartKind = ChatPartKind.Thinking, Text = "hm", Signature = "foreign" },
            new ChatEvent(ChatEventKind.PartStart) { Part = 0, PartKind = ChatPartKind.Text },
            new ChatEvent(ChatEventKind.PartEnd) { Part = 0, PartKind = ChatPartKind.Text },
            new ChatEvent(ChatEventKind.PartDelta) { Part = 1, PartKind = ChatPartKind.Text, Text = "So", Citation = new ChatCitation { Url = "https://a.example/" } },
            new ChatEvent(ChatEventKind.PartDelta) { Candidate = 1, PartKind = ChatPartKind.Text, Text = "second" },
            new ChatEvent(ChatEventKind.PartStart) { Part = 2, PartKind = ChatPartKind.Opaque, Data = new OpaquePart(Dialect.Gemini, "executableCode", JsonValue.Parse("{}")) },
            new ChatEvent(ChatEventKind.PartStart) { Part = 3, PartKind = ChatPartKind.Media, Data = new MediaPart(MediaKind.Image) { Base64 = "AAAA" } },
            new ChatEvent(ChatEventKind.PartStart) { Part = 4, PartKind = ChatPartKind.ToolCall, Name = "f" },
            new ChatEvent(ChatEventKind.PartDelta) { Part = 4, PartKind = ChatPartKind.ToolCall, Text = "{\"a\":\"\U0001F600" },
            new ChatEvent(ChatEventKind.PartDelta) { Part = 4, PartKind = ChatPartKind.ToolCall, Text = "\"}" },
            new ChatEvent(ChatEventKind.Finish) { Finish = FinishReason.Stop, Text = "STOP" },
            new ChatEvent(ChatEventKind.Usage) { Usage = new Usage { InputTokens = 10, CachedInputTokens = 4, OutputTokens = 3, ReasoningTokens = 1 } });

        var events = Wire.Data(Wire.Encode(steps));

        Assert.Equal(
            ["message_start", "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop", "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop",
                "content_block_start", "content_block_delta", "content_block_delta", "content_block_stop", "message_delta", "message_stop"],
            events.Select(static one => one["type"]!.GetValue<string>()));
        var message = Wire.Gather(events);
        Assert.Equal("msg_g1", message["id"]!.GetValue<string>());
        Assert.StartsWith("aigw1.Gemini.sig.", message["content"]![0]!["signature"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("https://a.example/", message["content"]![1]!["citations"]![0]!["url"]!.GetValue<string>());
        Assert.Equal("\U0001F600", message["content"]![2]!["input"]!["a"]!.GetValue<string>());
        Assert.Equal("tool_use", message["stop_reason"]!.GetValue<string>());
        Assert.Equal((6, 4, 3), (message["usage"]!["input_tokens"]!.GetValue<int>(), message["usage"]!["cache_read_input_tokens"]!.GetValue<int>(), message["usage"]!["output_tokens"]!.GetValue<int>()));
    }

    [Theory]
    [InlineData("""{"input":"say \"hi\"\n\u003Cnow>"}""", "say \"h", "i\"\n", "<now>")]
    [InlineData("""{"input":"[1,2]"}""", "", "[1", ",2]")]
    [InlineData("""{"input":"null"}""", "null")]
    [InlineData("""{"a":1}""", " \n", "{\"a\"", ":1}")]
    public void AForeignCallsArguments_AreAnObjectToClientsThatParseThem(string expected, params string[] pieces)
    {
        var steps = Steps(
            Dialect.OpenAIChat,
            [
                new ChatEvent(ChatEventKind.PartStart) { Part = 0, PartKind = ChatPartKind.ToolCall, Id = "call_1", Name = "f" },
                .. pieces.Select(static piece => new ChatEvent(ChatEventKind.PartDelta) { Part = 0, PartKind = ChatPartKind.ToolCall, Text = piece }),
                new ChatEvent(ChatEventKind.PartEnd) { Part = 0, PartKind = ChatPartKind.ToolCall },
                new ChatEvent(ChatEventKind.PartStart) { Part = 1, PartKind = ChatPartKind.ToolCall, Id = "call_2", Name = "none" },
                new ChatEvent(ChatEventKind.PartEnd) { Part = 1, PartKind = ChatPartKind.ToolCall },
            ]);

        var content = Wire.Gather(Wire.Data(Wire.Encode(steps)))["content"]!.AsArray();

        Assert.Null(Wire.Difference(JsonNode.Parse(expected), content[0]!["input"]));
        Assert.Empty(content[1]!["input"]!.AsObject());
    }

    [Fact]
    public void AnErrorBeforeAnything_IsAnErrorEvent()
    {
        var text = Encoding.UTF8.GetString(Wire.Encode([new ChatEvent(ChatEventKind.Error) { Error = new ProviderError("gone", null, null, null, ProviderErrorKind.Overloaded) }]));

        Assert.Equal("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"gone\"}}\n\n", text);
    }

    [Fact]
    public void BedrocksFrames_CarryTheSameEvents()
    {
        // Quirk 18: a stream may end without invocation metrics; padding stands beside the bytes.
        var decoder = AnthropicCodec.Bedrock.CreateDecoder();
        var chat = new ChatStream(Dialect.Anthropic);
        var steps = new List<ChatEvent>();
        foreach (var one in Wire.Data(Stream(
            """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}""",
            """{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}""",
            """{"type":"content_block_stop","index":0}""")))
        {
            var decoded = new List<ChatEvent>();
            decoder.Decode(Frame("chunk", $$"""{"bytes":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(one.ToJsonString()))}}","p":"abcdef"}"""), decoded);
            foreach (var step in decoded)
                chat.Push(step, steps);
        }
        Assert.True(decoder.IsComplete);
        chat.Complete(steps);
        Assert.Equal("Hi", ((TextPart)chat.Response.Candidates[0].Parts[0]).Text);

        // And back into frames that read the same.
        var frames = Wire.Encode(steps, AnthropicCodec.Bedrock).AsSpan();
        var again = AnthropicCodec.Bedrock.CreateDecoder();
        var second = new List<ChatEvent>();
        while (!frames.IsEmpty)
        {
            var end = AwsEventStream.FindFrameEnd(frames);
            again.Decode(frames[..end], second);
            frames = frames[end..];
        }
        Assert.True(again.IsComplete);
        Assert.Contains(second, static step => step.Text == "Hi");
    }

    [Fact]
    public void BedrocksException_IsAnError()
    {
        var output = new ArrayBufferWriter<byte>();
        AwsEventStream.WriteException(output, "throttlingException"u8, """{"message":"Too many tokens, please wait."}"""u8);
        var steps = new List<ChatEvent>();

        AnthropicCodec.Bedrock.CreateDecoder().Decode(output.WrittenSpan, steps);

        var error = Assert.Single(steps).Error!;
        Assert.Equal("throttlingException", error.Type);
        Assert.Equal("Too many tokens, please wait.", error.Message);
    }

    [Theory]
    [InlineData("data: {\n\n")]
    [InlineData("data: []\n\n")]
    [InlineData("data: {\"type\":\"message_start\"}\n\n")]
    [InlineData("data: {\"type\":\"content_block_start\",\"index\":0}\n\n")]
    [InlineData("data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":5}}\n\n")]
    [InlineData("data: {\"type\":\"message_stop\"} x\n\n")]
    public void WhatIsNoEvent_IsRefused(string bytes) => Assert.Throws<ChatFormatException>(() => Wire.Codec.CreateDecoder().Decode(Encoding.UTF8.GetBytes(bytes), []));

    [Theory]
    [InlineData(": keep-alive\n\n")]
    [InlineData("data: [DONE]\n\n")]
    [InlineData("event: ping\ndata: {\"type\":\"ping\"}\n\n")]
    [InlineData("\n")]
    public void WhatMeansNothing_GivesNoStep(string bytes)
    {
        var steps = new List<ChatEvent>();
        Wire.Codec.CreateDecoder().Decode(Encoding.UTF8.GetBytes(bytes), steps);
        Assert.Empty(steps);
    }

    private static byte[] Frame(string type, string payload)
    {
        var output = new ArrayBufferWriter<byte>();
        AwsEventStream.WriteEvent(output, Encoding.ASCII.GetBytes(type), Encoding.UTF8.GetBytes(payload));
        return output.WrittenSpan.ToArray();
    }
}
