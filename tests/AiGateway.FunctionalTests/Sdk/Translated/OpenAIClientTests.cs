using System.ClientModel;
using System.Text;
using System.Text.Json;
using OpenAI.Chat;
using static AiGateway.FunctionalTests.Sdk.Translated.DialectFixture;

namespace AiGateway.FunctionalTests.Sdk.Translated;

/// <summary>Chat completions by OpenAI's official .NET client from providers with dialects of their own.</summary>
public sealed class OpenAIClientTests(DialectFixture fixture) : IClassFixture<DialectFixture>
{
    private static readonly BinaryData CitySchema = BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""");

    public static TheoryData<string> Providers { get; } = new("anthropic", "google", "converse", "cohere", "invoke", "rawpredict");

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Question_IsAnsweredWithUsage(string provider)
    {
        ChatCompletion answer = await ChatOf(provider).CompleteChatAsync([new SystemChatMessage("Be brief."), new UserChatMessage("What is YARP?")], new ChatCompletionOptions { Temperature = 1.5f });

        Assert.StartsWith("Simulated answer to: What is YARP?", answer.Content[0].Text, StringComparison.Ordinal);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.NotEmpty(answer.Id);
        Assert.True(answer.CreatedAt > DateTimeOffset.UnixEpoch);
        Assert.Equal(6, answer.Usage.InputTokenCount);
        Assert.Equal(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Stream_GivesWhatTheWholeAnswerGives(string provider)
    {
        var chat = ChatOf(provider);
        ChatCompletion whole = await chat.CompleteChatAsync("Stream me");
        var streamed = await StreamedChat.ReadAsync(chat.CompleteChatStreamingAsync("Stream me"));

        Assert.Equal(whole.Content[0].Text, streamed.Text);
        Assert.Equal(ChatFinishReason.Stop, streamed.Finish);
        Assert.Equal(whole.Usage.TotalTokenCount, streamed.Usage!.TotalTokenCount);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task SeveralTurnsOfTools_WithParallelCalls_AreAnswered(string provider)
    {
        var chat = ChatOf(provider);
        var options = new ChatCompletionOptions
        {
            Tools = { ChatTool.CreateFunctionTool("get_weather", null, CitySchema), ChatTool.CreateFunctionTool("get_time", null, CitySchema) },
        };
        var messages = new List<ChatMessage> { new SystemChatMessage("Be brief."), new UserChatMessage("weather and time, please") };
        ChatCompletion first = await chat.CompleteChatAsync(messages, options);

        Assert.Equal(ChatFinishReason.ToolCalls, first.FinishReason);
        Assert.Equal(["get_weather", "get_time"], first.ToolCalls.Select(call => call.FunctionName));
        messages.Add(new AssistantChatMessage(first));
        messages.AddRange(first.ToolCalls.Select(call => new ToolChatMessage(call.Id, "result of " + call.FunctionName)));
        ChatCompletion second = await chat.CompleteChatAsync(messages, options);
        Assert.StartsWith("Simulated answer from the tool result", second.Content[0].Text, StringComparison.Ordinal);

        messages.Add(new AssistantChatMessage(second));
        messages.Add(new UserChatMessage("And the weather again?"));
        ChatCompletion third = await chat.CompleteChatAsync(messages, options);
        messages.Add(new AssistantChatMessage(third));
        messages.Add(new ToolChatMessage(Assert.Single(third.ToolCalls).Id, "22 degrees"));
        ChatCompletion fourth = await chat.CompleteChatAsync(messages, options);
        Assert.Contains("22 degrees", fourth.Content[0].Text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task StreamedParallelToolCalls_ArriveWhole(string provider)
    {
        var options = new ChatCompletionOptions
        {
            Tools = { ChatTool.CreateFunctionTool("get_weather", null, CitySchema), ChatTool.CreateFunctionTool("get_time", null, CitySchema) },
        };
        var streamed = await StreamedChat.ReadAsync(ChatOf(provider).CompleteChatStreamingAsync([new UserChatMessage("weather and time, please")], options));

        Assert.Equal(["get_weather", "get_time"], streamed.Calls.Values);
        Assert.All(streamed.Arguments.Values, text => Assert.True(JsonDocument.Parse(text).RootElement.TryGetProperty("city", out _)));
        Assert.Equal(ChatFinishReason.ToolCalls, streamed.Finish);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task JsonSchema_IsObeyed_AlsoInAStream(string provider)
    {
        var chat = ChatOf(provider);
        var schema = BinaryData.FromString("""{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"],"additionalProperties":false}""");
        var options = new ChatCompletionOptions { ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("person", schema, jsonSchemaIsStrict: true) };
        ChatCompletion whole = await chat.CompleteChatAsync([new UserChatMessage("Who?")], options);
        var streamed = await StreamedChat.ReadAsync(chat.CompleteChatStreamingAsync([new UserChatMessage("Who?")], options));

        Assert.Equal(ChatFinishReason.Stop, whole.FinishReason);
        Assert.Equal(ChatFinishReason.Stop, streamed.Finish);
        foreach (var text in (string[])[whole.Content[0].Text, streamed.Text])
            Assert.Equal(["name", "age"], JsonSerializer.Deserialize<JsonElement>(text).EnumerateObject().Select(member => member.Name));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Picture_ArrivesAsAPicture(string provider)
    {
        ChatCompletion answer = await ChatOf(provider).CompleteChatAsync(new UserChatMessage(
            ChatMessageContentPart.CreateTextPart("What"), ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(new byte[] { 0x89, 0x50, 0x4E, 0x47 }), "image/png")));

        Assert.Equal(86, answer.Usage.InputTokenCount);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task TokenLimit_IsToldAsLength(string provider)
    {
        ChatCompletion answer = await ChatOf(provider).CompleteChatAsync([new UserChatMessage("Go on")], new ChatCompletionOptions { MaxOutputTokenCount = 5 });

        Assert.Equal(ChatFinishReason.Length, answer.FinishReason);
        Assert.Equal(5, answer.Usage.OutputTokenCount);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Failure_HasItsStatusAndCode(string provider, string fault, int status, string word)
    {
        var failed = await Assert.ThrowsAsync<ClientResultException>(() => ChatOf(provider, fault).CompleteChatAsync("x"));

        Assert.Equal(status, failed.Status);
        Assert.Contains(word, failed.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, int, string> Failures()
    {
        var failures = new TheoryData<string, string, int, string>();
        foreach (var provider in Providers.Select(row => row.Data))
        {
            failures.Add(provider, "retry-after=1", 429, "rate limited");
            failures.Add(provider, "status=500", 502, provider);
            failures.Add(provider, "context_length_exceeded", 400, "context_length_exceeded");
            failures.Add(provider, "model_not_found", 404, "model_not_found");
        }
        return failures;
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task StreamCutAfterContent_IsAFailure(string provider, string fault)
    {
        var text = new StringBuilder();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            await foreach (var update in ChatOf(provider, fault + ",pace=20").CompleteChatStreamingAsync("Stream me"))
            {
                foreach (var part in update.ContentUpdate)
                    text.Append(part.Text);
            }
        });

        Assert.NotEmpty(text.ToString());
        var record = await fixture.Gateway.ReadRecordOfModelAsync(ModelOf(provider, fault + ",pace=20"));
        Assert.Equal("cut_by_upstream", record.GetProperty("outcome").GetString());
    }

    public static TheoryData<string, string> Cuts()
    {
        var cuts = new TheoryData<string, string>();
        foreach (var provider in Providers.Select(row => row.Data))
        {
            foreach (var fault in (string[])["cut=7", "end=7", "error-event=7", "malformed=7"])
                cuts.Add(provider, fault);
        }
        return cuts;
    }

    private ChatClient ChatOf(string provider, string fault = "") => fixture.OpenAI.GetChatClient(ModelOf(provider, fault));
}
