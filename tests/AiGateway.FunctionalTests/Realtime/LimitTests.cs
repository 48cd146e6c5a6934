using System.ClientModel;
using System.Globalization;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;
using OpenAI.Realtime;

namespace AiGateway.FunctionalTests.Realtime;

#pragma warning disable OPENAI002 // The official client marks its realtime part as experimental.

/// <summary>What a session consumes counts while it goes on, and ends it where a limit or budget has no room for another answer.</summary>
[Collection(RealtimeCollection.Name)]
public sealed class LimitTests(RealtimeFixture fixture)
{
    // Of this, 0.016 are held for an answer as long as none is known: 1,000 tokens of text.
    private const string Budget = """
        budgets:
          - { id: small, on: key, match: voice, amount: "0.02", reserve: learned }
        """;

    private const string Ask = """{"type":"response.create","response":{"output_modalities":["text"]}}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ABudget_EndsTheSessionThatSpendsIt()
    {
        await using var gateway = await fixture.AnotherGatewayAsync(Budget);
        var (answers, error, code, record) = await ConverseAsync(gateway);

        Assert.InRange(answers, 1, 200);
        Assert.Equal(("insufficient_quota", "insufficient_quota", 1008), (Text(error, "type"), Text(error, "code"), code));
        Assert.StartsWith("The session ends. The budget of this key (0.02 USD per month)", Text(error, "message"), StringComparison.Ordinal);
        Assert.Equal(("limit_reached", "completed", answers), (record.GetProperty("session").GetProperty("end").GetString(), record.GetProperty("outcome").GetString(), record.GetProperty("session").GetProperty("responses").GetInt32()));
        var cost = Cost(record);
        Assert.InRange(cost, 0.002m, 0.02m);
        var metrics = await gateway.Admin.GetStringAsync("metrics", Stop);
        Assert.Contains("aigateway_admission_decisions_total{limit=\"small\",measure=\"spend\",result=\"refused\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("end=\"limit_reached\"", metrics, StringComparison.Ordinal);
        // All of it is counted, once, and nothing is held any more.
        Assert.Equal((double)cost, Gauge(metrics, "aigateway_budget_used_usd"), 6);
        Assert.Equal(0, Gauge(metrics, "aigateway_budget_reserved_usd"));
    }

    [Theory]
    [InlineData("budgets:\n  - { on: key, match: voice, amount: \"0.01\" }", 402)]
    [InlineData("limits:\n  - { on: key, match: voice, tokens: 900/hour, reserve: worst_case }", 400)]
    public async Task NoRoomForOneAnswer_OpensNoSession(string limits, int status)
    {
        await using var gateway = await fixture.AnotherGatewayAsync(limits);

        Assert.Equal(status, (int)await RealtimeClient.StatusAsync(gateway.Address, "v1/realtime?model=voice"));
    }

    [Fact]
    public async Task ALimitOnTokens_EndsTheSession()
    {
        await using var gateway = await fixture.AnotherGatewayAsync("""
            limits:
              - { on: key, match: voice, tokens: 1500/hour }
            """);
        var (answers, error, code, record) = await ConverseAsync(gateway);

        Assert.InRange(answers, 2, 200);
        Assert.Equal(("tokens", "rate_limit_exceeded", 1008), (Text(error, "type"), Text(error, "code"), code));
        var usage = record.GetProperty("usage");
        Assert.InRange(usage.GetProperty("input_tokens").GetInt32() + usage.GetProperty("output_tokens").GetInt32(), 400, 1_500);
    }

    [Fact]
    public async Task ABudgetInRedis_KnowsWhatSessionsOfOtherNodesConsumed()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        var shared = $$"""
            host:
              redis: { url: "redis://{{redis.Endpoint}}", timeout: 1s }
            {{Budget.Replace("reserve: learned", "reserve: learned, mode: exact", StringComparison.Ordinal)}}
            """;
        await using var one = await fixture.AnotherGatewayAsync(shared);
        await using var two = await fixture.AnotherGatewayAsync(shared);
        // For a first answer there is room, as long as nobody has spent anything.
        var (answers, _, code, record) = await ConverseAsync(two);

        Assert.InRange(answers, 1, 200);
        Assert.Equal((1008, "limit_reached"), (code, record.GetProperty("session").GetProperty("end").GetString()));
        Assert.InRange(Cost(record), 0.002m, 0.02m);
        Assert.Equal(402, (int)await RealtimeClient.StatusAsync(one.Address, "v1/realtime?model=voice"));
    }

    [Fact]
    public async Task DotNetClient_SeesWhy()
    {
        await using var gateway = await fixture.AnotherGatewayAsync(Budget);
        var client = new OpenAI.Realtime.RealtimeClient(new ApiKeyCredential(RealtimeFixture.Key), new RealtimeClientOptions { Endpoint = new Uri(gateway.Address, "v1") });
        using var session = await client.StartConversationSessionAsync("voice", cancellationToken: Stop);
        var options = new RealtimeConversationSessionOptions();
        options.OutputModalities.Add(RealtimeOutputModality.Text);
        await session.ConfigureConversationSessionAsync(options, Stop);
        await session.AddItemAsync(RealtimeItem.CreateUserMessageItem("hello"), Stop);
        await session.StartResponseAsync(Stop);
        string? code = null;
        await foreach (var update in session.ReceiveUpdatesAsync(Stop))
        {
            if (update is RealtimeServerUpdateResponseDone)
            {
                await session.StartResponseAsync(Stop);
            }
            else if (update is RealtimeServerUpdateError error)
            {
                code = error.Error.Code;
                break;
            }
        }

        Assert.Equal("insufficient_quota", code);
    }

    /// <summary>Asks for one answer after the other until the session ends.</summary>
    private async Task<(int Answers, JsonElement? Error, int Code, JsonElement Record)> ConverseAsync(GatewayServer gateway)
    {
        using var client = await fixture.OpenAsync(gateway: gateway);
        var (answers, error) = (0, default(JsonElement?));
        await client.SayAsync("Hello there");
        await client.SendAsync(Ask);
        while (await client.ReadTextAsync() is { } text)
        {
            var message = JsonSerializer.Deserialize<JsonElement>(text);
            switch (message.GetProperty("type").GetString())
            {
                case "response.done":
                    answers++;
                    await client.SendAsync(Ask);
                    break;
                case "error":
                    error = message.GetProperty("error");
                    break;
            }
        }
        await client.Socket.CloseOutputAsync(client.Socket.CloseStatus!.Value, null, Stop);
        var record = await fixture.RecordAsync(client, gateway);
        // One that was begun meanwhile is cancelled, and counts as well.
        return (record.GetProperty("session").GetProperty("responses").GetInt32() - answers is 0 or 1 ? record.GetProperty("session").GetProperty("responses").GetInt32() : -1, error, (int)client.Socket.CloseStatus!, record);
    }

    private static decimal Cost(JsonElement record) => decimal.Parse(record.GetProperty("cost_usd").GetString()!, CultureInfo.InvariantCulture);

    private static string Text(JsonElement? error, string member) => error?.GetProperty(member).GetString() ?? "";

    private static double Gauge(string metrics, string name)
    {
        var line = metrics.Split('\n').Single(line => line.StartsWith(name + "{", StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
