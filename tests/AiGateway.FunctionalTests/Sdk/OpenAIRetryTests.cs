using System.ClientModel;
using System.Text.Json;
using OpenAI.Chat;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>The official .NET client's own retries: it waits as long as the gateway tells it, and would not wait at all if it were not told.</summary>
public sealed class OpenAIRetryTests(SdkFixture fixture) : IClassFixture<SdkFixture>
{
    [Theory]
    [InlineData("once/gpt-x!retry-after=1,first=1", 429)]
    [InlineData("once/gpt-x!status=503,first=1", 502)]
    public async Task AfterAnErrorThatPasses_ClientComesBackOnceTheWaitIsOver(string model, int status)
    {
        ChatCompletion answer = await fixture.ClientOf(SdkFixture.Alice, retries: 3).GetChatClient(model).CompleteChatAsync("hello");

        Assert.Equal("gpt-x", answer.Model);
        var calls = await RecordsOfAsync(model, 2);
        Assert.Equal([status, 200], calls.Select(call => call.GetProperty("status").GetInt32()));
        Assert.True(TimeOf(calls[1]) - TimeOf(calls[0]) > TimeSpan.FromSeconds(0.95), string.Join('\n', calls));
    }

    [Fact]
    public async Task NothingHealthy_IsWaitedOut()
    {
        // The provider refuses our key once; its deployment then rests for two seconds.
        const string Model = "locked/gpt-x!status=401,first=1";
        ChatCompletion answer = await fixture.ClientOf(SdkFixture.Alice, retries: 3).GetChatClient(Model).CompleteChatAsync("hello");

        Assert.Equal("gpt-x", answer.Model);
        Assert.Equal([502, 503, 200], (await RecordsOfAsync(Model, 3)).Select(call => call.GetProperty("status").GetInt32()));
    }

    // Timers may fire a few milliseconds early; the gateway's own retry must not then find the deployment still resting.
    [Fact]
    public async Task GatewaysOwnRetryAfterAShortRateLimit_IsNeverTooEarly()
    {
        for (var round = 0; round < 25; round++)
        {
            var model = $"limited/gpt-{round}!retry-after-ms={40 + round},first=1";
            var result = await Record.ExceptionAsync(() => fixture.OpenAI.GetChatClient(model).CompleteChatAsync("hello"));

            Assert.True(result is null, string.Join('\n', await RecordsOfAsync(model, 1)));
        }
    }

    [Fact]
    public async Task LastingError_IsTriedFourTimesInThreeSeconds_NotInMilliseconds()
    {
        const string Model = "once/gpt-x!status=503";
        var failed = await Assert.ThrowsAsync<ClientResultException>(() => fixture.ClientOf(SdkFixture.Alice, retries: 3).GetChatClient(Model).CompleteChatAsync("hello"));

        Assert.Equal(502, failed.Status);
        var calls = await RecordsOfAsync(Model, 4);
        Assert.True(TimeOf(calls[3]) - TimeOf(calls[0]) > TimeSpan.FromSeconds(2.9), string.Join('\n', calls));
    }

    [Fact]
    public async Task RefusalThatNoWaitMends_IsNotTriedAgain()
    {
        const string Model = "once/gpt-x!context_length_exceeded";
        await Assert.ThrowsAsync<ClientResultException>(() => fixture.ClientOf(SdkFixture.Alice, retries: 3).GetChatClient(Model).CompleteChatAsync("hello"));

        Assert.Single(await RecordsOfAsync(Model, 1));
    }

    private static DateTimeOffset TimeOf(JsonElement record) => record.GetProperty("time").GetDateTimeOffset();

    private async Task<List<JsonElement>> RecordsOfAsync(string model, int count)
    {
        // The last one is written after the client has its answer.
        var deadline = DateTime.UtcNow + TimeSpan.FromSeconds(10);
        while (true)
        {
            List<JsonElement> records = [.. (await fixture.Gateway.RecordsAsync()).Where(record => record.GetProperty("requested_model").GetString() == model)];
            if (records.Count >= count || DateTime.UtcNow > deadline)
                return records;
            await Task.Delay(10);
        }
    }
}
