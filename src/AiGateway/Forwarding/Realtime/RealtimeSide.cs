using System.Net.WebSockets;

namespace AiGateway.Forwarding.Realtime;

/// <summary>One of the two connections of a session, with an order among those who write to it: messages are passed on in pieces, and an event of ours must not stand in the middle of one.</summary>
internal sealed class RealtimeSide(WebSocket socket) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private bool _isInMessage;

    /// <summary>The code that the other end closed with; null while it has not.</summary>
    public WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    /// <summary>The reason that the other end closed with.</summary>
    public string? CloseReason => socket.CloseStatusDescription;

    /// <summary>Whether nothing more is to be written: it was closed, or is broken.</summary>
    public bool IsOver => socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived);

    /// <summary>True for exceptions that the other end can cause.</summary>
    public static bool IsFault(Exception e) => e is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException;

    /// <summary>The next piece. Never cancelled: that would break the connection without a close.</summary>
    public ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer) => socket.ReceiveAsync(buffer, CancellationToken.None);

    /// <summary>Passes on a piece of a message; only one may do so. Waits for as long as the other end does not read: that is the back-pressure.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, WebSocketMessageType type, bool isEnd)
    {
        if (!_isInMessage)
        {
            await _writing.WaitAsync();
            _isInMessage = true;
        }
        await socket.SendAsync(piece, type, isEnd, CancellationToken.None);
        if (isEnd)
        {
            _isInMessage = false;
            _writing.Release();
        }
    }

    /// <summary>Sends an event of ours between two messages, if there is room for it in time; failing is no fault.</summary>
    /// <param name="message">The event.</param>
    /// <param name="patience">How long to wait.</param>
    public async ValueTask TrySendAsync(ReadOnlyMemory<byte> message, CancellationToken patience)
    {
        if (IsOver)
        {
            return;
        }
        try
        {
            await _writing.WaitAsync(patience);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        try
        {
            await socket.SendAsync(message, WebSocketMessageType.Text, true, patience);
        }
        catch (Exception e) when (IsFault(e))
        {
            // It is told by the pump that reads from it.
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Sends a close, once, even into the middle of a message (RFC 6455, 5.4); failing is no fault.</summary>
    public async ValueTask CloseAsync(WebSocketCloseStatus status, string? reason, CancellationToken patience)
    {
        if (IsOver)
        {
            return;
        }
        try
        {
            await socket.CloseOutputAsync(status, status == WebSocketCloseStatus.Empty ? null : reason, patience);
        }
        catch (Exception e) when (IsFault(e))
        {
            // Nobody is there to be told.
        }
    }

    /// <summary>Breaks the connection, so that whoever reads from it or writes to it is let go.</summary>
    public void Abort() => socket.Abort();

    public void Dispose()
    {
        socket.Dispose();
        _writing.Dispose();
    }
}
