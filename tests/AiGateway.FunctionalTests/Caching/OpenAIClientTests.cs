using AiGateway.FunctionalTests.Sdk;
using OpenAI.Chat;

namespace AiGateway.FunctionalTests.Caching;

/// <summary>What is served again, read by the official .NET client: it cannot tell.</summary>
public sealed class OpenAIClientTests(CachingFixture fixture) : IClassFixture<CachingFixture>
{
    private static readonly BinaryData CitySchema = BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""");

    private readonly ChatClient _chat = fixture.OpenAI.GetChatClient("cached");

    [Fact]
    public async Task WholeAndStreamed_EachFromTheOther()
    {
        ChatCompletion whole = await _chat.CompleteChatAsync("client, whole first");
        var streamed = await StreamedChat.ReadAsync(_chat.CompleteChatStreamingAsync("client, whole first"));
        var first = await StreamedChat.ReadAsync(_chat.CompleteChatStreamingAsync("client, stream first"));
        ChatCompletion second = await _chat.CompleteChatAsync("client, stream first");

        Assert.Equal(whole.Content[0].Text, streamed.Text);
        Assert.Equal(ChatFinishReason.Stop, streamed.Finish);
        Assert.Equal(whole.Usage.TotalTokenCount, streamed.Usage!.TotalTokenCount);
        Assert.Equal(first.Text, second.Content[0].Text);
        Assert.Equal(first.Usage!.TotalTokenCount, second.Usage.TotalTokenCount);
        Assert.Equal(ChatFinishReason.Stop, second.FinishReason);
    }

    [Fact]
    public async Task ToolCalls_AreServedInBothForms()
    {
        var options = new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("get_weather", "The weather", CitySchema), ChatTool.CreateFunctionTool("get_time", "The time", CitySchema) } };
        var messages = new[] { new UserChatMessage("Use get_weather and get_time, please.") };
        var before = await fixture.Simulator.Control.RequestsAsync();
        ChatCompletion whole = await _chat.CompleteChatAsync(messages, options);
        var streamed = await StreamedChat.ReadAsync(_chat.CompleteChatStreamingAsync(messages, options));
        ChatCompletion again = await _chat.CompleteChatAsync(messages, options);

        Assert.Equal(before + 1, await fixture.Simulator.Control.RequestsAsync());
        Assert.Equal(ChatFinishReason.ToolCalls, whole.FinishReason);
        Assert.Equal(ChatFinishReason.ToolCalls, streamed.Finish);
        Assert.Equal(whole.ToolCalls.Select(call => call.FunctionName), streamed.Calls.Values);
        Assert.Equal(whole.ToolCalls.Select(call => call.FunctionArguments.ToString()), streamed.Arguments.Values);
        Assert.Equal(whole.ToolCalls.Select(call => call.Id), again.ToolCalls.Select(call => call.Id));
        Assert.NotEqual(whole.Id, again.Id);
    }
}
