using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>A session over plain TCP, whose frames are whatever a test wants (RFC 6455, 5.2).</summary>
internal sealed class RawSession : IDisposable
{
    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(20));

    private RawSession(TcpClient client) => (_client, _stream) = (client, client.GetStream());

    public Socket Socket => _client.Client;

    /// <summary>The gateway's id of the session.</summary>
    public string RequestId { get; private set; } = "";

    /// <summary>Opens a session.</summary>
    public static async Task<RawSession> OpenAsync(Uri gateway, string model = "voice")
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(gateway.Host, gateway.Port);
        var session = new RawSession(client);
        await session.SendAsync(Encoding.ASCII.GetBytes(
            $"GET /v1/realtime?model={model} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {RealtimeFixture.Key}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await session._stream.ReadExactlyAsync(one, session._limit.Token);
            head.Append((char)one[0]);
        }
        Assert.StartsWith("HTTP/1.1 101 ", head.ToString(), StringComparison.Ordinal);
        session.RequestId = head.ToString().Split("x-request-id: ")[1].Split('\r')[0];
        return session;
    }

    /// <summary>A frame.</summary>
    /// <param name="first">FIN, RSV and opcode.</param>
    /// <param name="payload">The payload before masking.</param>
    /// <param name="masked">Whether it is masked, as a client's must be.</param>
    /// <param name="claimed">The length that the header claims; by default the payload's.</param>
    public static byte[] Frame(byte first, ReadOnlySpan<byte> payload, bool masked = true, ulong? claimed = null)
    {
        var frame = new List<byte> { first };
        var length = claimed ?? (ulong)payload.Length;
        var mark = (byte)(masked ? 0x80 : 0);
        if (length <= 125)
        {
            frame.Add((byte)(mark | (byte)length));
        }
        else
        {
            var wide = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(wide, length);
            frame.Add((byte)(mark | (length <= ushort.MaxValue ? 126 : 127)));
            frame.AddRange(length <= ushort.MaxValue ? wide[6..] : wide);
        }
        if (masked)
            frame.AddRange([1, 2, 3, 4]);
        for (var i = 0; i < payload.Length; i++)
            frame.Add((byte)(payload[i] ^ (masked ? (i % 4) + 1 : 0)));
        return [.. frame];
    }

    /// <summary>Sends bytes; failing is part of what is tested.</summary>
    public async Task SendAsync(byte[] bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes, _limit.Token);
        }
        catch (IOException)
        {
            // Closed already.
        }
    }

    /// <summary>Reads frames up to the close.</summary>
    /// <returns>Its code; null when the connection ended without one.</returns>
    public async Task<int?> ReadToCloseAsync()
    {
        try
        {
            while (true)
            {
                var head = new byte[2];
                await _stream.ReadExactlyAsync(head, _limit.Token);
                var length = (ulong)head[1];
                if (length >= 126)
                {
                    var wide = new byte[length == 126 ? 2 : 8];
                    await _stream.ReadExactlyAsync(wide, _limit.Token);
                    length = length == 126 ? BinaryPrimitives.ReadUInt16BigEndian(wide) : BinaryPrimitives.ReadUInt64BigEndian(wide);
                }
                var payload = new byte[length];
                await _stream.ReadExactlyAsync(payload, _limit.Token);
                if ((head[0] & 0x0F) == 8)
                    return payload.Length < 2 ? null : BinaryPrimitives.ReadUInt16BigEndian(payload);
            }
        }
        catch (Exception e) when (e is IOException or EndOfStreamException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _limit.Dispose();
    }
}
