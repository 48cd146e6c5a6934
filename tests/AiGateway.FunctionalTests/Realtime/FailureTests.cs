using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>Before the upgrade a failure is unseen or an HTTP answer; after it each side's end is the other's, with a close that says so, and one record.</summary>
[Collection(RealtimeCollection.Name)]
public sealed class FailureTests(RealtimeFixture fixture)
{
    [Theory]
    [InlineData("status=500", "server_error")]
    [InlineData("status=503", "server_error")]
    [InlineData("status=429", "rate_limited")]
    [InlineData("status=401", "credential_refused")]
    [InlineData("status=403", "credential_refused")]
    [InlineData("model_not_found", "refused")]
    [InlineData("insufficient_quota", "credential_refused")]
    [InlineData("reset", "broken")]
    [InlineData("html=200", "nonsense")]
    [InlineData("garbage", "nonsense")]
    [InlineData("empty", "nonsense")]
    [InlineData("redirect", "nonsense")]
    public async Task HandshakeThatFails_IsTriedAtTheNextDeployment(string fault, string outcome)
    {
        if (outcome == "refused")
        {
            // A wildcard's model that the provider does not know is the caller's to mend.
            Assert.Equal(HttpStatusCode.NotFound, await RealtimeClient.StatusAsync(fixture.Gateway.Address, "v1/realtime?model=over/m!model_not_found"));
            return;
        }
        using var client = await fixture.OpenAsync($"over/m!{fault}");
        var created = await client.ReadUntilAsync("session.created");
        await client.CloseAsync();

        Assert.Equal("our-realtime", created.GetProperty("session").GetProperty("model").GetString());
        Assert.Equal(("voice-b", "2"), (client.Header("x-gateway-deployment"), client.Header("x-gateway-attempts")));
        var attempts = (await fixture.RecordAsync(client)).GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("outcome").GetString());
        Assert.Equal([outcome, "succeeded"], attempts);
    }

    [Fact]
    public async Task ProviderThatIsNotThere_IsPassedOver()
    {
        await using var gateway = await GatewayWithoutA();
        using var client = await fixture.OpenAsync(gateway: gateway);
        await client.ReadUntilAsync("session.created");
        await client.CloseAsync();

        Assert.Equal("voice-b", client.Header("x-gateway-deployment"));
    }

    [Theory]
    [InlineData("status=500", 502)]
    [InlineData("status=400", 400)]
    [InlineData("retry-after=7", 429)]
    [InlineData("status=401", 502)]
    [InlineData("garbage", 502)]
    public async Task NothingLeftToTry_IsAnHttpAnswerInOpenAIsShape(string fault, int status)
    {
        // Of its own: a provider that asks to be left alone is, by all sessions.
        await using var gateway = await fixture.AnotherGatewayAsync("");
        var raw = await RawHttp.SendAsync(gateway.Address,
            $"GET /v1/realtime?model=a/m!{fault} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {RealtimeFixture.Key}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", raw.Text, StringComparison.Ordinal);
        var error = JsonSerializer.Deserialize<JsonElement>(raw.Text[(raw.Text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        Assert.DoesNotContain(RealtimeFixture.UpstreamKey, raw.Text, StringComparison.Ordinal);
        Assert.Equal(status == 429, raw.Text.Contains("Retry-After: 7\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cut=2")]
    [InlineData("cut=6,split=3")]
    public async Task ProviderThatBreaks_IsToldInAnEventAndAClose(string fault)
    {
        using var client = await fixture.OpenAsync($"a/m!{fault}");
        await client.SayAsync("Hello");
        await client.SendAsync("""{"type":"response.create"}""");
        var (error, code, _) = await client.ReadToCloseAsync();

        Assert.Equal(("upstream_error", "server_error", 1011), (error?.GetProperty("code").GetString(), error?.GetProperty("type").GetString(), code));
        var record = await fixture.RecordAsync(client);
        Assert.Equal(("cut_by_upstream", "provider_gone", "broken"), (
            record.GetProperty("outcome").GetString(), record.GetProperty("session").GetProperty("end").GetString(), record.GetProperty("attempts")[0].GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task MalformedEvent_PassesAndTheSessionGoesOn()
    {
        using var client = await fixture.OpenAsync("a/m!malformed=2");
        await client.ReadUntilAsync("session.created");
        await client.SayAsync("Hello");
        Assert.Equal("{\"type\":\"respo", await client.ReadTextAsync());
        var answer = await client.AnswerAsync();
        await client.CloseAsync();

        Assert.Equal(answer.GetProperty("usage").GetProperty("input_tokens").GetInt64(), (await fixture.RecordAsync(client)).GetProperty("usage").GetProperty("input_tokens").GetInt64());
    }

    [Fact]
    public async Task NoUsageReported_IsMarkedAsEstimated()
    {
        using var client = await fixture.OpenAsync("a/m!no-usage");
        await client.SayAsync("Hello");
        await client.AnswerAsync();
        await client.CloseAsync();

        var record = await fixture.RecordAsync(client);
        Assert.True(record.GetProperty("usage").GetProperty("estimated").GetBoolean());
        Assert.Equal(1, record.GetProperty("session").GetProperty("responses").GetInt32());
    }

    [Fact]
    public async Task CallerThatVanishesInTheMiddleOfAnAnswer_LeavesARecordWithWhatTheAnswerConsumed()
    {
        await fixture.A.Control.ResetAsync();
        var client = await fixture.OpenAsync("a/gpt-realtime!pace=20,tokens=4000");
        await client.SayAsync("Hello");
        await client.SendAsync("""{"type":"response.create","response":{"output_modalities":["text"]}}""");
        await client.ReadUntilAsync("response.output_text.delta");
        client.Socket.Abort();

        var record = await fixture.RecordAsync(client);
        client.Dispose();
        var counted = (await fixture.A.Control.WaitForStatsAsync(static stats => stats.GetProperty("in_flight").GetInt32() == 0)).GetProperty("tokens");
        Assert.Equal(("caller_gone", "caller_gone", "cancelled"), (
            record.GetProperty("outcome").GetString(), record.GetProperty("session").GetProperty("end").GetString(), record.GetProperty("finish_reason").GetString()));
        var usage = record.GetProperty("usage");
        Assert.Equal(
            (counted.GetProperty("input").GetInt64(), counted.GetProperty("output").GetInt64(), false),
            (usage.GetProperty("input_tokens").GetInt64(), usage.GetProperty("output_tokens").GetInt64(), usage.GetProperty("estimated").GetBoolean()));
        Assert.True(record.TryGetProperty("cost_usd", out _));
    }

    [Fact]
    public async Task CallerThatClosesInTheMiddleOfAnAnswer_IsAnsweredAtOnce_AndTheUsageStillCounts()
    {
        using var client = await fixture.OpenAsync("a/gpt-realtime!pace=20,tokens=4000");
        await client.SayAsync("Hello");
        await client.SendAsync("""{"type":"response.create"}""");
        await client.ReadUntilAsync("response.created");
        await client.CloseAsync(1000, "enough");

        Assert.Equal(WebSocketState.Closed, client.Socket.State);
        var record = await fixture.RecordAsync(client);
        Assert.Equal(("completed", "cancelled", 1), (record.GetProperty("outcome").GetString(), record.GetProperty("finish_reason").GetString(), record.GetProperty("session").GetProperty("responses").GetInt32()));
        Assert.False(record.GetProperty("usage").GetProperty("estimated").GetBoolean());
    }

    [Fact]
    public async Task Draining_ClosesWhatIsStillOpen()
    {
        await using var gateway = await fixture.AnotherGatewayAsync("host:\n  drain_timeout: 300ms");
        using var quiet = await fixture.OpenAsync(gateway: gateway);
        using var talking = await fixture.OpenAsync("a/gpt-realtime!pace=20,tokens=4000", gateway: gateway);
        await talking.SendAsync("""{"type":"response.create"}""");
        await talking.ReadUntilAsync("response.created");
        var reading = new[] { quiet.ReadToCloseAsync(), talking.ReadToCloseAsync() };
        await gateway.StopAsync();

        foreach (var (error, code, _) in await Task.WhenAll(reading))
            Assert.Equal(("overloaded", 1001), (error?.GetProperty("code").GetString(), code));
        var record = await gateway.ReadRecordsAsync(talking.RequestId);
        Assert.Equal(("cut_by_drain", "drain", "cancelled"), (record.GetProperty("outcome").GetString(), record.GetProperty("session").GetProperty("end").GetString(), record.GetProperty("finish_reason").GetString()));
    }

    [Fact]
    public async Task Draining_TakesNoNewSessionsAndLetsAnOpenOneEnd()
    {
        var gateway = await fixture.AnotherGatewayAsync("host:\n  drain_timeout: 20s");
        await using var owned = gateway;
        using var client = await fixture.OpenAsync(gateway: gateway);
        await client.ReadUntilAsync("session.created");
        var stopping = gateway.StopAsync();
        HttpStatusCode status;
        while ((status = await RealtimeClient.StatusAsync(gateway.Address, "v1/realtime?model=voice")) == HttpStatusCode.SwitchingProtocols)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await client.SayAsync("Still there?");
        await client.AnswerAsync();
        await client.CloseAsync();
        await stopping;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
    }

    private async Task<Gateway.GatewayServer> GatewayWithoutA() =>
        await Gateway.GatewayServer.StartAsync(RealtimeFixture.Routing(new Uri($"http://127.0.0.1:{FreePort.Next()}/"), fixture.B.Address));
}
