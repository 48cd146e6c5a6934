using System.Globalization;

namespace AiGateway.TestKit;

/// <summary>A real cluster of three Redis on loopback, each with a third of the slots.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private const int Slots = 16_384;

    private RedisCluster(RedisServer[] nodes) => Nodes = nodes;

    /// <summary>Its nodes.</summary>
    public IReadOnlyList<RedisServer> Nodes { get; }

    /// <summary>Starts one and waits until it serves, or skips the running test where no Redis is installed.</summary>
    public static async Task<RedisCluster> StartOrSkipAsync()
    {
        var (nodes, buses) = (new RedisServer[3], new string[3]);
        for (var i = 0; i < nodes.Length; i++)
        {
            var bus = buses[i] = FreePort.Next().ToString(CultureInfo.InvariantCulture);
            nodes[i] = await RedisServer.StartOrSkipAsync(server => ["--port", server.Port.ToString(CultureInfo.InvariantCulture), "--cluster-enabled", "yes", "--cluster-port", bus]);
        }
        for (var i = 0; i < nodes.Length; i++)
        {
            await nodes[i].AskUntilAsync(string.Create(CultureInfo.InvariantCulture, $"CLUSTER ADDSLOTSRANGE {i * Slots / 3} {((i + 1) * Slots / 3) - 1}"), "+OK");
            await nodes[i].AskUntilAsync(string.Create(CultureInfo.InvariantCulture, $"CLUSTER MEET 127.0.0.1 {nodes[0].Port} {buses[0]}"), "+OK");
        }
        foreach (var node in nodes)
        {
            await node.AskUntilAsync("CLUSTER INFO", "cluster_state:ok");
        }
        return new RedisCluster(nodes);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }
    }
}
