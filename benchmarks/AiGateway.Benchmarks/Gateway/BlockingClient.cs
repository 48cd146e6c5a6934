using System.Net;
using System.Net.Sockets;
using AiGateway.LoadTest.Http;

namespace AiGateway.Benchmarks.Gateway;

/// <summary>One keep-alive connection that sends the same chat request and waits for its answer, without allocating.</summary>
internal sealed class BlockingClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly ResponseReader _reader = new(null);

    public BlockingClient(IPEndPoint address)
    {
        _request = ChatBytes.Request(address.ToString(), ChatBytes.Alias, 1200, stream: false);
        _socket.Connect(address);
    }

    /// <summary>One request and its answer.</summary>
    /// <exception cref="InvalidDataException">Not the upstream's answer.</exception>
    public void Exchange()
    {
        _socket.Send(_request);
        _reader.Reset();
        while (!_reader.IsComplete)
        {
            var count = _socket.Receive(_buffer);
            _reader.Feed(_buffer.AsSpan(0, count));
            if (count == 0 || _reader.Failed)
            {
                throw new InvalidDataException("The connection was closed, or its bytes were no HTTP.");
            }
        }
        if (_reader.Status != 200 || _reader.BodyLength != ChatBytes.Answer.Length)
        {
            throw new InvalidDataException($"Status {_reader.Status} with a body of {_reader.BodyLength} bytes.");
        }
    }

    public void Dispose() => _socket.Dispose();
}
