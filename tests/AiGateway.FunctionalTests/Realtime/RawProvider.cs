using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>A provider over plain TCP that takes each handshake and then sends whatever a test wants.</summary>
internal sealed class RawProvider : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly bool _provesItself;
    private readonly byte[] _sends;
    private readonly Task _running;

    /// <param name="sends">What follows the handshake.</param>
    /// <param name="provesItself">Whether <c>Sec-WebSocket-Accept</c> is right.</param>
    public RawProvider(byte[] sends, bool provesItself = true)
    {
        (_sends, _provesItself) = (sends, provesItself);
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _running = RunAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

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
                await ServeAsync(client.GetStream());
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        try
        {
            var head = new StringBuilder();
            var one = new byte[1];
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                await stream.ReadExactlyAsync(one, _stop.Token);
                head.Append((char)one[0]);
            }
            var key = _provesItself ? head.ToString().Split("Sec-WebSocket-Key: ")[1].Split('\r')[0] : "another";
#pragma warning disable CA5350 // RFC 6455 demands SHA-1.
            var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"), _stop.Token);
            await stream.WriteAsync(_sends, _stop.Token);
            var rest = new byte[4096];
            while (await stream.ReadAsync(rest, _stop.Token) > 0)
            {
            }
        }
        catch (IOException)
        {
            // The gateway hung up.
        }
    }
}
