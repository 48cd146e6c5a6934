using System.Net;
using AiGateway.Forwarding.Realtime;
using AiGateway.FunctionalTests.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>Whatever a provider sends after its 101: the caller gets an event and a close, one record is left, and nothing stays open.</summary>
public sealed class HostileProviderTests
{
    public static TheoryData<string, byte[]> Frames { get; } = new()
    {
        { "masked", RawSession.Frame(0x81, "{}"u8) },
        { "invalid UTF-8", RawSession.Frame(0x81, [0xC3, 0x28], masked: false) },
        { "compressed, unasked", RawSession.Frame(0xC1, "{}"u8, masked: false) },
        { "reserved opcode", RawSession.Frame(0x8F, "{}"u8, masked: false) },
        { "continuation of nothing", RawSession.Frame(0x80, "{}"u8, masked: false) },
        { "negative length", RawSession.Frame(0x81, [], masked: false, claimed: ulong.MaxValue) },
        { "close with a reserved code", RawSession.Frame(0x88, [3, 237], masked: false) },
        { "HTTP", "HTTP/1.1 200 OK\r\n\r\n"u8.ToArray() },
    };

    [Theory]
    [MemberData(nameof(Frames))]
    public async Task BrokenFrame_IsTheProvidersBreak(string what, byte[] frame)
    {
        await using var provider = new RawProvider(frame);
        await using var gateway = await StartAsync(provider);
        using var client = await RealtimeClient.ConnectAsync(gateway.Address, "v1/realtime?model=voice", null);
        var (error, code, _) = await client.ReadToCloseAsync();

        Assert.Equal((what, "upstream_error", 1011), (what, error?.GetProperty("code").GetString(), code));
        var record = await gateway.ReadRecordsAsync(client.RequestId);
        Assert.Equal(("provider_gone", "cut_by_upstream"), (record.GetProperty("session").GetProperty("end").GetString(), record.GetProperty("outcome").GetString()));
        while (gateway.Services.GetRequiredService<OpenSessions>().Count > 0)
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task MessageThatNeverEnds_DoesNotKeepTheCallersCloseFromPassing()
    {
        await using var provider = new RawProvider(RawSession.Frame(0x01, "{\"type\":\"response.done\",\"a\":\""u8, masked: false));
        await using var gateway = await StartAsync(provider);
        using var client = await RealtimeClient.ConnectAsync(gateway.Address, "v1/realtime?model=voice", null);
        await client.CloseAsync();

        Assert.Equal(1000, (int)client.Socket.CloseStatus!);
        Assert.Equal("closed_by_caller", (await gateway.ReadRecordsAsync(client.RequestId)).GetProperty("session").GetProperty("end").GetString());
    }

    [Fact]
    public async Task SwitchOfProtocolsThatIsNoAnswerToOurs_IsNonsense()
    {
        await using var provider = new RawProvider([], provesItself: false);
        await using var gateway = await StartAsync(provider);

        Assert.Equal(HttpStatusCode.BadGateway, await RealtimeClient.StatusAsync(gateway.Address, "v1/realtime?model=voice", null));
    }

    private static Task<GatewayServer> StartAsync(RawProvider provider) => GatewayServer.StartAsync(
        $$"""
        providers:
          raw: { kind: openai, base_url: "{{new Uri(provider.Address, "v1")}}", keys: sk-upstream }
        deployments:
          voice: { provider: raw, model: gpt-realtime }
        aliases:
          voice: { groups: [{ deployments: [voice] }], retries: { max_attempts: 1 } }
        """);
}
