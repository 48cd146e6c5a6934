using System.Net;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>Who may open a session, with what, for which models; refusals are HTTP answers before the upgrade.</summary>
[Collection(RealtimeCollection.Name)]
public sealed class AccessTests(RealtimeFixture fixture)
{
    private const string Handshake = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";

    [Theory]
    [InlineData("Authorization", "Bearer " + RealtimeFixture.Key)]
    [InlineData("api-key", RealtimeFixture.Key)]
    public async Task KeyInAHeader_IsTaken(string name, string value)
    {
        using var client = await RealtimeClient.ConnectAsync(fixture.Gateway.Address, "v1/realtime?model=voice", null, options => options.SetRequestHeader(name, value));
        await client.ReadUntilAsync("session.created");
        await client.CloseAsync();

        Assert.Equal("voice", (await fixture.RecordAsync(client)).GetProperty("caller").GetString());
    }

    [Theory]
    [InlineData("realtime", "realtime", "openai-insecure-api-key." + RealtimeFixture.Key, "openai-beta.realtime-v1")]
    [InlineData("realtime", "openai-insecure-api-key." + RealtimeFixture.Key, "realtime", "openai-organization.org-1", "openai-project.proj-1")]
    [InlineData("openai-beta.realtime-v1", "openai-insecure-api-key." + RealtimeFixture.Key, "openai-beta.realtime-v1")]
    [InlineData("my-own", "openai-insecure-api-key." + RealtimeFixture.Key, "my-own")]
    public async Task KeyInASubprotocol_IsTakenAndNotRepeated(string confirmed, params string[] offered)
    {
        using var client = await RealtimeClient.ConnectAsync(fixture.Gateway.Address, "v1/realtime?model=voice", null, options =>
        {
            foreach (var name in offered)
                options.AddSubProtocol(name);
        });
        await client.ReadTextAsync();
        await client.CloseAsync();

        Assert.Equal(confirmed, client.Socket.SubProtocol);
        var seen = (await fixture.A.Control.LastAsync()).ToString();
        Assert.DoesNotContain(RealtimeFixture.Key, seen, StringComparison.Ordinal);
        Assert.DoesNotContain("org-1", seen, StringComparison.Ordinal);
        Assert.Equal(offered.Contains("openai-beta.realtime-v1"), seen.Contains("realtime=v1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, "voice", 401, "invalid_api_key")]
    [InlineData("sk-nobodys", "voice", 401, "invalid_api_key")]
    [InlineData(RealtimeFixture.NarrowKey, "voice", 403, "model_not_allowed")]
    [InlineData(RealtimeFixture.Key, "nothing", 404, "model_not_found")]
    [InlineData(RealtimeFixture.Key, "", 400, null)]
    [InlineData(RealtimeFixture.Key, "a/..", 400, null)]
    [InlineData(RealtimeFixture.Key, "plain", 400, "unsupported_operation")]
    [InlineData(RealtimeFixture.Key, "chat-only", 400, "unsupported_operation")]
    [InlineData(RealtimeFixture.Key, "said", 101, null)]
    [InlineData(RealtimeFixture.NarrowKey, "other", 101, null)]
    public async Task Caller_GetsWhatItMayHave(string? key, string model, int status, string? code)
    {
        var before = await fixture.A.Control.RequestsAsync();
        var answer = await AskAsync($"/v1/realtime?model={Uri.EscapeDataString(model)}", key is null ? "" : $"Authorization: Bearer {key}\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(status == 101 ? 1 : 0, await fixture.A.Control.RequestsAsync() - before);
        if (status != 101)
        {
            var error = JsonSerializer.Deserialize<JsonElement>(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).GetProperty("error");
            Assert.Equal(code, error.GetProperty("code").GetString());
            Assert.NotEmpty(error.GetProperty("message").GetString()!);
        }
    }

    [Fact]
    public async Task PlainRequest_IsToldToUpgrade()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("v1/realtime?model=voice", UriKind.Relative));
        request.Headers.Authorization = new("Bearer", RealtimeFixture.Key);
        using var answer = await fixture.Gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        using var posted = await fixture.Gateway.Client.PostAsync(new Uri("v1/realtime?model=voice&api-key=x", UriKind.Relative), null, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.UpgradeRequired, "websocket"), (answer.StatusCode, answer.Headers.Upgrade.ToString()));
        Assert.Contains("upgrade_required", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, posted.StatusCode);
    }

    [Theory]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n")]
    [InlineData("Connection: Upgrade\r\nUpgrade: h2c\r\n")]
    [InlineData("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n")]
    public async Task BrokenHandshake_IsRefused(string headers)
    {
        var raw = await RawHttp.SendAsync(fixture.Gateway.Address, $"GET /v1/realtime?model=voice HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {RealtimeFixture.Key}\r\n{headers}\r\n");

        Assert.StartsWith("HTTP/1.1 426 ", raw.Text, StringComparison.Ordinal);
        Assert.Contains("Sec-WebSocket-Version: 13", raw.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("https://gateway.evil.example", 403)]
    [InlineData("https://app.example", 101)]
    [InlineData("http://gateway", 101)]
    public async Task PageOfAnotherOrigin_MayOnlyWhereCorsSaysSo(string origin, int status)
    {
        await using var gateway = await fixture.AnotherGatewayAsync("cors:\n  origins: [https://app.example]");
        var raw = await RawHttp.SendAsync(gateway.Address, $"GET /v1/realtime?model=voice HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {RealtimeFixture.Key}\r\nOrigin: {origin}\r\n{Handshake}\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", raw.Text, StringComparison.Ordinal);
        Assert.Equal(status == 403, raw.Text.Contains("origin_not_allowed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CallersOwnKey_GoesToTheProvider()
    {
        await using var gateway = await GatewayServer.StartAsync(
            $$"""
            providers:
              own: { kind: openai, base_url: "{{new Uri(fixture.A.Address, "v1")}}", credentials: caller }
            deployments:
              voice: { provider: own, model: gpt-realtime }
            aliases:
              voice: { groups: [{ deployments: [voice] }] }
            """);
        using var client = await RealtimeClient.ConnectAsync(gateway.Address, "v1/realtime?model=voice", null, options =>
        {
            options.AddSubProtocol("realtime");
            options.AddSubProtocol("openai-insecure-api-key." + RealtimeFixture.UpstreamKey);
        });
        await client.ReadUntilAsync("session.created");
        await client.CloseAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, await RealtimeClient.StatusAsync(gateway.Address, "v1/realtime?model=voice", null));
    }

    private async Task<string> AskAsync(string path, string headers) =>
        (await RawHttp.SendAsync(fixture.Gateway.Address, $"GET {path} HTTP/1.1\r\nHost: gateway\r\n{headers}{Handshake}\r\n")).Text;
}
