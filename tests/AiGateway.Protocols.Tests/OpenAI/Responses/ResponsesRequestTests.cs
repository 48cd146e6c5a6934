using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Tests.OpenAI.Responses;

public sealed class ResponsesRequestTests
{
    private static readonly string[] DroppedSampling = ["frequency_penalty", "top_k", "seed", "stop", "n", "logit_bias"];

    [Fact]
    public void Conversation_IsOneTurnOfTheModelBetweenOthers()
    {
        var request = Codec.Request("""
            {"model":"gpt-5","instructions":"Be brief.","input":[
              {"role":"developer","content":"In English."},
              {"role":"user","content":[{"type":"input_text","text":"What is this?"},{"type":"input_image","image_url":"data:image/png;base64,iVBO","detail":"low"}]},
              {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"One."},{"type":"summary_text","text":"Two."}],"encrypted_content":"gAAA"},
              {"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"Let me look.","annotations":[]}]},
              {"type":"function_call","id":"fc_1","call_id":"call_1","name":"look","arguments":"{\"at\":1}","status":"completed"},
              {"type":"custom_tool_call","id":"ctc_1","call_id":"call_2","name":"shell","input":"ls"},
              {"type":"function_call_output","call_id":"call_1","output":"a cat"},
              {"type":"custom_tool_call_output","call_id":"call_2","output":[{"type":"input_text","text":"cat.png"}]},
              {"type":"item_reference","id":"msg_0"}]}
            """);

        Assert.Equal([ChatRole.System, ChatRole.Developer, ChatRole.User, ChatRole.Assistant, ChatRole.Tool, ChatRole.Tool, ChatRole.Assistant], request.Messages.Select(static m => m.Role));
        var turn = request.Messages[3].Parts;
        var thinking = Assert.IsType<ThinkingPart>(turn[0]);
        Assert.Equal(("One.\n\nTwo.", "gAAA", "rs_1"), (thinking.Text, thinking.Encrypted, thinking.Id));
        Assert.Equal("Let me look.", Assert.IsType<TextPart>(turn[1]).Text);
        Assert.Equal("call_1", Assert.IsType<ToolCallPart>(turn[2]).Id);
        Assert.True(Assert.IsType<ToolCallPart>(turn[3]).IsCustom);
        var image = Assert.IsType<MediaPart>(request.Messages[2].Parts[1]);
        Assert.Equal(("iVBO", "image/png", "low", null), (image.Base64, image.MediaType, image.Detail, image.Url));
        Assert.Equal("item_reference", Assert.IsType<OpaquePart>(request.Messages[6].Parts[0]).Type);
    }

    [Theory]
    [InlineData("""{"model":"m","input":"Hi"}""")]
    [InlineData("""{"model":"m","input":[]}""", """{"model":"m"}""")]
    [InlineData("""{"model":"m","prompt":{"id":"p"},"stream":false,"background":true,"truncation":"auto","include":["file_search_call.results"]}""")]
    [InlineData("""{"model":"m","input":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Ho"},{"type":"message","role":"user","content":[{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"},{"type":"input_file","file_url":"https://x/a.pdf"},{"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}},{"type":"input_new","x":1}]}]}""")]
    [InlineData("""{"model":"m","input":"Hi","text":{"format":{"type":"json_schema","name":"a","schema":{"type":"object"},"strict":true,"description":null},"verbosity":"low"},"reasoning":{"effort":"low","summary":null,"context":"all_turns"}}""")]
    [InlineData("""{"model":"m","input":"Hi","tools":[{"type":"function","name":"f","description":null,"parameters":{"type":"object"},"strict":true,"defer_loading":true},{"type":"custom","name":"c","format":{"type":"text"}},{"type":"mcp","server_label":"s"}],"tool_choice":{"type":"custom","name":"c"},"parallel_tool_calls":false}""")]
    [InlineData("""{"model":"m","input":"Hi","tools":[],"tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"}]}}""")]
    [InlineData("""{"model":"m","input":"Hi","tool_choice":{"type":"file_search"},"user":null,"store":false,"previous_response_id":"resp_1","metadata":{"a":"b"},"top_logprobs":3,"include":["message.output_text.logprobs"],"service_tier":"flex","max_output_tokens":5,"temperature":0.5,"top_p":0.9}""")]
    [InlineData("""{"model":"m","input":[{"type":"reasoning","id":"rs","summary":[],"content":[{"type":"reasoning_text","text":"Hm."}],"encrypted_content":null},{"type":"message","role":"assistant","id":"m","status":"completed","content":[{"type":"output_text","text":"","annotations":[],"logprobs":[]},{"type":"refusal","refusal":"No."}]},{"type":"message","role":"assistant","id":"n","status":"completed","phase":"final_answer","content":[{"type":"output_text","text":"b"}]},{"type":"mcp_approval_response","approval_request_id":"a","approve":true},{"type":"compaction","id":"c","encrypted_content":"x"},{"type":"function_call_output","call_id":"c","output":[{"type":"input_image","file_id":"f","detail":"auto"}]}]}""")]
    public void OwnRequest_LosesNothing(string body, string? expected = null)
    {
        var translation = new Translation();
        var written = Codec.Write(Codec.Request(body), translation);

        Assert.Null(JsonDifference.Find(System.Text.Json.JsonDocument.Parse(expected ?? body).RootElement, written));
        Assert.Empty(translation.Losses);
    }

    [Theory]
    [InlineData("[]", null)]
    [InlineData("{", null)]
    [InlineData("""{"input":1}""", "input")]
    [InlineData("""{"input":[1]}""", "input[0]")]
    [InlineData("""{"input":[{"content":"x"}]}""", "input[0]")]
    [InlineData("""{"input":[{"role":"tool","content":"x"}]}""", "input[0].role")]
    [InlineData("""{"temperature":"hot"}""", "temperature")]
    [InlineData("""{"tools":[{"name":"f"}]}""", "tools[0].type")]
    [InlineData("""{"input":"\ud800"}""", null)]
    public void BrokenRequest_IsRefusedWithItsPath(string body, string? path)
    {
        var exception = Assert.Throws<ChatFormatException>(() => Codec.Request(body));

        Assert.Equal(path, exception.Path);
    }

    [Fact]
    public void ChatRequest_BecomesInstructionsAndItems()
    {
        var request = new ChatRequest { Source = Dialect.OpenAIChat, Model = "gpt-4", MaxOutputTokens = 5, Candidates = 2, Seed = 1, TopK = 3, FrequencyPenalty = 1, Logprobs = true, TopLogprobs = 2 };
        request.Stop.Add("x");
        request.Extensions = new JsonMembers().Add("logit_bias", JsonValue.Parse("{}")).Add("prompt_cache_key", JsonValue.OfString("k"));
        request.Messages.Add(Message(ChatRole.System, new TextPart("Be brief.")));
        request.Messages.Add(Message(ChatRole.User, new TextPart("Weather?"), new TextPart("")));
        request.Messages.Add(Message(ChatRole.Assistant, new TextPart(""), new ToolCallPart { Name = "f" }, new ToolCallPart { Name = "f", Id = new string('x', 70), Arguments = "{}" }));
        var results = Message(ChatRole.User, new ToolResultPart { IsError = true }, new ToolResultPart { CallId = new string('x', 70), Json = JsonValue.Parse("""{"t":20}""") }, new TextPart("Well?"));
        ((ToolResultPart)results.Parts[0]).Content.Add(new TextPart("failed"));
        request.Messages.Add(results);
        request.Tools.Add(new ChatTool { Name = "f" });
        var translation = new Translation { Model = "gpt-4.1" };

        var written = Codec.Write(request, translation);

        Assert.Equal("Be brief.", written.GetProperty("instructions").GetString());
        Assert.Equal("gpt-4.1", written.GetProperty("model").GetString());
        Assert.Equal(16, written.GetProperty("max_output_tokens").GetInt32());
        Assert.False(written.GetProperty("store").GetBoolean());
        Assert.False(written.GetProperty("tools")[0].GetProperty("strict").GetBoolean());
        Assert.Equal("k", written.GetProperty("prompt_cache_key").GetString());
        Assert.Equal("message.output_text.logprobs", written.GetProperty("include")[0].GetString());
        var input = written.GetProperty("input").EnumerateArray().ToList();
        Assert.Equal(6, input.Count);
        Assert.Equal("call_0", input[1].GetProperty("call_id").GetString());
        Assert.Equal("{}", input[1].GetProperty("arguments").GetString());
        Assert.Equal("call_0", input[3].GetProperty("call_id").GetString());
        Assert.Equal(input[2].GetProperty("call_id").GetString(), input[4].GetProperty("call_id").GetString());
        Assert.True(input[2].GetProperty("call_id").GetString()!.Length <= 64);
        Assert.Equal("""{"t":20}""", input[4].GetProperty("output").GetString());
        Assert.Equal("Well?", input[5].GetProperty("content").GetString());
        var dropped = translation.Losses.Where(static l => l.IsDropped).Select(static l => l.Path).ToList();
        Assert.All(DroppedSampling, path => Assert.Contains(path, dropped));
        Assert.Contains("messages[3].content[0].is_error", dropped);
    }

    [Fact]
    public void ForeignThoughts_AreNotSent()
    {
        var request = new ChatRequest { Source = Dialect.Anthropic, Reasoning = new ChatReasoning { Enabled = true, BudgetTokens = 4000 } };
        request.Messages.Add(Message(ChatRole.Assistant, new ThinkingPart { Text = "Hm.", Signature = "abc" }, new TextPart("Hi")));
        var translation = new Translation();

        var written = Codec.Write(request, translation);

        Assert.Equal(1, written.GetProperty("input").GetArrayLength());
        Assert.Equal("medium", written.GetProperty("reasoning").GetProperty("effort").GetString());
        Assert.Equal("auto", written.GetProperty("reasoning").GetProperty("summary").GetString());
        Assert.Contains(translation.Losses, static l => l.Path == "messages[0].content[0]" && l.IsDropped);
    }

    [Fact]
    public void PackedSignature_ComesBackAsItsOwners()
    {
        var packed = SignatureEnvelope.Pack(Dialect.Anthropic, SignatureEnvelope.Signature, "EqQB");
        var request = Codec.Request($$"""{"input":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"Hm."}],"encrypted_content":"{{packed}}"}]}""");

        var thinking = Assert.IsType<ThinkingPart>(request.Messages[0].Parts[0]);
        Assert.Equal((Dialect.Anthropic, "EqQB", null, "Hm."), (thinking.SignedBy!.Value, thinking.Signature, thinking.Encrypted, thinking.Text));
        var translation = new Translation();
        Assert.Equal(0, Codec.Write(request, translation).GetProperty("input").GetArrayLength());
        Assert.Single(translation.Losses);
    }

    [Fact]
    public void ForeignMedia_GoInResponsesForms()
    {
        var request = new ChatRequest { Source = Dialect.Gemini };
        request.Messages.Add(Message(
            ChatRole.User,
            new MediaPart(MediaKind.Image) { Url = "https://x/y.png" },
            new MediaPart(MediaKind.Document) { Base64 = "JVBE" },
            new MediaPart(MediaKind.Document) { Text = "Plain." },
            new MediaPart(MediaKind.Audio) { Base64 = "UklG", MediaType = "audio/wav" },
            new MediaPart(MediaKind.Video) { Url = "https://x/y.mp4" },
            new MediaPart(MediaKind.Image) { FileId = "files/1" }));
        var translation = new Translation();

        var content = Codec.Write(request, translation).GetProperty("input")[0].GetProperty("content").EnumerateArray().ToList();

        Assert.Equal(["input_image", "input_file", "input_text", "input_audio"], content.Select(static p => p.GetProperty("type").GetString()));
        Assert.Equal("data:application/pdf;base64,JVBE", content[1].GetProperty("file_data").GetString());
        Assert.Equal("document.pdf", content[1].GetProperty("filename").GetString());
        Assert.Equal(["messages[0].content[2]", "messages[0].content[4]", "messages[0].content[5]"], translation.Losses.Select(static l => l.Path));
    }

    [Theory]
    [InlineData("Give me data.", "Answer with JSON.", 1)]
    [InlineData("Give me Json.", null, 0)]
    public void JsonMode_IsSpokenOf(string prompt, string? instructions, int losses)
    {
        var request = new ChatRequest { Source = Dialect.Gemini, Format = new ChatFormat(ChatFormatKind.Json) };
        request.Messages.Add(Message(ChatRole.User, new TextPart(prompt)));
        var translation = new Translation();

        var written = Codec.Write(request, translation);

        Assert.Equal("json_object", written.GetProperty("text").GetProperty("format").GetProperty("type").GetString());
        Assert.Equal(instructions, written.TryGetProperty("instructions", out var said) ? said.GetString() : null);
        Assert.Equal(losses, translation.Losses.Count);
    }

    [Fact]
    public void ChatsCustomTool_LosesItsOuterObject()
    {
        var request = new ChatRequest { Source = Dialect.OpenAIChat, ToolChoice = new ChatToolChoice(ChatToolMode.Named, "sh") };
        request.Tools.Add(new ChatTool { Name = "sh", Native = JsonValue.Parse("""{"type":"custom","custom":{"name":"sh","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"d"}}}}""") });
        request.Tools.Add(new ChatTool { Name = "web_search_20250305", IsWebSearch = true, Native = JsonValue.Parse("{}") });
        request.Tools.Add(new ChatTool { Name = "bash", Native = JsonValue.Parse("{}") });
        var translation = new Translation();

        var written = Codec.Write(request, translation);

        Assert.Null(JsonDifference.Find(
            System.Text.Json.JsonDocument.Parse("""[{"type":"custom","name":"sh","format":{"type":"grammar","syntax":"lark","definition":"d"}},{"type":"web_search"}]""").RootElement,
            written.GetProperty("tools")));
        Assert.Equal("custom", written.GetProperty("tool_choice").GetProperty("type").GetString());
        Assert.Equal(["tools[2]"], translation.Losses.Select(static l => l.Path));
    }

    private static ChatMessage Message(ChatRole role, params ChatPart[] parts)
    {
        var message = new ChatMessage { Role = role };
        message.Parts.AddRange(parts);
        return message;
    }
}
