using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AiGateway.LoadTest.Http;

namespace AiGateway.Benchmarks.Gateway;

/// <summary>An upstream in this process that allocates nothing per request, so that what a proxy allocates can be counted process-wide.</summary>
/// <remarks>One blocking thread per connection; the benchmarks use one or two.</remarks>
internal sealed class MemoryUpstream : IDisposable
{
    private static readonly byte[] Answer = Encoding.UTF8.GetBytes(
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {ChatBytes.Answer.Length}\r\n\r\n{ChatBytes.Answer}");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    /// <summary>Begins to listen.</summary>
    public MemoryUpstream()
    {
        _listener.Start();
        Address = (IPEndPoint)_listener.LocalEndpoint;
        new Thread(Accept) { IsBackground = true }.Start();
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address { get; }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.AcceptSocket();
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // The listener was stopped: the end of this thread.
        }
    }

    private static void Serve(Socket socket)
    {
        using var _ = socket;
        var buffer = new byte[1024 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                var count = socket.Receive(buffer.AsSpan(length));
                if (count == 0)
                {
                    return;
                }
                length += count;
                if (IsWhole(buffer.AsSpan(0, length)))
                {
                    socket.Send(Answer);
                    length = 0;
                }
            }
        }
        catch (SocketException)
        {
            // The proxy reset the connection: the end of this thread.
        }
    }

    /// <summary>Whether a request has arrived whole: by its content-length, or by the last chunk of a chunked one.</summary>
    private static bool IsWhole(ReadOnlySpan<byte> request)
    {
        var end = request.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }
        var at = request[..end].IndexOf("Content-Length: "u8);
        if (at < 0)
        {
            return request.EndsWith("0\r\n\r\n"u8);
        }
        return Utf8Parser.TryParse(request[(at + 16)..], out int bodyLength, out _) && request.Length >= end + 4 + bodyLength;
    }

    public void Dispose() => _listener.Dispose();
}
