using System.Text.Json;
using Anthropic;
using Anthropic.Models.Messages;
using static AiGateway.FunctionalTests.Sdk.Translated.AnthropicMessages;
using static AiGateway.FunctionalTests.Sdk.Translated.DialectFixture;

namespace AiGateway.FunctionalTests.Sdk.Translated;

/// <summary>Anthropic's official .NET client, with its validation of answers on: passed through to Anthropic, translated for all others. Simulated providers refuse what the real ones refuse, foreign signatures included.</summary>
public sealed class AnthropicClientTests(DialectFixture fixture) : IClassFixture<DialectFixture>
{
    private readonly AnthropicClient _client = fixture.Anthropic;

    public static TheoryData<string> Providers { get; } = new("anthropic", "openai", "google", "converse", "cohere", "invoke", "rawpredict");

    /// <summary>Providers that show thoughts and want their signatures back.</summary>
    public static TheoryData<string> ThinkingProviders { get; } = new("anthropic", "google", "converse", "invoke", "rawpredict");

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Question_IsAnsweredWithUsage(string provider)
    {
        var answer = await _client.Messages.Create(Ask(ModelOf(provider), User("What is YARP?")) with { System = "Be brief." });

        Assert.StartsWith("Simulated answer to: What is YARP?", TextOf(answer), StringComparison.Ordinal);
        Assert.Equal(StopReason.EndTurn, answer.StopReason!.Value());
        Assert.NotEmpty(answer.ID);
        // "Be brief." and "What is YARP?", four bytes a token.
        Assert.Equal(6, answer.Usage.InputTokens);
        Assert.InRange(answer.Usage.OutputTokens, 32, 80);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Stream_GivesWhatTheWholeAnswerGives(string provider)
    {
        var asked = Ask(ModelOf(provider), User("Stream me"));
        var whole = await _client.Messages.Create(asked);
        var texts = 0;
        var streamed = await _client.Messages.CreateStreaming(asked).Select(step =>
        {
            texts += step.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out _) ? 1 : 0;
            return step;
        }).Aggregate();

        Assert.Equal(TextOf(whole), TextOf(streamed));
        Assert.Equal(StopReason.EndTurn, streamed.StopReason!.Value());
        Assert.Equal(whole.Usage.OutputTokens, streamed.Usage.OutputTokens);
        Assert.True(texts > 10, $"{texts} deltas");
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task SeveralTurnsOfTools_WithParallelCallsAndAFailure_AreAnswered(string provider)
    {
        var asked = Ask(ModelOf(provider), User("weather and time, please")) with { Tools = [CityTool("get_weather"), CityTool("get_time")] };
        var first = await _client.Messages.Create(asked);
        var calls = CallsOf(first);

        Assert.Equal(StopReason.ToolUse, first.StopReason!.Value());
        Assert.Equal(["get_weather", "get_time"], calls.Select(call => call.Name));
        Assert.Equal(2, calls.Select(call => call.ID).Distinct(StringComparer.Ordinal).Count());
        Assert.All(calls, call => Assert.Equal(["city"], call.Input.Keys));

        asked = asked with
        {
            Messages =
            [
                .. asked.Messages, Turn(first),
                User(new ToolResultBlockParam(calls[0].ID) { Content = "21 degrees" }, new ToolResultBlockParam(calls[1].ID) { Content = "no clock", IsError = true }),
            ],
        };
        var second = await _client.Messages.Create(asked);
        Assert.Equal(StopReason.EndTurn, second.StopReason!.Value());
        Assert.StartsWith("Simulated answer from the tool result", TextOf(second), StringComparison.Ordinal);

        asked = asked with { Messages = [.. asked.Messages, Turn(second), User("And the weather again?")] };
        var third = await _client.Messages.Create(asked);
        var call = Assert.Single(CallsOf(third));
        var fourth = await _client.Messages.Create(asked with { Messages = [.. asked.Messages, Turn(third), User(new ToolResultBlockParam(call.ID) { Content = "22 degrees" })] });
        Assert.Contains("22 degrees", TextOf(fourth), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task StreamedToolCalls_ArriveWhole(string provider)
    {
        var asked = Ask(ModelOf(provider), User("weather and time, please")) with { Tools = [CityTool("get_weather"), CityTool("get_time")] };
        var arguments = new SortedDictionary<long, string>();
        var names = new SortedDictionary<long, string>();
        await foreach (var step in _client.Messages.CreateStreaming(asked))
        {
            if (step.TryPickContentBlockStart(out var start) && start.ContentBlock.TryPickToolUse(out var call))
                names[start.Index] = call.Name;
            if (step.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickInputJson(out var json))
                arguments[delta.Index] = arguments.GetValueOrDefault(delta.Index) + json.PartialJson;
        }

        Assert.Equal(["get_weather", "get_time"], names.Values);
        Assert.Equal(names.Keys, arguments.Keys);
        Assert.All(arguments.Values, text => Assert.True(JsonDocument.Parse(text).RootElement.TryGetProperty("city", out _)));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task ForcedTool_IsCalled(string provider)
    {
        var answer = await _client.Messages.Create(Ask(ModelOf(provider), User("hello")) with
        {
            Tools = [CityTool("get_weather"), CityTool("send_mail")],
            ToolChoice = new ToolChoiceTool("send_mail"),
        });

        Assert.Equal("send_mail", Assert.Single(CallsOf(answer)).Name);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Picture_ArrivesAsAPicture(string provider)
    {
        var picture = new ImageBlockParam(new Base64ImageSource { Data = "iVBORw0KGgo=", MediaType = MediaType.ImagePng });
        var answer = await _client.Messages.Create(Ask(ModelOf(provider), User(picture, new TextBlockParam("What"))));

        // 85 for the picture, one for the word.
        Assert.Equal(86, answer.Usage.InputTokens);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task StopSequenceAndTokenLimit_AreToldInAnthropicsWords(string provider)
    {
        var asked = Ask(ModelOf(provider), User("Go on"));
        var limited = await _client.Messages.Create(asked with { MaxTokens = 5 });
        var stopped = await _client.Messages.Create(asked with { StopSequences = [" to:"] });

        Assert.Equal(StopReason.MaxTokens, limited.StopReason!.Value());
        Assert.Equal(5, limited.Usage.OutputTokens);
        Assert.Equal("Simulated answer", TextOf(stopped));
        // The others do not tell a stop text from the end.
        Assert.Contains(stopped.StopReason!.Value(), (StopReason[])[StopReason.StopSequence, StopReason.EndTurn]);
    }

    [Theory]
    [MemberData(nameof(ThinkingProviders))]
    public async Task Thoughts_ComeBackWithTheirSignature_AndTheNextTurnIsAccepted(string provider)
    {
        var asked = Ask(ModelOf(provider), User("Think about the weather")) with
        {
            Thinking = new ThinkingConfigEnabled(2048),
            Tools = [CityTool("get_weather")],
        };
        foreach (var stream in (bool[])[false, true])
        {
            var first = stream ? await _client.Messages.CreateStreaming(asked).Aggregate() : await _client.Messages.Create(asked);
            var call = Assert.Single(CallsOf(first));

            Assert.StartsWith("Simulated thoughts", ThoughtsOf(first), StringComparison.Ordinal);
            Assert.True(first.Content[0].TryPickThinking(out var thinking));
            if (provider != "google")
                Assert.NotEmpty(thinking.Signature);
            var second = await _client.Messages.Create(asked with
            {
                Messages = [.. asked.Messages, Turn(first), User(new ToolResultBlockParam(call.ID) { Content = "21 degrees" })],
            });
            Assert.Contains("21 degrees", TextOf(second), StringComparison.Ordinal);
            var sent = (await fixture.Simulator.Control.LastAsync()).GetProperty("body").ToString();
            Assert.Contains("c2ltdWxhdGVkLXNpZ25hdHVyZS", sent, StringComparison.Ordinal);
            Assert.DoesNotContain("aigw1.", sent, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task ThoughtsOfOneProvider_DoNotDisturbTheNext(string provider)
    {
        foreach (var maker in (string[])["anthropic", "google", "converse", "invoke", "rawpredict"])
        {
            var asked = Ask(ModelOf(maker), User("Think about it")) with { Thinking = new ThinkingConfigEnabled(2048) };
            var first = await _client.Messages.Create(asked);
            var second = await _client.Messages.Create(asked with { Model = ModelOf(provider), Messages = [.. asked.Messages, Turn(first), User("Go on, then")] });

            Assert.Contains("Go on, then", TextOf(second), StringComparison.Ordinal);

            // Another provider takes over between a call and its result.
            asked = asked with { Messages = [User("Think about the weather")], Tools = [CityTool("get_weather")] };
            var calling = await _client.Messages.Create(asked);
            var result = new ToolResultBlockParam(Assert.Single(CallsOf(calling)).ID) { Content = "21 degrees" };
            var answer = await _client.Messages.Create(asked with { Model = ModelOf(provider), Messages = [.. asked.Messages, Turn(calling), User(result)] });
            Assert.Contains("21 degrees", TextOf(answer), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task JsonSchema_IsObeyed(string provider)
    {
        var schema = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(
            """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"],"additionalProperties":false}""")!;
        var answer = await _client.Messages.Create(Ask(ModelOf(provider), User("Who?")) with { OutputConfig = new OutputConfig { Format = new JsonOutputFormat { Schema = schema } } });

        Assert.Equal(["name", "age"], JsonSerializer.Deserialize<JsonElement>(TextOf(answer)).EnumerateObject().Select(member => member.Name));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task CountTokens_CountsOrEstimates(string provider)
    {
        var count = await _client.Messages.CountTokens(new MessageCountTokensParams { Model = ModelOf(provider), Messages = [User("What is YARP?")] });

        Assert.InRange(count.InputTokens, 3, 20);
    }

    [Fact]
    public async Task Models_AreListed()
    {
        var page = await _client.Models.List();

        Assert.Contains("anthropic/*", page.Items.Select(model => model.ID));
    }
}
