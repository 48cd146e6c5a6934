using System.Net.Sockets;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>A proxy that opens tunnels (RFC 9110, 9.3.6) and forwards nothing else.</summary>
internal sealed class TunnelProxy : TcpServer
{
    /// <summary>The last request line.</summary>
    public string Asked { get; private set; } = "";

    protected override async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        var stream = client.GetStream();
        Asked = (await ReadHeadAsync(stream, stop)).Split('\r')[0];
        var target = new Uri("tcp://" + Asked.Split(' ')[1]);
        using var upstream = new TcpClient();
        await upstream.ConnectAsync(target.Host, target.Port, stop);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), stop);
        await Task.WhenAny(stream.CopyToAsync(upstream.GetStream(), stop), upstream.GetStream().CopyToAsync(stream, stop));
    }
}
