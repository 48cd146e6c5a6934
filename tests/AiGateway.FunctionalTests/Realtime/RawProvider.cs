using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>A provider over plain TCP that takes each handshake and then sends whatever a test wants.</summary>
/// <param name="sends">What follows the handshake.</param>
/// <param name="provesItself">Whether <c>Sec-WebSocket-Accept</c> is right.</param>
internal sealed class RawProvider(byte[] sends, bool provesItself = true) : TcpServer
{
    protected override async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        var stream = client.GetStream();
        var head = await ReadHeadAsync(stream, stop);
        var key = provesItself ? head.Split("Sec-WebSocket-Key: ")[1].Split('\r')[0] : "another";
#pragma warning disable CA5350 // RFC 6455 demands SHA-1.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"), stop);
        await stream.WriteAsync(sends, stop);
        var rest = new byte[4096];
        while (await stream.ReadAsync(rest, stop) > 0)
        {
        }
    }
}
