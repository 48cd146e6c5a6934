using System.ClientModel;
using System.Text.Json;
using OpenAI.Chat;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>Chat completions by the official .NET client: the same code as against OpenAI, another base URL.</summary>
public sealed class OpenAIChatTests(SdkFixture fixture) : IClassFixture<SdkFixture>
{
    private static readonly BinaryData CitySchema = BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""");

    private readonly ChatClient _chat = fixture.OpenAI.GetChatClient("chat");

    [Fact]
    public async Task Question_IsAnswered_AsByTheModelThatReallyAnswered()
    {
        ChatCompletion answer = await _chat.CompleteChatAsync("What is YARP?");

        Assert.StartsWith("Simulated answer to: What is YARP?", answer.Content[0].Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal("chat-model", answer.Model);
        Assert.Equal(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task Stream_GivesTheSameTextAsTheWholeAnswer_AndTheUsageThatTheClientAsksFor()
    {
        ChatCompletion whole = await _chat.CompleteChatAsync("Stream me");
        var streamed = await StreamedChat.ReadAsync(_chat.CompleteChatStreamingAsync("Stream me"));

        Assert.Equal(whole.Content[0].Text, streamed.Text);
        Assert.Equal(ChatFinishReason.Stop, streamed.Finish);
        Assert.Equal(whole.Usage.TotalTokenCount, streamed.Usage!.TotalTokenCount);
    }

    [Fact]
    public async Task ToolLoop_CallsTheTool_AndAnswersFromItsResult()
    {
        var options = new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("get_weather", "The weather", CitySchema) } };
        var messages = new List<ChatMessage> { new SystemChatMessage("Be brief."), new UserChatMessage("How is the weather?") };
        ChatCompletion first = await _chat.CompleteChatAsync(messages, options);

        Assert.Equal(ChatFinishReason.ToolCalls, first.FinishReason);
        var call = Assert.Single(first.ToolCalls);
        Assert.Equal("get_weather", call.FunctionName);
        using (var arguments = JsonDocument.Parse(call.FunctionArguments))
            Assert.Equal(["city"], arguments.RootElement.EnumerateObject().Select(member => member.Name));

        messages.Add(new AssistantChatMessage(first));
        messages.Add(new ToolChatMessage(call.Id, "21 degrees"));
        ChatCompletion second = await _chat.CompleteChatAsync(messages, options);
        Assert.Equal(ChatFinishReason.Stop, second.FinishReason);
        Assert.Contains("21 degrees", second.Content[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StreamedParallelToolCalls_ArriveWhole()
    {
        var options = new ChatCompletionOptions
        {
            Tools = { ChatTool.CreateFunctionTool("get_weather", null, CitySchema), ChatTool.CreateFunctionTool("get_time", null, CitySchema) },
        };
        var streamed = await StreamedChat.ReadAsync(_chat.CompleteChatStreamingAsync([new UserChatMessage("weather and time, please")], options));

        Assert.Equal(["get_weather", "get_time"], streamed.Calls.Values);
        Assert.All(streamed.Arguments.Values, text => JsonDocument.Parse(text).Dispose());
        Assert.Equal(ChatFinishReason.ToolCalls, streamed.Finish);
    }

    [Fact]
    public async Task JsonSchema_IsObeyed()
    {
        var schema = BinaryData.FromString("""{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":18}},"required":["name","age"],"additionalProperties":false}""");
        var options = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("person", schema, jsonSchemaIsStrict: true) };
        ChatCompletion answer = await _chat.CompleteChatAsync([new UserChatMessage("Who?")], options);

        using var person = JsonDocument.Parse(answer.Content[0].Text);
        Assert.Equal(["name", "age"], person.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.True(person.RootElement.GetProperty("age").GetInt32() >= 18);
    }

    [Fact]
    public async Task ModelBehindAWildcard_IsAskedForByTheRestOfTheName()
    {
        ChatCompletion answer = await fixture.OpenAI.GetChatClient("b/vendor/gpt-x").CompleteChatAsync("hello");

        Assert.Equal("vendor/gpt-x", answer.Model);
    }

    [Fact]
    public async Task PictureInThePrompt_Passes()
    {
        ChatCompletion answer = await _chat.CompleteChatAsync(
            new UserChatMessage(ChatMessageContentPart.CreateTextPart("What"), ChatMessageContentPart.CreateImagePart(new Uri("https://example.com/a.png"))));

        Assert.Equal(86, answer.Usage.InputTokenCount);
    }

    [Fact]
    public async Task Answer_TellsRouteAttemptsCostAndIdInItsHeaders()
    {
        ClientResult<ChatCompletion> result = await _chat.CompleteChatAsync("What does it cost?");

        var headers = result.GetRawResponse().Headers.ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase);
        var usage = result.Value.Usage;
        // 1 USD per million tokens in, 10 out.
        var cost = (usage.InputTokenCount + (10m * usage.OutputTokenCount)) / 1_000_000;
        Assert.Equal("chat", headers["x-gateway-route"]);
        Assert.Equal("chat-a", headers["x-gateway-deployment"]);
        Assert.Equal("sim-a", headers["x-gateway-provider"]);
        Assert.Equal("chat-model", headers["x-gateway-model"]);
        Assert.Equal("1", headers["x-gateway-attempts"]);
        Assert.Equal(cost, decimal.Parse(headers["x-gateway-cost"]));
        Assert.True(double.Parse(headers["x-gateway-overhead-ms"]) >= 0);
        Assert.NotEmpty(headers["x-gateway-config-version"]);
        var record = await fixture.Gateway.ReadRecordsAsync(headers["x-request-id"]);
        Assert.Equal("alice", record.GetProperty("caller").GetString());
        Assert.Equal(cost, decimal.Parse(record.GetProperty("cost_usd").ToString()));
    }
}
