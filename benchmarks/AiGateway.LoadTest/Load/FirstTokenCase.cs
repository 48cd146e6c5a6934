using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using AiGateway.LoadTest.Http;
using AiGateway.LoadTest.Measuring;
using AiGateway.LoadTest.Servers;
using AiGateway.LoadTest.Targets;

namespace AiGateway.LoadTest.Load;

/// <summary>One kind of streamed request, asked again and again on a connection of its own.</summary>
internal sealed class FirstTokenCase(string name, Target target, string path, string model) : IBodySink, IDisposable
{
    private const int BodyBytes = 1200;
    private static readonly byte[] Marker = Encoding.ASCII.GetBytes(DialectServer.FirstWord);

    private readonly byte[] _request = ChatBytes.Request(target.Address.ToString(), model, BodyBytes, stream: true, path);
    private readonly byte[] _closing = path.EndsWith("/messages", StringComparison.Ordinal) ? "message_stop"u8.ToArray() : "data: [DONE]"u8.ToArray();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly MemoryStream _body = new();
    private Socket? _socket;
    private long _firstAt;

    /// <summary>Name in the report.</summary>
    public string Name { get; } = name;

    /// <summary>Times from the request's send to the first word's arrival.</summary>
    public LatencyHistogram Delays { get; } = new();

    /// <summary>Answers that were not whole, or not 200.</summary>
    public int Errors { get; private set; }

    /// <summary>What the first of them was.</summary>
    public string FirstError { get; private set; } = "";

    /// <summary>Forgets what was measured; errors stay.</summary>
    public void Reset() => Delays.Reset();

    /// <summary>Sends one request and reads its whole answer.</summary>
    public void Ask()
    {
        _socket ??= Connect();
        _body.SetLength(0);
        _firstAt = 0;
        var reader = new ResponseReader(this);
        var began = Stopwatch.GetTimestamp();
        _socket.Send(_request);
        while (!reader.IsComplete)
        {
            var count = _socket.Receive(_buffer);
            reader.Feed(_buffer.AsSpan(0, count));
            if (count == 0 || reader.Failed)
            {
                break;
            }
        }
        var body = _body.GetBuffer().AsSpan(0, (int)_body.Length);
        if (!reader.IsComplete || reader.Status != 200 || _firstAt == 0 || body.IndexOf(_closing) < 0)
        {
            FirstError = Errors++ == 0 ? $"status {reader.Status}: {Encoding.UTF8.GetString(body[..Math.Min(body.Length, 300)])}" : FirstError;
            Dispose();
            _socket = null;
            return;
        }
        Delays.Record((long)Stopwatch.GetElapsedTime(began, _firstAt).TotalNanoseconds);
    }

    public void Append(ReadOnlySpan<byte> piece)
    {
        _body.Write(piece);
        if (_firstAt == 0 && _body.GetBuffer().AsSpan(0, (int)_body.Length).IndexOf(Marker) >= 0)
        {
            _firstAt = Stopwatch.GetTimestamp();
        }
    }

    public void Dispose() => _socket?.Dispose();

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000, SendTimeout = 20_000 };
        socket.Connect(target.Address);
        return socket;
    }
}
