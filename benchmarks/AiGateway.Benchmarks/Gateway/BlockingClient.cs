using System.Net;
using System.Net.Sockets;
using AiGateway.LoadTest.Http;

namespace AiGateway.Benchmarks.Gateway;

/// <summary>One keep-alive connection that sends the same chat request and waits for its answer, without allocating.</summary>
internal sealed class BlockingClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[]? _head;
    private readonly byte[] _request;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly ResponseReader _reader = new(null);

    /// <param name="address">Where to.</param>
    /// <param name="alias">The model to ask for.</param>
    /// <param name="head">What the head of each answer holds; null where the body is the upstream's.</param>
    public BlockingClient(IPEndPoint address, string alias = ChatBytes.Alias, byte[]? head = null)
    {
        _head = head;
        _request = ChatBytes.Request(address.ToString(), alias, 1200, stream: false);
        _socket.Connect(address);
    }

    /// <summary>One request and its answer.</summary>
    /// <exception cref="InvalidDataException">Not the answer that it should be.</exception>
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
        if (_reader.Status != 200 || (_head is null ? _reader.BodyLength != ChatBytes.Answer.Length : _reader.Head.IndexOf(_head) < 0))
        {
            throw new InvalidDataException($"Status {_reader.Status} with a body of {_reader.BodyLength} bytes.");
        }
    }

    public void Dispose() => _socket.Dispose();
}
