using AiGateway.Protocols.Chat;
using static AiGateway.Protocols.Tests.Gemini.GeminiFixtures;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Pins how requests of other dialects are said to Gemini, and what is named as lost.</summary>
public sealed class GeminiForeignRequestTests
{
    private static readonly Translation Third = new() { Model = "gemini-3-flash" };

    [Fact]
    public void Conversation_BecomesTurnsOfUserAndModel()
    {
        var request = Foreign(
            Message(ChatRole.System, new TextPart("s1")),
            Message(ChatRole.Developer, new TextPart("s2")),
            Message(ChatRole.User, new TextPart("u")),
            Message(ChatRole.Assistant, new TextPart(""), new ThinkingPart { Text = "t", Signature = "foreign" }, new ToolCallPart { Id = "call_1", Name = "f", Arguments = """{ "a": 1 }""" }, new ToolCallPart { Id = "call_2", Name = "g" }),
            Message(ChatRole.Tool, new ToolResultPart { CallId = "call_1", Content = { new TextPart("sunny") } }),
            Message(ChatRole.Tool, new ToolResultPart { CallId = "call_2", IsError = true, Content = { new TextPart("no") } }),
            Message(ChatRole.User, new TextPart("go on")));
        var translation = new Translation { Model = "gemini-3-flash" };
        AssertJson(
            """
            {"systemInstruction":{"parts":[{"text":"s1"},{"text":"s2"}],"role":"user"},
             "contents":[{"role":"user","parts":[{"text":"u"}]},
              {"role":"model","parts":[{"functionCall":{"id":"call_1","name":"f","args":{"a":1}},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"id":"call_2","name":"g","args":{}}}]},
              {"role":"user","parts":[{"functionResponse":{"id":"call_1","name":"f","response":{"output":"sunny"}}},{"functionResponse":{"id":"call_2","name":"g","response":{"error":"no"}}},{"text":"go on"}]}]}
            """,
            Write(request, translation));
        Assert.Equal(["messages[3].content[1]"], Paths(translation));
    }

    [Fact]
    public void InventedIds_AreLeftOut()
    {
        var call = Assert.IsType<ToolCallPart>(Response("""{"responseId":"a_b/c","candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}}]},"finishReason":"STOP"}]}""").Candidates[0].Parts[0]);
        Assert.Matches("^[A-Za-z0-9_-]{1,64}$", call.Id);
        var request = Foreign(
            Message(ChatRole.User, new TextPart("u")),
            Message(ChatRole.Assistant, new ToolCallPart { Id = call.Id, Name = "f" }),
            Message(ChatRole.Tool, new ToolResultPart { CallId = call.Id, Json = JsonValue.Parse("[1]") }));
        AssertJson(
            """{"contents":[{"role":"user","parts":[{"text":"u"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":[1]}}}]}]}""",
            Write(request, new Translation { Model = "gemini-2.5-flash" }));
    }

    [Fact]
    public void SignatureOfTheCompatibleEndpoint_IsSent()
    {
        var call = new ToolCallPart { Id = "c", Name = "f", Extensions = new JsonMembers().Add("extra_content", JsonValue.Parse("""{"google":{"thought_signature":"c2ln"}}""")) };
        Assert.Equal("c2ln", (string?)Write(Foreign(Message(ChatRole.User, new TextPart("u")), Message(ChatRole.Assistant, call)), Third)["contents"]![1]!["parts"]![0]!["thoughtSignature"]);
    }

    [Fact]
    public void OddArguments_AreSentAsInput()
    {
        var translation = new Translation { Model = "gemini-2.5-pro" };
        var written = Write(
            Foreign(
                Message(ChatRole.User, new TextPart("u")),
                Message(ChatRole.Assistant, new ToolCallPart { Id = "c", Name = "f", Arguments = "{\"a\":" }, new ToolCallPart { Id = "d", Name = "g", Arguments = "ls", IsCustom = true }),
                Message(ChatRole.Tool, new ToolResultPart { CallId = "c", Content = { new TextPart("x") } }, new ToolResultPart { CallId = "d", Content = { new TextPart("y") } })),
            translation);
        Assert.Equal("{\"a\":", (string?)written["contents"]![1]!["parts"]![0]!["functionCall"]!["args"]!["input"]);
        Assert.Equal("ls", (string?)written["contents"]![1]!["parts"]![1]!["functionCall"]!["args"]!["input"]);
        Assert.Equal(["messages[1].content[0].arguments"], Paths(translation));
    }

    [Theory]
    [InlineData("gemini-3-pro", """[{"functionResponse":{"id":"c","name":"f","response":{"output":"seen"},"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]}}]""", 0)]
    [InlineData("gemini-2.5-pro", """[{"functionResponse":{"id":"c","name":"f","response":{"output":"seen"}}},{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]""", 1)]
    public void ImagesInResults_StandWhereTheModelTakesThem(string model, string parts, int losses)
    {
        var result = new ToolResultPart { CallId = "c", Name = "f", Content = { new TextPart("seen"), new MediaPart(MediaKind.Image) { Base64 = "AAAA", MediaType = "image/png" } } };
        var translation = new Translation { Model = model };
        AssertJson(parts, Write(Foreign(Message(ChatRole.User, new TextPart("u")), Message(ChatRole.Assistant, new ToolCallPart { Id = "c", Name = "f" }), Message(ChatRole.Tool, result)), translation)["contents"]![2]!["parts"]);
        Assert.Equal(losses, translation.Losses.Count);
    }

    [Fact]
    public void Media_AreSentHereOrByAddress()
    {
        var translation = new Translation();
        var written = Write(
            Foreign(Message(
                ChatRole.User,
                new MediaPart(MediaKind.Image) { Url = "https://e.org/a.png?x=1" },
                new MediaPart(MediaKind.Image) { Url = "https://e.org/a", Detail = "high" },
                new MediaPart(MediaKind.Document) { Text = "é", Name = "n.txt" },
                new MediaPart(MediaKind.Audio) { Id = "audio_1", Transcript = "hi" },
                new MediaPart(MediaKind.Document) { FileId = "file_1" })),
            translation);
        AssertJson(
            """[{"fileData":{"mimeType":"image/png","fileUri":"https://e.org/a.png?x=1"}},{"fileData":{"mimeType":"image/jpeg","fileUri":"https://e.org/a"}},{"inlineData":{"mimeType":"text/plain","data":"w6k="}},{"text":"hi"}]""",
            written["contents"]![0]!["parts"]);
        Assert.Equal(["messages[0].content[1].detail", "messages[0].content[3]", "messages[0].content[4]", "messages[0].content[1]"], Paths(translation));
    }

    [Fact]
    public void Instructions_AreMovedOrSaidAsUser()
    {
        var translation = new Translation();
        var written = Write(Foreign(Message(ChatRole.User, new TextPart("u")), Message(ChatRole.System, new TextPart("s"))), translation);
        Assert.Equal("s", (string?)written["systemInstruction"]!["parts"]![0]!["text"]);
        Assert.Equal(["messages[1]"], Paths(translation));
        AssertJson("""{"contents":[{"role":"user","parts":[{"text":"s"}]}]}""", Write(Foreign(Message(ChatRole.System, new TextPart("s")))));
    }

    [Fact]
    public void Settings_AreBoundedAndNamed()
    {
        var request = Foreign(Message(ChatRole.User, new TextPart("u")));
        request.MaxOutputTokens = 5;
        request.Temperature = 3;
        request.TopP = 0.5;
        request.FrequencyPenalty = 1;
        request.Seed = 1L << 40;
        request.Candidates = 9;
        request.Logprobs = true;
        request.TopLogprobs = 2;
        request.Stop.AddRange(["a", "b", "c", "d", "e", "f"]);
        request.ParallelToolCalls = false;
        request.Verbosity = "low";
        request.User = "u";
        request.Metadata = JsonValue.Parse("{}");
        request.Store = true;
        request.PreviousResponseId = "r";
        request.ServiceTier = "scale";
        request.Extensions = new JsonMembers().Add("logit_bias", JsonValue.Parse("{}"));
        var translation = new Translation();
        AssertJson(
            """{"maxOutputTokens":5,"temperature":2,"topP":0.5,"frequencyPenalty":1,"seed":0,"stopSequences":["a","b","c","d","e"],"candidateCount":8,"responseLogprobs":true,"logprobs":2}""",
            Write(request, translation)["generationConfig"]);
        Assert.Equal(
            ["temperature", "seed", "stop", "n", "service_tier", "logit_bias", "parallel_tool_calls", "verbosity", "user", "metadata", "store", "previous_response_id"],
            Paths(translation));
    }

    [Theory]
    [InlineData("gemini-2.5-flash", "low", null, null, """{"thinkingBudget":1024}""")]
    [InlineData("gemini-2.5-flash", "none", null, null, """{"thinkingBudget":0}""")]
    [InlineData("gemini-2.5-pro", "none", null, null, """{"thinkingBudget":128}""")]
    [InlineData("gemini-2.5-pro", "xhigh", null, "auto", """{"includeThoughts":true,"thinkingBudget":32768}""")]
    [InlineData("gemini-2.5-flash-lite", null, 100L, null, """{"includeThoughts":true,"thinkingBudget":512}""")]
    [InlineData("gemini-3-flash", "minimal", null, null, """{"thinkingLevel":"MINIMAL"}""")]
    [InlineData("gemini-3.1-pro", "none", null, null, """{"thinkingLevel":"LOW"}""")]
    [InlineData("gemini-3.1-pro", "medium", null, "omitted", """{"thinkingLevel":"MEDIUM"}""")]
    [InlineData("gemini-3-flash", null, 2000L, null, """{"includeThoughts":true,"thinkingBudget":2000}""")]
    [InlineData("gemini-2.0-flash", "high", null, null, null)]
    public void Reasoning_IsSaidAsTheModelTakesIt(string model, string? effort, long? budget, string? summary, string? expected)
    {
        var request = Foreign(Message(ChatRole.User, new TextPart("u")));
        request.Reasoning = new ChatReasoning { Effort = effort, BudgetTokens = budget, Enabled = budget is null ? null : true, Summary = summary };
        var written = Write(request, new Translation { Model = model })["generationConfig"]?["thinkingConfig"];
        if (expected is null)
            Assert.Null(written);
        else
            AssertJson(expected, written);
    }

    [Theory]
    [InlineData("gemini-3-flash", """[{"functionDeclarations":[{"name":"f"}]},{"googleSearch":{}}]""", """{"includeServerSideToolInvocations":true}""")]
    [InlineData("gemini-2.5-flash", """[{"functionDeclarations":[{"name":"f"}]}]""", null)]
    public void WebSearch_StandsBesideFunctionsWhereItMay(string model, string tools, string? config)
    {
        var request = Foreign(Message(ChatRole.User, new TextPart("u")));
        request.Tools.Add(new ChatTool { Name = "f", Parameters = JsonValue.Parse("""{"type":"object","properties":{},"additionalProperties":false}""") });
        request.Tools.Add(new ChatTool { Name = "web_search", Native = JsonValue.Parse("""{"type":"web_search"}"""), IsWebSearch = true });
        request.Tools.Add(new ChatTool { Name = "computer", Native = JsonValue.Parse("""{"type":"computer"}""") });
        var translation = new Translation { Model = model };
        var written = Write(request, translation);
        AssertJson(tools, written["tools"]);
        Assert.Equal(config is null ? ["tools[1]", "tools[2]"] : ["tools[2]"], Paths(translation));
        if (config is null)
            Assert.Null(written["toolConfig"]);
        else
            AssertJson(config, written["toolConfig"]);
    }

    [Fact]
    public void ToolChoices_AreModes()
    {
        var request = Foreign(Message(ChatRole.User, new TextPart("u")));
        request.Tools.Add(new ChatTool { Name = "f" });
        request.ToolChoice = new ChatToolChoice(ChatToolMode.Named, "f");
        AssertJson("""{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}}""", Write(request)["toolConfig"]);
        request.ToolChoice = new ChatToolChoice(ChatToolMode.Auto) { Allowed = ["f"] };
        AssertJson("""{"functionCallingConfig":{"mode":"VALIDATED","allowedFunctionNames":["f"]}}""", Write(request)["toolConfig"]);
        request.ToolChoice = new ChatToolChoice(ChatToolMode.None);
        AssertJson("""{"functionCallingConfig":{"mode":"NONE"}}""", Write(request)["toolConfig"]);
        request.Tools.Clear();
        request.ToolChoice = new ChatToolChoice(ChatToolMode.Required);
        var translation = new Translation();
        Assert.Null(Write(request, translation)["toolConfig"]);
        Assert.Equal(["tool_choice"], Paths(translation));
    }

    [Theory]
    [InlineData("gemini-2.5-flash", true)]
    [InlineData("gemini-3-flash", false)]
    public void JsonBesideFunctions_IsAnInstructionWhereTheModelTakesNoOther(string model, bool isInstruction)
    {
        var request = Foreign(Message(ChatRole.User, new TextPart("u")));
        request.Tools.Add(new ChatTool { Name = "f" });
        request.Format = new ChatFormat(ChatFormatKind.JsonSchema) { Schema = JsonValue.Parse("""{"type":"object","properties":{"a":{"type":"string"}}}""") };
        var translation = new Translation { Model = model };
        var written = Write(request, translation);
        Assert.Equal(isInstruction, written["generationConfig"] is null);
        Assert.Equal(isInstruction, written["systemInstruction"] is not null);
        Assert.Equal(isInstruction ? ["response_format"] : [], Paths(translation));
    }

    [Fact]
    public void OpaquePartsOfOthers_AreNamed()
    {
        var translation = new Translation();
        Write(Foreign(Message(ChatRole.Assistant, new OpaquePart(Dialect.Anthropic, "server_tool_use", JsonValue.Parse("{}")), new RefusalPart("no"))), translation);
        Assert.Equal(["messages[0].content[0]"], Paths(translation));
    }
}
