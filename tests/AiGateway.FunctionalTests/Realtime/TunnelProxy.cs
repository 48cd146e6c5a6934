using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>A proxy that opens tunnels (RFC 9110, 9.3.6), one after another, and forwards nothing else.</summary>
internal sealed class TunnelProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private TunnelProxy()
    {
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _running = RunAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>The last request line.</summary>
    public string Asked { get; private set; } = "";

    /// <summary>Starts one.</summary>
    public static TunnelProxy Start() => new();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await TunnelAsync(client.GetStream());
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }

    private async Task TunnelAsync(NetworkStream client)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await client.ReadExactlyAsync(one, _stop.Token);
            head.Append((char)one[0]);
        }
        Asked = head.ToString().Split('\r')[0];
        var target = new Uri("tcp://" + Asked.Split(' ')[1]);
        using var upstream = new TcpClient();
        await upstream.ConnectAsync(target.Host, target.Port, _stop.Token);
        await client.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), _stop.Token);
        await Task.WhenAny(client.CopyToAsync(upstream.GetStream(), _stop.Token), upstream.GetStream().CopyToAsync(client, _stop.Token));
    }
}
