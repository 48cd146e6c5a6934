using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI.Chat;

namespace AiGateway.Protocols.Tests.OpenAI.Chat;

/// <summary>Requests that callers of other dialects made, written for OpenAI and Mistral.</summary>
public sealed class ForeignChatRequestTests
{
    private readonly ChatRequest _request = new() { Source = Dialect.Anthropic };
    private readonly Translation _translation = new() { Model = "target" };

    [Fact]
    public void ToolResults_BecomeMessagesBehindTheirCalls_AndTheirPicturesFollow()
    {
        Say(ChatRole.Assistant, new TextPart("Let me see."), new ToolCallPart { Id = "toolu_1", Name = "f", Arguments = "" }, new ToolCallPart { Id = "toolu_2", Name = "g", Arguments = "{}" });
        var picture = new ToolResultPart { CallId = "toolu_1", Content = { new MediaPart(MediaKind.Image) { Base64 = "iVBORw0K", MediaType = "image/png" } } };
        var failed = new ToolResultPart { CallId = "toolu_2", IsError = true, Content = { new TextPart("No such file.") } };
        Say(ChatRole.User, picture, failed, new TextPart("Go on."));

        var messages = ChatTesting.Written(_request, _translation)["messages"]!.AsArray();

        Assert.Equal(["assistant", "tool", "tool", "user"], messages.Select(static m => m!["role"]!.GetValue<string>()));
        Assert.Equal("{}", messages[0]!["tool_calls"]![0]!["function"]!["arguments"]!.GetValue<string>());
        Assert.Equal("toolu_1", messages[1]!["tool_call_id"]!.GetValue<string>());
        Assert.Equal("Error:\n\nNo such file.", messages[2]!["content"]!.GetValue<string>());
        Assert.Equal("data:image/png;base64,iVBORw0K", messages[3]!["content"]![0]!["image_url"]!["url"]!.GetValue<string>());
        Assert.Equal("Go on.", messages[3]!["content"]![1]!["text"]!.GetValue<string>());
        Assert.Equal(["messages[1].content[0].content", "messages[1].content[1].is_error"], _translation.Losses.Select(static l => l.Path));
    }

    [Fact]
    public void CallsWithoutIds_GetThem_AndTheirResultsTheSame()
    {
        Say(ChatRole.Assistant, new ToolCallPart { Name = "f" }, new ToolCallPart { Name = "g" });
        Say(ChatRole.Tool, new ToolResultPart { Name = "g", Json = AiGateway.Protocols.Chat.JsonValue.Parse("""{"a":1}""") });
        Say(ChatRole.Tool, new ToolResultPart { Name = "f", Content = { new TextPart("x") } });

        var messages = ChatTesting.Written(_request, _translation)["messages"]!.AsArray();

        var calls = messages[0]!["tool_calls"]!.AsArray();
        Assert.NotEqual(calls[0]!["id"]!.GetValue<string>(), calls[1]!["id"]!.GetValue<string>());
        Assert.Equal(calls[1]!["id"]!.GetValue<string>(), messages[1]!["tool_call_id"]!.GetValue<string>());
        Assert.Equal(calls[0]!["id"]!.GetValue<string>(), messages[2]!["tool_call_id"]!.GetValue<string>());
        Assert.Equal("""{"a":1}""", messages[1]!["content"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LongIds_AreCutToWhatTheTargetTakes_TheSameForCallAndResult(bool isMistral)
    {
        var id = "toolu_" + new string('x', 60);
        Say(ChatRole.Assistant, new ToolCallPart { Id = id, Name = "f" });
        Say(ChatRole.Tool, new ToolResultPart { CallId = id, Content = { new TextPart("x") } });

        var messages = ChatTesting.Written(_request, _translation, isMistral ? OpenAIChatCodec.Mistral : OpenAIChatCodec.Instance)["messages"]!.AsArray();

        var written = messages[0]!["tool_calls"]![0]!["id"]!.GetValue<string>();
        Assert.Equal(written, messages[1]!["tool_call_id"]!.GetValue<string>());
        Assert.Matches(isMistral ? "^[0-9A-Za-z]{9}$" : "^call_[0-9A-Za-z]{11}$", written);
    }

    [Fact]
    public void Thoughts_GoBackOnlyWhereTheTargetTakesThem_SignaturesNever()
    {
        Say(ChatRole.Assistant, new ThinkingPart { Text = "hm", Signature = "s" }, new ThinkingPart { Encrypted = "e" }, new TextPart("a"));

        var without = ChatTesting.Written(_request, _translation)["messages"]![0]!;
        var with = ChatTesting.Written(_request, new Translation { Traits = new TargetTraits { ReasoningMember = "reasoning_content" } })["messages"]![0]!;

        Assert.Null(without["reasoning_content"]);
        Assert.Contains(_translation.Losses, static l => l.Path == "messages[0].content[0]");
        Assert.Equal("hm", with["reasoning_content"]!.GetValue<string>());
        Assert.DoesNotContain("\"s\"", with.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(with["reasoning_details"]);
    }

    [Fact]
    public void Parameters_AreMappedClampedOrNamed()
    {
        _request.Temperature = 1.8;
        _request.TopK = 5;
        _request.Stop.AddRange(["a", "b", "c", "d", "e"]);
        _request.Reasoning = new ChatReasoning { Enabled = true, BudgetTokens = 8000 };
        _request.Metadata = AiGateway.Protocols.Chat.JsonValue.Parse("""{"user_id":"u"}""");
        _request.Stream = true;
        _request.MaxOutputTokens = 100;

        var openai = ChatTesting.Written(_request, _translation);
        var mistral = ChatTesting.Written(_request, new Translation(), OpenAIChatCodec.Mistral);

        Assert.Equal(1.8, openai["temperature"]!.GetValue<double>());
        Assert.Equal(4, openai["stop"]!.AsArray().Count);
        Assert.Equal("medium", openai["reasoning_effort"]!.GetValue<string>());
        Assert.True(openai["stream_options"]!["include_usage"]!.GetValue<bool>());
        Assert.Equal(100, openai["max_completion_tokens"]!.GetValue<int>());
        Assert.Null(openai["top_k"]);
        Assert.Equal(["top_k", "stop", "reasoning.budget_tokens", "metadata"], _translation.Losses.Select(static l => l.Path));
        Assert.Equal(1.5, mistral["temperature"]!.GetValue<double>());
        Assert.Equal("high", mistral["reasoning_effort"]!.GetValue<string>());
        Assert.Equal(100, mistral["max_tokens"]!.GetValue<int>());
        Assert.Null(mistral["stream_options"]);
    }

    [Fact]
    public void ForeignTools_AreDroppedAndNamed_WebSearchIsTranslated_AndNoChoiceNamesWhatIsNotThere()
    {
        _request.Tools.Add(new ChatTool { Name = "bash_20250124", Native = AiGateway.Protocols.Chat.JsonValue.Parse("""{"type":"bash_20250124","name":"bash"}""") });
        _request.Tools.Add(new ChatTool { Name = "web_search_20250305", IsWebSearch = true, Native = AiGateway.Protocols.Chat.JsonValue.Parse("""{"type":"web_search_20250305","name":"web_search","max_uses":3,"user_location":{"type":"approximate","city":"Bern"}}""") });
        _request.ToolChoice = new ChatToolChoice(ChatToolMode.Named, "bash");
        _request.ParallelToolCalls = false;

        var written = ChatTesting.Written(_request, _translation);

        Assert.Null(written["tools"]);
        Assert.Null(written["tool_choice"]);
        Assert.Null(written["parallel_tool_calls"]);
        Assert.Equal("Bern", written["web_search_options"]!["user_location"]!["approximate"]!["city"]!.GetValue<string>());
        Assert.Equal(["tools[0]", "tools.max_uses"], _translation.Losses.Select(static l => l.Path));
    }

    [Fact]
    public void Parts_ThatTheTargetCannotTake_BecomeTextOrAreNamed()
    {
        Say(ChatRole.System, new TextPart("One.") { CacheMark = "1h" }, new TextPart("Two."));
        Say(
            ChatRole.User,
            new TextPart(""),
            new MediaPart(MediaKind.Document) { Text = "The text.", Name = "a.txt" },
            new MediaPart(MediaKind.Document) { Url = "https://x.test/a.pdf" },
            new MediaPart(MediaKind.Document) { Base64 = "JVBERi0=", MediaType = "application/pdf", Name = "a.pdf" },
            new MediaPart(MediaKind.Image) { FileId = "file_1" },
            new OpaquePart(Dialect.Anthropic, "container_upload", AiGateway.Protocols.Chat.JsonValue.Parse("{}")));

        var messages = ChatTesting.Written(_request, _translation)["messages"]!.AsArray();

        Assert.Equal("One.\n\nTwo.", messages[0]!["content"]!.GetValue<string>());
        Assert.Equal(2, messages[1]!["content"]!.AsArray().Count);
        Assert.Equal("a.txt\n\nThe text.", messages[1]!["content"]![0]!["text"]!.GetValue<string>());
        Assert.Equal("data:application/pdf;base64,JVBERi0=", messages[1]!["content"]![1]!["file"]!["file_data"]!.GetValue<string>());
        Assert.Equal(
            ["messages[0].content.cache_control", "messages[1].content[1]", "messages[1].content[2]", "messages[1].content[4]", "messages[1].content[5]"],
            _translation.Losses.Select(static l => l.Path));
    }

    [Theory]
    [InlineData("Give me a list.", true)]
    [InlineData("Give me a JSON list.", false)]
    public void JsonMode_OfAConversationThatDoesNotSayJson_SaysIt(string text, bool isSaid)
    {
        _request.Format = new ChatFormat(ChatFormatKind.Json);
        Say(ChatRole.User, new TextPart(text));

        var messages = ChatTesting.Written(_request, _translation)["messages"]!.AsArray();

        Assert.Equal(isSaid ? 2 : 1, messages.Count);
    }

    [Fact]
    public void CustomCallsOfHistory_BecomeFunctionCalls()
    {
        Say(ChatRole.Assistant, new ToolCallPart { Id = "c", Name = "patch", Arguments = "a \"b\"", IsCustom = true });

        var call = ChatTesting.Written(_request, _translation)["messages"]![0]!["tool_calls"]![0]!;

        Assert.Equal("function", call["type"]!.GetValue<string>());
        Assert.Equal("a \"b\"", System.Text.Json.Nodes.JsonNode.Parse(call["function"]!["arguments"]!.GetValue<string>())!["input"]!.GetValue<string>());
    }

    [Fact]
    public void CacheMarks_GoToTargetsThatTakeThem()
    {
        Say(ChatRole.User, new TextPart("One.") { CacheMark = "1h" });

        var written = ChatTesting.Written(_request, new Translation { Traits = new TargetTraits { CacheMarks = true } });

        Assert.Equal("1h", written["messages"]![0]!["content"]![0]!["cache_control"]!["ttl"]!.GetValue<string>());
    }

    private void Say(ChatRole role, params ChatPart[] parts)
    {
        var message = new ChatMessage { Role = role };
        message.Parts.AddRange(parts);
        _request.Messages.Add(message);
    }
}
