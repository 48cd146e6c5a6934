using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using AiGateway.LoadTest.Http;
using AiGateway.LoadTest.Native;

namespace AiGateway.LoadTest.Load;

/// <summary>One keep-alive connection with at most one request in flight.</summary>
internal sealed class LoadConnection(EventLoop loop, IPEndPoint target, long token, IRequestSource requests, IBodySink? sink = null) : IDisposable
{
    private const int Interest = Libc.EpollIn | Libc.EpollOut | Libc.EpollReadHangUp | Libc.EpollEdge;

    private Socket? _socket;
    private int _descriptor;
    private byte[] _request = [];
    private int _sent;

    /// <summary>Reads the answers.</summary>
    public ResponseReader Reader { get; } = new(sink);

    /// <summary>When the request in flight was due (open loop) or sent (closed loop), in <see cref="System.Diagnostics.Stopwatch"/> ticks.</summary>
    public long DueAt { get; private set; }

    /// <summary>True from <see cref="Begin"/> until its whole answer has come.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Connects, replacing a broken connection.</summary>
    public void Connect()
    {
        _socket?.Dispose();
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(target);
        // The runtime's own socket engine is never asked about this descriptor, so it does not interfere.
        _descriptor = (int)_socket.SafeHandle.DangerousGetHandle();
        _sent = _request.Length;
        IsBusy = false;
        Reader.Reset();
        loop.Add(_descriptor, Interest, token);
    }

    /// <summary>Begins to send the next request.</summary>
    public SendOutcome Begin(long dueAt)
    {
        DueAt = dueAt;
        IsBusy = true;
        _request = requests.Next(_request);
        _sent = 0;
        Reader.Reset();
        return ContinueSending();
    }

    /// <summary>Sends what the socket takes now of what is left.</summary>
    public SendOutcome ContinueSending()
    {
        while (_sent < _request.Length)
        {
            var count = Libc.Send(_descriptor, ref _request[_sent], _request.Length - _sent, Libc.DoNotWait | Libc.NoSignal);
            if (count < 0)
            {
                return Marshal.GetLastPInvokeError() == Libc.Again ? SendOutcome.Pending : SendOutcome.Broken;
            }
            _sent += (int)count;
        }
        return SendOutcome.Sent;
    }

    /// <summary>Receives what there is.</summary>
    /// <param name="buffer">Shared between all connections of a loop.</param>
    public ReceiveOutcome Receive(byte[] buffer)
    {
        while (true)
        {
            var count = (int)Libc.Receive(_descriptor, ref buffer[0], buffer.Length, Libc.DoNotWait);
            if (count < 0)
            {
                return Marshal.GetLastPInvokeError() == Libc.Again ? ReceiveOutcome.Pending : ReceiveOutcome.Broken;
            }
            if (count == 0)
            {
                return ReceiveOutcome.Broken;
            }
            var consumed = Reader.Feed(buffer.AsSpan(0, count));
            if (Reader.IsComplete && consumed == count)
            {
                // An upstream that answers before it has read the whole request (nginx discards bodies) is still owed the rest.
                if (_sent < _request.Length)
                {
                    return ReceiveOutcome.Pending;
                }
                IsBusy = false;
                return ReceiveOutcome.Complete;
            }
            if (Reader.Failed || Reader.IsComplete)
            {
                return ReceiveOutcome.Broken;
            }
            // epoll(7): with edge triggering a short read on a stream socket means that it is drained.
            if (count < buffer.Length)
            {
                return ReceiveOutcome.Pending;
            }
        }
    }

    /// <summary>After an early answer (see <see cref="Receive"/>): true once the request is sent too.</summary>
    public bool CompletesAfterSend()
    {
        if (!IsBusy || !Reader.IsComplete || _sent < _request.Length)
        {
            return false;
        }
        IsBusy = false;
        return true;
    }

    public void Dispose() => _socket?.Dispose();
}

/// <summary>How far sending got.</summary>
internal enum SendOutcome { Sent, Pending, Broken }

/// <summary>How far receiving got.</summary>
internal enum ReceiveOutcome { Complete, Pending, Broken }
