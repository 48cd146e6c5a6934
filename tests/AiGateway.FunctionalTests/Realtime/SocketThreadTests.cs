using System.Net.WebSockets;
using System.Text;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>Large events are read, edited and metered in the thread pool, as <see cref="Lifecycle.SocketThreadTests"/> asks of all long work; said there is how it is measured.</summary>
public sealed class SocketThreadTests
{
    private const string SocketThreads = ".NET Sockets";
    private const int EnoughTicks = 50;
    private const int MostRounds = 5_000;

    // Where nothing leaves, shares are 0.35 to 0.65; else about 0.1, which is copying.
    private const double MostShare = 0.25;

    [Fact]
    public async Task LargeEvents_AreReadInThePool()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Threads' times are read from /proc.");
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayProcess.StartAsync(
            $$"""
            providers:
              sim: { kind: openai, base_url: "{{new Uri(simulator.Address, "v1")}}", keys: sk-upstream }
            deployments:
              voice: { provider: sim, model: gpt-realtime }
            aliases:
              voice: { groups: [{ deployments: [voice] }] }
            """);
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://{gateway.Address.Authority}/v1/realtime?model=voice"), TestContext.Current.CancellationToken);
        var update = Encoding.UTF8.GetBytes($$$"""{"type":"session.update","session":{"model":"voice","instructions":"{{{string.Concat(Enumerable.Repeat("some \\\"words\\\" \\u00e4\\n", 20_000))}}}"}}""");
        await ReadAsync(client);
        for (var i = 0; i < 20; i++)
            await ExchangeAsync(client, update);

        var before = ThreadTimes.Of(gateway.Process.Id, SocketThreads);
        var used = default(ThreadTimes);
        for (var i = 0; i < MostRounds && used.All < EnoughTicks; i++)
        {
            await ExchangeAsync(client, update);
            used = ThreadTimes.Of(gateway.Process.Id, SocketThreads) - before;
        }

        Assert.True(used.All >= EnoughTicks, $"{MostRounds} events took no more than {used.All} ticks: too little to judge by");
        TestContext.Current.TestOutputHelper?.WriteLine($"{used.Named} of {used.All} ticks");
        Assert.True((double)used.Named / used.All < MostShare, $"{used.Named} of {used.All} ticks were the sockets' threads'");
    }

    private static async Task ExchangeAsync(ClientWebSocket client, byte[] message)
    {
        await client.SendAsync(message, WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        await ReadAsync(client);
    }

    private static async Task ReadAsync(ClientWebSocket client)
    {
        var buffer = new byte[64 * 1024];
        while (!(await client.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken)).EndOfMessage)
        {
        }
    }
}
