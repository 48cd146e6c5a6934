using System.ClientModel;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Sdk;
using OpenAI.Chat;

namespace AiGateway.FunctionalTests.Simulator;

/// <summary>The simulator's chat completions, seen by OpenAI's own client: what it accepts from OpenAI it must accept from here.</summary>
public sealed class ChatTests(SimulatorFixture fixture) : IClassFixture<SimulatorFixture>
{
    private static readonly BinaryData CitySchema = BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"},"unit":{"type":"string","enum":["C","F"]}},"required":["city"],"additionalProperties":false}""");

    private readonly ChatClient _chat = fixture.OpenAI.GetChatClient("simulated/chat");

    [Fact]
    public async Task Question_IsAnsweredWithUsageThatAddsUp()
    {
        ChatCompletion answer = await _chat.CompleteChatAsync("What is YARP?");

        Assert.StartsWith("Simulated answer to: What is YARP?", answer.Content[0].Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal("simulated/chat", answer.Model);
        Assert.Equal(4, answer.Usage.InputTokenCount);
        Assert.Equal((Encoding.UTF8.GetByteCount(answer.Content[0].Text) + 3) / 4, answer.Usage.OutputTokenCount);
        Assert.Equal(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task SameQuestion_HasSameAnswerAndAnotherId()
    {
        ChatCompletion first = await _chat.CompleteChatAsync("Twice");
        ChatCompletion second = await _chat.CompleteChatAsync("Twice");

        Assert.Equal(first.Content[0].Text, second.Content[0].Text);
        Assert.NotEqual(first.Id, second.Id);
    }

    [Fact]
    public async Task Stream_GivesTheSameTextAsTheWholeAnswer_AndUsageLast()
    {
        ChatCompletion whole = await _chat.CompleteChatAsync("Stream me");
        var text = new StringBuilder();
        ChatTokenUsage? usage = null;
        ChatFinishReason? finish = null;
        await foreach (var update in _chat.CompleteChatStreamingAsync("Stream me"))
        {
            Assert.Null(usage);
            foreach (var part in update.ContentUpdate)
                text.Append(part.Text);
            finish ??= update.FinishReason;
            usage = update.Usage;
        }

        Assert.Equal(whole.Content[0].Text, text.ToString());
        Assert.Equal(ChatFinishReason.Stop, finish);
        Assert.Equal(whole.Usage.TotalTokenCount, usage!.TotalTokenCount);
    }

    [Fact]
    public async Task OfferedTool_IsCalledWithRequiredArguments_AndItsResultAnswered()
    {
        var options = new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("get_weather", "The weather", CitySchema) } };
        var messages = new List<ChatMessage> { new UserChatMessage("How is the weather?") };
        ChatCompletion call = await _chat.CompleteChatAsync(messages, options);

        Assert.Equal(ChatFinishReason.ToolCalls, call.FinishReason);
        var tool = Assert.Single(call.ToolCalls);
        Assert.Equal("get_weather", tool.FunctionName);
        using (var arguments = JsonDocument.Parse(tool.FunctionArguments))
            Assert.Equal(["city"], arguments.RootElement.EnumerateObject().Select(member => member.Name));

        messages.Add(new AssistantChatMessage(call));
        messages.Add(new ToolChatMessage(tool.Id, "21 degrees"));
        ChatCompletion answer = await _chat.CompleteChatAsync(messages, options);
        Assert.Contains("21 degrees", answer.Content[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoToolsSpokenOf_AreCalledInParallel_AlsoInAStream()
    {
        var options = new ChatCompletionOptions
        {
            Tools = { ChatTool.CreateFunctionTool("get_weather", null, CitySchema), ChatTool.CreateFunctionTool("get_time", null, CitySchema) },
        };
        var streamed = await StreamedChat.ReadAsync(_chat.CompleteChatStreamingAsync([new UserChatMessage("weather and time, please")], options));

        Assert.Equal(["get_weather", "get_time"], streamed.Calls.Values);
        Assert.All(streamed.Arguments.Values, text => JsonDocument.Parse(text).Dispose());
    }

    [Fact]
    public async Task ForcedTool_IsCalledThoughNotSpokenOf()
    {
        var options = new ChatCompletionOptions
        {
            Tools = { ChatTool.CreateFunctionTool("get_weather", null, CitySchema), ChatTool.CreateFunctionTool("send_mail", null, CitySchema) },
            ToolChoice = ChatToolChoice.CreateFunctionChoice("send_mail"),
        };
        ChatCompletion answer = await _chat.CompleteChatAsync([new UserChatMessage("hello")], options);

        Assert.Equal("send_mail", Assert.Single(answer.ToolCalls).FunctionName);
    }

    [Fact]
    public async Task JsonSchema_IsObeyed()
    {
        var schema = BinaryData.FromString("""
            {"type":"object","required":["name","age","tags","home","kind"],"additionalProperties":false,"$defs":{"home":{"type":"object","properties":{"street":{"type":"string","minLength":20},"since":{"type":"string","format":"date"}},"required":["street","since"]}},
             "properties":{"name":{"type":["string","null"]},"age":{"type":"integer","minimum":18,"maximum":19},"tags":{"type":"array","minItems":2,"items":{"enum":["red","blue"]}},"home":{"$ref":"#/$defs/home"},"kind":{"anyOf":[{"type":"null"},{"const":"person"}]},"left_out":{"type":"string"}}}
            """);
        var options = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("person", schema, jsonSchemaIsStrict: true) };
        ChatCompletion answer = await _chat.CompleteChatAsync([new UserChatMessage("Who?")], options);

        using var document = JsonDocument.Parse(answer.Content[0].Text);
        var person = document.RootElement;
        Assert.Equal(["name", "age", "tags", "home", "kind"], person.EnumerateObject().Select(member => member.Name));
        Assert.InRange(person.GetProperty("age").GetInt32(), 18, 19);
        Assert.Equal(2, person.GetProperty("tags").GetArrayLength());
        Assert.All(person.GetProperty("tags").EnumerateArray(), tag => Assert.Contains(tag.GetString(), (string[])["red", "blue"]));
        Assert.True(person.GetProperty("home").GetProperty("street").GetString()!.Length >= 20);
        Assert.Equal("2024-01-31", person.GetProperty("home").GetProperty("since").GetString());
        Assert.Equal("person", person.GetProperty("kind").GetString());
    }

    [Fact]
    public async Task TokenLimit_CutsTheTextAndSaysSo()
    {
        ChatCompletion answer = await _chat.CompleteChatAsync([new UserChatMessage("Go on and on")], new ChatCompletionOptions { MaxOutputTokenCount = 5 });

        Assert.Equal(ChatFinishReason.Length, answer.FinishReason);
        Assert.Equal("Simulated answer to:", answer.Content[0].Text);
        Assert.Equal(5, answer.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task ReasoningModel_ReportsReasoningInsideOutput()
    {
        ChatCompletion answer = await fixture.OpenAI.GetChatClient("x-reasoning").CompleteChatAsync("Think");

        Assert.InRange(answer.Usage.OutputTokenDetails.ReasoningTokenCount, 1, answer.Usage.OutputTokenCount - 1);
    }

    [Fact]
    public async Task PictureInThePrompt_IsAcceptedAndCounted()
    {
        ChatCompletion answer = await _chat.CompleteChatAsync(
            new UserChatMessage(ChatMessageContentPart.CreateTextPart("What"), ChatMessageContentPart.CreateImagePart(new Uri("https://example.com/a.png"))));

        Assert.Equal(86, answer.Usage.InputTokenCount);
    }

    [Fact]
    public async Task UnsoundRequest_IsRefusedAsOpenAIRefuses()
    {
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => _chat.CompleteChatAsync(
            [new UserChatMessage("x")], new ChatCompletionOptions { Temperature = 3 }));

        Assert.Equal(400, refused.Status);
        Assert.Contains("decimal_above_max_value", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LengthAskedForInTheModelName_IsGivenExactly()
    {
        ChatCompletion answer = await fixture.OpenAI.GetChatClient("gpt-x!tokens=200").CompleteChatAsync("Long");

        Assert.Equal(200, answer.Usage.OutputTokenCount);
        Assert.Equal("gpt-x", answer.Model);
    }
}
