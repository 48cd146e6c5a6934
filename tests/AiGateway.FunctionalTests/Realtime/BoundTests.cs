using System.Net;
using System.Net.WebSockets;
using AiGateway.Forwarding.Realtime;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>Sessions are bounded in number, length, silence and the size of a message, whatever comes at the same time.</summary>
[Collection(RealtimeCollection.Name)]
public sealed class BoundTests(RealtimeFixture fixture)
{
    [Theory]
    [InlineData(1, "max_sessions: 6\n  max_sessions_per_caller: 6", 6)]
    [InlineData(2, "max_sessions: 50\n  max_sessions_per_caller: 4", 4)]
    public async Task ManyAtOnce_NeverMoreThanTheBound_AndNoneLeftAtTheEnd(int seed, string bounds, int most)
    {
        await fixture.A.Control.ResetAsync();
        await using var gateway = await fixture.AnotherGatewayAsync("realtime:\n  " + bounds);
        var sessions = gateway.Services.GetRequiredService<OpenSessions>();
        using var over = new CancellationTokenSource();
        var highest = 0;
        var watching = WatchAsync();
        var random = SeededRandom.From(seed);
        var ways = Enumerable.Range(0, 80).Select(_ => random.Next(6)).ToArray();
        var (opened, refused) = (0, 0);
        await Parallel.ForEachAsync(ways, new ParallelOptions { MaxDegreeOfParallelism = 20 }, async (way, _) =>
        {
            RealtimeClient client;
            try
            {
                client = await fixture.OpenAsync(way == 5 ? "a/m!cut=3" : "voice", gateway: gateway);
            }
            catch (WebSocketException)
            {
                Interlocked.Increment(ref refused);
                return;
            }
            using (client)
            {
                Interlocked.Increment(ref opened);
                await EndAsync(client, way);
            }
        });
        await fixture.A.Control.WaitForStatsAsync(static stats => stats.GetProperty("in_flight").GetInt32() == 0);
        while (sessions.Count > 0)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await over.CancelAsync();
        await watching;

        Assert.InRange(highest, 1, most);
        Assert.True(refused > 0 && opened >= most, $"{opened} opened, {refused} refused");
        var again = await Task.WhenAll(Enumerable.Range(0, most).Select(_ => fixture.OpenAsync(gateway: gateway)));
        var one = await RealtimeClient.StatusAsync(gateway.Address, "v1/realtime?model=voice");
        Assert.Equal(HttpStatusCode.TooManyRequests, one);
        await Task.WhenAll(again.Select(client => client.CloseAsync()));
        Assert.Equal(opened + again.Length, (await RecordsOfAsync(gateway, opened + again.Length)).Count);
        Assert.Equal(0, await RealtimeFixture.MetricAsync(gateway, "aigateway_realtime_open"));
        foreach (var client in again)
            client.Dispose();

        async Task WatchAsync()
        {
            while (!over.IsCancellationRequested)
            {
                highest = Math.Max(highest, sessions.Count);
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task BeyondTheBound_IsA429InOpenAIsShape()
    {
        await using var gateway = await fixture.AnotherGatewayAsync("realtime:\n  max_sessions_per_caller: 1");
        using var first = await fixture.OpenAsync(gateway: gateway);
        var raw = await RawHttp.SendAsync(gateway.Address,
            $"GET /v1/realtime?model=voice HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {RealtimeFixture.Key}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
        using var ofAnother = await fixture.OpenAsync("other", RealtimeFixture.NarrowKey, gateway);

        Assert.StartsWith("HTTP/1.1 429 ", raw.Text, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"too_many_sessions\"", raw.Text, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 5\r\n", raw.Text, StringComparison.Ordinal);
        await first.CloseAsync();
        await ofAnother.CloseAsync();
    }

    [Fact]
    public async Task NoSessionsAllowed_ClosesTheEndpoint()
    {
        await using var gateway = await fixture.AnotherGatewayAsync("realtime:\n  max_sessions: 0");

        Assert.Equal(HttpStatusCode.TooManyRequests, await RealtimeClient.StatusAsync(gateway.Address, "v1/realtime?model=voice"));
    }

    [Theory]
    [InlineData("max_session: 1s", "session_expired", "max_session")]
    [InlineData("idle_timeout: 1s", "session_idle", "idle")]
    public async Task TooLongOrTooSilent_EndsWithAnEventAndAClose(string bound, string code, string end)
    {
        await using var gateway = await fixture.AnotherGatewayAsync("realtime:\n  " + bound);
        using var client = await fixture.OpenAsync(gateway: gateway);
        await client.ReadUntilAsync("session.created");
        var (error, closed, reason) = await client.ReadToCloseAsync();

        Assert.Equal((code, 1000, code), (error?.GetProperty("code").GetString(), closed, reason));
        var record = await fixture.RecordAsync(client, gateway);
        Assert.Equal((end, "completed"), (record.GetProperty("session").GetProperty("end").GetString(), record.GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task SomethingSaid_KeepsASessionOpen()
    {
        await using var gateway = await fixture.AnotherGatewayAsync("realtime:\n  idle_timeout: 2s");
        using var client = await fixture.OpenAsync(gateway: gateway);
        for (var i = 0; i < 8; i++)
        {
            await client.SayAsync("Still here");
            await client.ReadUntilAsync("conversation.item.done");
            await Task.Delay(400, TestContext.Current.CancellationToken);
        }
        await client.CloseAsync();

        Assert.Equal("closed_by_caller", (await fixture.RecordAsync(client, gateway)).GetProperty("session").GetProperty("end").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TooLargeAMessage_EndsTheSession(bool ofProvider)
    {
        await using var gateway = await fixture.AnotherGatewayAsync("realtime:\n  max_message: 64KiB");
        using var client = await fixture.OpenAsync(ofProvider ? "a/m!huge=100000" : "voice", gateway: gateway);
        await client.ReadUntilAsync("session.created");
        if (ofProvider)
            await client.SendAsync("""{"type":"response.create","response":{"output_modalities":["text"]}}""");
        else
            await client.SendAsync($$"""{"type":"input_audio_buffer.append","audio":"{{new string('A', 100_000)}}"}""");
        // What the provider sent has begun to pass when it turns out to be too much: no event can follow in the middle of it.
        var code = ofProvider ? await CloseCodeAsync(client) : (await client.ReadToCloseAsync()).Code;

        Assert.Equal(1009, code);
        Assert.Equal("message_too_large", (await fixture.RecordAsync(client, gateway)).GetProperty("session").GetProperty("end").GetString());
    }

    private static async Task<int> CloseCodeAsync(RealtimeClient client)
    {
        var buffer = new byte[16 * 1024];
        while ((await client.Socket.ReceiveAsync(buffer, CancellationToken.None)).MessageType != WebSocketMessageType.Close)
        {
        }
        return (int)client.Socket.CloseStatus!;
    }

    private static async Task EndAsync(RealtimeClient client, int way)
    {
        await client.ReadTextAsync();
        switch (way)
        {
            case 0:
                client.Socket.Abort();
                break;
            case 1 or 5:
                await client.SayAsync("Hello");
                await client.SendAsync("""{"type":"response.create"}""");
                if (way == 5)
                    await client.ReadToCloseAsync();
                else
                    await client.CloseAsync();
                break;
            case 2:
                await client.SendAsync("""{"type":"response.create"}""");
                client.Socket.Abort();
                break;
            default:
                await client.SayAsync("Hello");
                await client.AnswerAsync();
                await client.CloseAsync();
                break;
        }
    }

    private static async Task<IReadOnlyList<System.Text.Json.JsonElement>> RecordsOfAsync(GatewayServer gateway, int count)
    {
        while (true)
        {
            var records = (await gateway.RecordsAsync()).Where(static record => record.TryGetProperty("session", out _)).ToArray();
            if (records.Length >= count)
                return records;
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
