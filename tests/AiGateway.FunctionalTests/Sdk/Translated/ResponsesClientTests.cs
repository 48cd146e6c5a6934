#pragma warning disable OPENAI001 // The client marks its Responses part as experimental; it is what callers use.
using System.Text;
using System.Text.Json;
using OpenAI.Responses;
using static AiGateway.FunctionalTests.Sdk.Translated.DialectFixture;

namespace AiGateway.FunctionalTests.Sdk.Translated;

/// <summary>The Responses API by OpenAI's official .NET client from providers with dialects of their own.</summary>
public sealed class ResponsesClientTests(DialectFixture fixture) : IClassFixture<DialectFixture>
{
    private readonly ResponsesClient _responses = fixture.OpenAI.GetResponsesClient();

    public static TheoryData<string> Providers => OpenAIClientTests.Providers;

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Input_IsAnsweredWithUsage(string provider)
    {
        ResponseResult answer = await _responses.CreateResponseAsync(ModelOf(provider), "What is YARP?");

        Assert.StartsWith("Simulated answer to: What is YARP?", answer.GetOutputText(), StringComparison.Ordinal);
        Assert.Equal(ResponseStatus.Completed, answer.Status);
        Assert.Equal(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Stream_IsNumberedWithoutGaps(string provider)
    {
        var text = new StringBuilder();
        var updates = new List<StreamingResponseUpdate>();
        await foreach (var update in await _responses.CreateResponseStreamingAsync(ModelOf(provider), "Stream me"))
        {
            updates.Add(update);
            if (update is StreamingResponseOutputTextDeltaUpdate delta)
                text.Append(delta.Delta);
        }

        Assert.Equal(Enumerable.Range(0, updates.Count), updates.Select(update => update.SequenceNumber));
        var completed = Assert.IsType<StreamingResponseCompletedUpdate>(updates[^1]).Response;
        Assert.Equal(text.ToString(), completed.GetOutputText());
        Assert.Equal(Assert.IsType<StreamingResponseCreatedUpdate>(updates[0]).Response.Id, completed.Id);
        Assert.True(completed.Usage.TotalTokenCount > 30);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task ToolLoop_IsAnsweredFromTheResult(string provider)
    {
        var options = new CreateResponseOptions(ModelOf(provider), [ResponseItem.CreateUserMessageItem("How is the weather?")]);
        options.Tools.Add(ResponseTool.CreateFunctionTool(
            "get_weather", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"""), strictModeEnabled: true));
        ResponseResult first = await _responses.CreateResponseAsync(options);
        var call = Assert.Single(first.OutputItems.OfType<FunctionCallResponseItem>());

        Assert.Equal("get_weather", call.FunctionName);
        foreach (var item in first.OutputItems)
            options.InputItems.Add(item);
        options.InputItems.Add(ResponseItem.CreateFunctionCallOutputItem(call.CallId, "21 degrees"));
        ResponseResult second = await _responses.CreateResponseAsync(options);
        Assert.Contains("21 degrees", second.GetOutputText(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task JsonSchema_IsObeyed(string provider)
    {
        var schema = BinaryData.FromString("""{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"],"additionalProperties":false}""");
        var options = new CreateResponseOptions(ModelOf(provider), [ResponseItem.CreateUserMessageItem("Who?")])
        {
            TextOptions = new ResponseTextOptions { TextFormat = ResponseTextFormat.CreateJsonSchemaFormat("person", schema, jsonSchemaIsStrict: true) },
        };
        ResponseResult answer = await _responses.CreateResponseAsync(options);

        Assert.Equal(["name", "age"], JsonSerializer.Deserialize<JsonElement>(answer.GetOutputText()).EnumerateObject().Select(member => member.Name));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task CutStream_IsAFailure(string provider) =>
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await foreach (var update in await _responses.CreateResponseStreamingAsync(ModelOf(provider, "cut=7,pace=20"), "Stream me"))
                Assert.IsNotType<StreamingResponseCompletedUpdate>(update);
        });
}
