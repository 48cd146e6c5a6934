using System.Text.Json.Nodes;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using JsonValue = AiGateway.Protocols.Chat.JsonValue;

namespace AiGateway.Protocols.Tests.Anthropic;

/// <summary>Requests of other dialects, written for Anthropic's models.</summary>
public sealed class AnthropicForeignRequestTests
{
    private static ChatRequest Ask(params ChatMessage[] messages)
    {
        var request = new ChatRequest { Source = Dialect.OpenAIChat, Model = "claude-sonnet-4-5" };
        request.Messages.AddRange(messages.Length > 0 ? messages : [Say(ChatRole.User, new TextPart("hi"))]);
        return request;
    }

    private static ChatMessage Say(ChatRole role, params ChatPart[] parts)
    {
        var message = new ChatMessage { Role = role };
        message.Parts.AddRange(parts);
        return message;
    }

    private static ToolResultPart Result(string id, string text, string? name = null)
    {
        var part = new ToolResultPart { CallId = id, Name = name };
        part.Content.Add(new TextPart(text));
        return part;
    }

    private static string Json(JsonNode? node) => node?.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) ?? "absent";

    [Fact]
    public void InstructionsAndTurns_GoWhereAnthropicWantsThem()
    {
        var body = Wire.Write(
            Ask(
                Say(ChatRole.System, new TextPart("One.")),
                Say(ChatRole.Developer, new TextPart("Two.")),
                Say(ChatRole.User, new TextPart("a")),
                Say(ChatRole.User, new TextPart(" "), new TextPart("b")),
                Say(ChatRole.System, new TextPart("Late.")),
                Say(ChatRole.Assistant, new TextPart(""), new RefusalPart("no"))),
            out var translation);

        Assert.Equal("""[{"type":"text","text":"One."},{"type":"text","text":"Two."},{"type":"text","text":"Late."}]""", Json(body["system"]));
        Assert.Equal("""[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"assistant","content":"no"}]""", Json(body["messages"]));
        Assert.Equal(4096, body["max_tokens"]!.GetValue<int>());
        Assert.Equal("messages[4]", Assert.Single(translation.Losses).Path);
    }

    [Fact]
    public void ParallelCallsAndResults_BecomeOneTurnEach()
    {
        var body = Wire.Write(
            Ask(
                Say(ChatRole.User, new TextPart("go")),
                Say(ChatRole.Assistant, new TextPart("ok"), new ToolCallPart { Id = "functions.f:0", Name = "f", Arguments = """{"a":1}""" }, new ToolCallPart { Id = "c2", Name = "g", Arguments = "{broken" }),
                Say(ChatRole.Tool, Result("functions.f:0", "1")),
                Say(ChatRole.Tool, Result("c2", "2")),
                Say(ChatRole.User, new TextPart("more"))),
            out var translation);

        Assert.Equal("""[{"type":"text","text":"ok"},{"type":"tool_use","id":"functions_f_0","name":"f","input":{"a":1}},{"type":"tool_use","id":"c2","name":"g","input":{"input":"{broken"}}]""", Json(body["messages"]![1]!["content"]));
        Assert.Equal("""[{"type":"tool_result","tool_use_id":"functions_f_0","content":"1"},{"type":"tool_result","tool_use_id":"c2","content":"2"},{"type":"text","text":"more"}]""", Json(body["messages"]![2]!["content"]));
        Assert.Equal("""{"type":"none"}""", Json(body["tool_choice"]));
        Assert.Equal(2, body["tools"]!.AsArray().Count);
        Assert.Equal("tools", Assert.Single(translation.Losses).Path);
    }

    [Fact]
    public void CallsWithoutIds_GetIdsThatTheirResultsShare()
    {
        var body = Wire.Write(
            Ask(
                Say(ChatRole.User, new TextPart("go")),
                Say(ChatRole.Assistant, new ToolCallPart { Name = "f" }, new ToolCallPart { Name = "g" }),
                Say(ChatRole.User, Result("", "G", "g"), Result("", "F", "f"))),
            out _);

        Assert.Equal("""[{"type":"tool_use","id":"toolu_0","name":"f","input":{}},{"type":"tool_use","id":"toolu_1","name":"g","input":{}}]""", Json(body["messages"]![1]!["content"]));
        Assert.Equal("""[{"type":"tool_result","tool_use_id":"toolu_1","content":"G"},{"type":"tool_result","tool_use_id":"toolu_0","content":"F"}]""", Json(body["messages"]![2]!["content"]));
    }

    [Fact]
    public void MissingAndOrphanedResults_AreMended()
    {
        var body = Wire.Write(
            Ask(
                Say(ChatRole.Assistant, new ToolCallPart { Id = "a", Name = "f" }),
                Say(ChatRole.User, new TextPart("never mind"), Result("z", "lost"))),
            out var translation);

        Assert.Equal("user", body["messages"]![0]!["role"]!.GetValue<string>());
        Assert.Equal("""[{"type":"tool_result","tool_use_id":"a","content":"The tool gave no result.","is_error":true},{"type":"text","text":"never mind"},{"type":"text","text":"lost"}]""", Json(body["messages"]![2]!["content"]));
        Assert.Equal(4, translation.Losses.Count);
    }

    [Fact]
    public void Media_GoesAsFarAsAnthropicTakesIt()
    {
        var request = Ask(Say(
            ChatRole.User,
            new MediaPart(MediaKind.Image) { Base64 = "iVBORw==" },
            new MediaPart(MediaKind.Image) { Url = "https://a.example/i.png", Detail = "low" },
            new MediaPart(MediaKind.Document) { Base64 = "JVBERg==", MediaType = "application/pdf", Name = "f.pdf" },
            new MediaPart(MediaKind.Document) { Base64 = "aGk=", MediaType = "text/csv" },
            new MediaPart(MediaKind.Audio) { Base64 = "AAAA", MediaType = "audio/wav" },
            new MediaPart(MediaKind.Image) { Base64 = "AAAA", MediaType = "image/tiff" },
            new MediaPart(MediaKind.Document) { FileId = "file-openai" }));

        var body = Wire.Write(request, out var translation);

        Assert.Equal(
            """[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw=="}},{"type":"image","source":{"type":"url","url":"https://a.example/i.png"}},{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBERg=="},"title":"f.pdf"},{"type":"document","source":{"type":"text","media_type":"text/plain","data":"hi"}}]""",
            Json(body["messages"]![0]!["content"]));
        Assert.Equal(["messages[0].content[4]", "messages[0].content[5]", "messages[0].content[6]"], translation.Losses.Select(static loss => loss.Path));
    }

    [Fact]
    public void ForeignThoughtsAndSignatures_AreNeverSent()
    {
        var body = Wire.Write(
            Ask(
                Say(ChatRole.User, new TextPart("a")),
                Say(
                    ChatRole.Assistant,
                    new ThinkingPart { Text = "theirs", Signature = "x", Encrypted = "y" },
                    new ThinkingPart { Text = "Anthropic's, carried by another dialect", Signature = "c2ln", SignedBy = Dialect.Anthropic },
                    new OpaquePart(Dialect.Gemini, "executableCode", JsonValue.Parse("{}")),
                    new TextPart("b") { Signature = "z" })),
            out var translation);

        Assert.Equal("""[{"type":"thinking","thinking":"Anthropic's, carried by another dialect","signature":"c2ln"},{"type":"text","text":"b"}]""", Json(body["messages"]![1]!["content"]));
        Assert.Equal(["messages[1].content[0]", "messages[1].content[2]"], translation.Losses.Select(static loss => loss.Path));
    }

    [Theory]
    [InlineData("claude-sonnet-4-5", "medium", null, """{"type":"enabled","budget_tokens":8192}""", null, 12288)]
    [InlineData("claude-sonnet-4-5", "high", 5000L, """{"type":"enabled","budget_tokens":4000}""", null, 5000)]
    [InlineData("claude-sonnet-4-5", "high", 1000L, null, null, 1000)]
    [InlineData("claude-sonnet-4-5", "none", null, """{"type":"disabled"}""", null, 4096)]
    [InlineData("us.anthropic.claude-3-5-sonnet-20240620-v1:0", "high", null, null, null, 4096)]
    [InlineData("claude-opus-4-6", "minimal", null, """{"type":"adaptive"}""", "low", 5120)]
    [InlineData("claude-opus-4-6", "xhigh", null, """{"type":"adaptive"}""", "high", 36864)]
    [InlineData("claude-opus-4-8", "xhigh", 9000L, """{"type":"adaptive"}""", "xhigh", 9000)]
    [InlineData("claude-haiku-5-5", "medium", 9000L, """{"type":"adaptive"}""", "medium", 9000)]
    public void Effort_BecomesABudgetOrAnEffortAsTheModelTakesIt(string model, string effort, long? most, string? thinking, string? written, int maxTokens)
    {
        var request = Ask();
        request.Reasoning = new ChatReasoning { Effort = effort };
        request.MaxOutputTokens = most;

        var body = Wire.Write(request, out _, model: model);

        Assert.Equal(thinking ?? "absent", Json(body["thinking"]));
        Assert.Equal(written, body["output_config"]?["effort"]?.GetValue<string>());
        Assert.Equal(maxTokens, body["max_tokens"]!.GetValue<int>());
    }

    [Fact]
    public void ABudget_IsTheNearestEffortOfAnAdaptiveModel()
    {
        var request = Ask();
        request.Reasoning = new ChatReasoning { BudgetTokens = 10000, Summary = "auto" };

        var body = Wire.Write(request, out var translation, model: "claude-opus-4-7");

        Assert.Equal("high", body["output_config"]!["effort"]!.GetValue<string>());
        Assert.Equal("""{"type":"adaptive","display":"summarized"}""", Json(body["thinking"]));
        Assert.Equal("reasoning.max_tokens", translation.Losses[0].Path);
    }

    [Fact]
    public void Thinking_GivesWayWhereAnthropicWouldRefuseIt()
    {
        var forced = Ask();
        forced.Reasoning = new ChatReasoning { Effort = "low" };
        forced.Tools.Add(new ChatTool { Name = "f" });
        forced.ToolChoice = new ChatToolChoice(ChatToolMode.Required);
        Assert.Null(Wire.Write(forced, out var lost)["thinking"]);
        Assert.Equal("reasoning_effort", lost.Losses[0].Path);

        var loop = Ask(Say(ChatRole.User, new TextPart("a")), Say(ChatRole.Assistant, new ToolCallPart { Id = "i", Name = "f" }), Say(ChatRole.Tool, Result("i", "r")));
        loop.Reasoning = new ChatReasoning { Effort = "low" };
        loop.Tools.Add(new ChatTool { Name = "f" });
        Assert.Null(Wire.Write(loop, out lost)["thinking"]);
        Assert.Equal("reasoning_effort", lost.Losses[0].Path);
    }

    [Fact]
    public void ASchema_IsNativeWhereTheModelTakesIt()
    {
        var request = Ask();
        request.Format = new ChatFormat(ChatFormatKind.JsonSchema) { Name = "n", Schema = JsonValue.Parse("""{"type":"object","properties":{"a":{"type":"integer","minimum":1}},"required":["a"]}""") };

        var body = Wire.Write(request, out var translation);

        Assert.Equal("""{"format":{"type":"json_schema","schema":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false}}}""", Json(body["output_config"]));
        Assert.Equal("response_format.json_schema.schema", Assert.Single(translation.Losses).Path);
    }

    [Fact]
    public void ASchemaThatIsNotNative_BecomesAToolToCall()
    {
        var request = Ask();
        request.Format = new ChatFormat(ChatFormatKind.JsonSchema) { Schema = JsonValue.Parse("""{"type":"object","additionalProperties":{"type":"string"}}""") };

        var body = Wire.Write(request, out var translation);
        Assert.Equal(AnthropicCodec.AnswerTool, body["tools"]![0]!["name"]!.GetValue<string>());
        Assert.Equal($$"""{"type":"tool","name":"{{AnthropicCodec.AnswerTool}}","disable_parallel_tool_use":true}""", Json(body["tool_choice"]));
        Assert.Equal("response_format", Assert.Single(translation.Losses).Path);

        // The caller's own tools stay callable.
        request.Tools.Add(new ChatTool { Name = "f" });
        Assert.Equal("""{"type":"any"}""", Json(Wire.Write(request, out _)["tool_choice"]));

        // Vertex keeps schemas off, and models from 5 on refuse forced calls.
        Assert.Equal(2, Wire.Write(request, out _, AnthropicCodec.Vertex, "claude-opus-4-6")["tools"]!.AsArray().Count);
        Assert.Contains("additionalProperties", Wire.Write(request, out _, model: "claude-sonnet-5")["system"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void JsonMode_IsAnInstruction()
    {
        var request = Ask();
        request.Format = new ChatFormat(ChatFormatKind.Json);

        Assert.Contains("JSON object", Wire.Write(request, out var translation)["system"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.False(Assert.Single(translation.Losses).IsDropped);
    }

    [Fact]
    public void Sampling_IsBroughtIntoAnthropicsRange()
    {
        var request = Ask();
        (request.Temperature, request.TopP, request.Seed, request.FrequencyPenalty, request.Candidates, request.Logprobs) = (1.5, 0.5, 7, 0.1, 2, true);
        request.Stop.AddRange(["\n", "END"]);
        request.User = "u";
        request.ServiceTier = "flex";
        request.Extensions = new JsonMembers().Add("logit_bias", JsonValue.Parse("{}"));

        var body = Wire.Write(request, out var translation);

        Assert.Equal(1, body["temperature"]!.GetValue<int>());
        Assert.Null(body["top_p"]);
        Assert.Equal("""["END"]""", Json(body["stop_sequences"]));
        Assert.Equal("u", body["metadata"]!["user_id"]!.GetValue<string>());
        Assert.Equal(["temperature", "top_p", "stop", "service_tier", "frequency_penalty", "seed", "n", "logprobs", "logit_bias"], translation.Losses.Select(static loss => loss.Path));
        Assert.Null(Wire.Write(request, out _, model: "claude-opus-4-8")["temperature"]);
    }

    [Fact]
    public void ToolsAndChoices_KeepTheirMeaning()
    {
        var request = Ask();
        request.Tools.Add(new ChatTool { Name = "f", Strict = true, Parameters = JsonValue.Parse("""{"type":"object","properties":{}}""") });
        request.Tools.Add(new ChatTool { Name = "g" });
        request.Tools.Add(new ChatTool { Name = "web_search_preview", IsWebSearch = true, Native = JsonValue.Parse("""{"type":"web_search_preview","user_location":{"type":"approximate","city":"Bern"}}""") });
        request.Tools.Add(new ChatTool { Name = "file_search", Native = JsonValue.Parse("{}") });
        request.ParallelToolCalls = false;

        var body = Wire.Write(request, out var translation);

        Assert.Equal("""[{"name":"f","input_schema":{"type":"object","properties":{}},"strict":true},{"name":"g","input_schema":{"type":"object","properties":{}}},{"type":"web_search_20250305","name":"web_search","user_location":{"type":"approximate","city":"Bern"}}]""", Json(body["tools"]));
        Assert.Equal("""{"type":"auto","disable_parallel_tool_use":true}""", Json(body["tool_choice"]));
        Assert.Equal("tools[3]", Assert.Single(translation.Losses).Path);

        request.ParallelToolCalls = null;
        request.ToolChoice = new ChatToolChoice(ChatToolMode.Required) { Allowed = ["g"] };
        Assert.Equal("""{"type":"tool","name":"g"}""", Json(Wire.Write(request, out _)["tool_choice"]));
    }

    [Fact]
    public void ARequestOfInstructionsAlone_AsksThem()
    {
        var body = Wire.Write(Ask(Say(ChatRole.System, new TextPart("Tell a joke."))), out _);

        Assert.Equal("""[{"role":"user","content":"Tell a joke."}]""", Json(body["messages"]));
        Assert.Null(body["system"]);
    }

    [Fact]
    public void AConversationThatEndsWithTheAssistant_IsWhatTheModelTakes()
    {
        var request = Ask(Say(ChatRole.User, new TextPart("a")), Say(ChatRole.Assistant, new TextPart("It is ")));
        Assert.Equal("It is", Wire.Write(request, out _)["messages"]![1]!["content"]!.GetValue<string>());
        Assert.Equal("Continue.", Wire.Write(request, out _, model: "claude-opus-4-6")["messages"]![2]!["content"]!.GetValue<string>());

        request = Ask(Say(ChatRole.User, new TextPart("a")), Say(ChatRole.Assistant, new ToolCallPart { Id = "c", Name = "f" }));
        Assert.Equal("tool_result", Wire.Write(request, out _)["messages"]![2]!["content"]![0]!["type"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("claude-opus-4-6", 406, true)]
    [InlineData("us.anthropic.claude-sonnet-4-5-20250929-v1:0", 405, false)]
    [InlineData("claude-3-7-sonnet-latest", 307, false)]
    [InlineData("claude-opus-4-20250514", 400, true)]
    [InlineData("claude-haiku-4-5@20251001", 405, false)]
    [InlineData("anthropic/claude-sonnet-4.5", 405, false)]
    [InlineData("claude-sonnet-5", 500, false)]
    [InlineData("claude-2.1", 201, false)]
    [InlineData("MiniMax-M2", 0, false)]
    public void AModelsVersion_IsInItsName(string name, int version, bool isOpus) => Assert.Equal(new AnthropicModel(version, isOpus), AnthropicModel.Of(name));
}
