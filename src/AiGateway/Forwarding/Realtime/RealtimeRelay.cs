using System.Buffers;
using System.Net.WebSockets;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI.Realtime;

namespace AiGateway.Forwarding.Realtime;

/// <summary>Passes the messages of one session both ways, piece by piece, until one side closes, breaks, or the gateway ends it.</summary>
/// <remarks>
/// (1) Two pumps, one for each direction, each the only reader of its side; what is read is written to the other side before more is read.
/// (2) A watch over time: the session's length, silence, the gateway's drain.
/// (3) A look at limits and budgets after each answer that was counted.
/// (4) The first of these that ends says how the session ends; the other side gets a close that says so.
/// (5) A response that is still being made when the caller leaves is cancelled, and the session waits a moment for its usage.
///
/// Pings are answered hop by hop and close codes passed on. A side that cannot be written to any more is broken off, so that its
/// own pump notices; the other pump goes on reading, or the provider's last usage would be lost.
/// </remarks>
internal sealed partial class RealtimeRelay(RealtimeSide caller, RealtimeSide provider, RealtimeTally tally, Exchange exchange, RealtimeModel bounds, DrainState drain, TimeProvider clock)
{
    // One read of a socket; pieces of a message are passed on in it.
    private const int BufferSize = 16 * 1024;

    private readonly TaskCompletionSource<Rejection> _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _deadline = After(clock, clock.GetTimestamp(), bounds.MaxSession);
    private long _lastPiece = clock.GetTimestamp();
    private int _errors;

    private enum PumpEnd
    {
        Closed,
        Gone,
        ProtocolBroken,
        TooLarge,
    }

    /// <summary>Whole messages that came from the caller.</summary>
    public long CallerMessages { get; private set; }

    /// <summary>Whole messages that came from the provider.</summary>
    public long ProviderMessages { get; private set; }

    /// <summary>The code with which the session was closed towards the caller; null where it broke.</summary>
    public WebSocketCloseStatus? CloseCode { get; private set; }

    /// <summary>Runs the session to its end.</summary>
    public async Task<SessionEnd> RunAsync()
    {
        using var over = new CancellationTokenSource();
        var up = PumpAsync(caller, new EventInspection(ofCaller: true));
        var down = PumpAsync(provider, new EventInspection(ofCaller: false));
        var watch = WatchAsync(over.Token);
        try
        {
            var first = await Task.WhenAny(up, down, watch, _refused.Task);
            return first == up ? await EndByCallerAsync(await up, down)
                : first == down ? await EndByProviderAsync(await down, up)
                : first == _refused.Task ? await EndByLimitAsync(await _refused.Task, up, down)
                : await EndByGatewayAsync(await watch, up, down);
        }
        finally
        {
            await over.CancelAsync();
            caller.Abort();
            provider.Abort();
            await Task.WhenAll(up, down, watch);
        }
    }

    private async Task<PumpEnd> PumpAsync(RealtimeSide from, EventInspection inspection)
    {
        var isCaller = from == caller;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var length = 0L;
        try
        {
            while (true)
            {
                var received = await from.ReceiveAsync(buffer);
                // Pieces are looked into, and one after another may be there already.
                await SocketThread.Leave();
                Volatile.Write(ref _lastPiece, clock.GetTimestamp());
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return PumpEnd.Closed;
                }
                length += received.Count;
                if (length > bounds.MaxMessage)
                {
                    return PumpEnd.TooLarge;
                }
                var piece = buffer.AsMemory(0, received.Count);
                if (!isCaller)
                {
                    await PassFromProviderAsync(inspection, piece, received.MessageType, received.EndOfMessage);
                }
                else if (!await TryPassFromCallerAsync(inspection, piece, received.MessageType, received.EndOfMessage))
                {
                    return PumpEnd.TooLarge;
                }
                if (received.EndOfMessage)
                {
                    length = 0;
                    Count(isCaller);
                }
            }
        }
        catch (WebSocketException e) when (e.WebSocketErrorCode is not (WebSocketError.ConnectionClosedPrematurely or WebSocketError.InvalidState))
        {
            // The socket has told the other end already what was wrong (1002, 1007). One that no longer answers pings ends as cancelled.
            return PumpEnd.ProtocolBroken;
        }
        catch (Exception e) when (RealtimeSide.IsFault(e))
        {
            return PumpEnd.Gone;
        }
        finally
        {
            inspection.Clear();
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Events are text; but a lenient provider may take binary ones too, so they are looked at alike.
    private async ValueTask<bool> TryPassFromCallerAsync(EventInspection inspection, ReadOnlyMemory<byte> piece, WebSocketMessageType type, bool isEnd)
    {
        switch (inspection.Add(piece, isEnd))
        {
            case Finding.Pending:
                return true;
            case Finding.TooLarge:
                return false;
            case Finding.Complete:
                await PassSessionUpdateAsync(inspection.Current, type);
                break;
            default:
                await PassAsync(provider, inspection.Current, type, isEnd);
                break;
        }
        inspection.Clear();
        return true;
    }

    private async ValueTask PassFromProviderAsync(EventInspection inspection, ReadOnlyMemory<byte> piece, WebSocketMessageType type, bool isEnd)
    {
        var finding = inspection.Add(piece, isEnd);
        var counted = false;
        if (finding == Finding.Complete)
        {
            counted = tally.Read(inspection.Kind, inspection.Current.Span);
        }
        else if (finding == Finding.TooLarge)
        {
            tally.Miss(inspection.Kind);
        }
        // Nothing is held back: what is kept is kept to be read, and has gone on already.
        await PassAsync(caller, piece, type, isEnd);
        if (finding != Finding.Pending)
        {
            inspection.Clear();
        }
        if (counted && !_refused.Task.IsCompleted && exchange.Admission is { } admission && await admission.TryGoOnAsync(exchange.Answering!) is { } refusal)
        {
            _refused.TrySetResult(refusal);
        }
    }

    private async ValueTask PassSessionUpdateAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type)
    {
        var edits = new List<ByteRange>();
        var attempt = exchange.Answering!;
        var request = exchange.Request!;
        if (SessionModelEdits.Find(message.Span, request.Model, attempt.UpstreamModel, request.Realtime!.TranscribesOnly, edits, out var eventId) is { } problem)
        {
            await caller.TrySendAsync(Error("invalid_request_error", "invalid_session_update", problem, "session", eventId), CancellationToken.None);
            return;
        }
        var name = attempt.Deployment.UpstreamModelJson.IsEmpty ? RequestEdits.JsonString(attempt.UpstreamModel) : attempt.Deployment.UpstreamModelJson;
        await PassAsync(provider, edits.Count == 0 ? message : SessionModelEdits.Apply(message.Span, edits, name.Span), type, isEnd: true);
    }

    private static async ValueTask PassAsync(RealtimeSide to, ReadOnlyMemory<byte> piece, WebSocketMessageType type, bool isEnd)
    {
        if (!to.IsOver)
        {
            try
            {
                await to.SendAsync(piece, type, isEnd);
            }
            catch (Exception e) when (RealtimeSide.IsFault(e))
            {
                // Closed meanwhile by us, or broken; in the second case its own pump is to notice.
                if (!to.IsOver)
                {
                    to.Abort();
                }
            }
        }
    }

    private async Task<SessionEnd> WatchAsync(CancellationToken over)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(over, drain.CutToken);
        while (true)
        {
            var now = clock.GetTimestamp();
            var silent = After(clock, Volatile.Read(ref _lastPiece), bounds.IdleTimeout);
            var next = Math.Min(_deadline, silent);
            if (next <= now)
            {
                return _deadline <= now ? SessionEnd.MaxSession : SessionEnd.Idle;
            }
            // A little later than sooner: timers may fire early.
            await Task.Delay(clock.GetElapsedTime(now, next) + TimeSpan.FromMilliseconds(1), clock, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested)
            {
                return SessionEnd.Drain;
            }
        }
    }

    private void Count(bool isCaller)
    {
        if (isCaller)
        {
            CallerMessages++;
        }
        else
        {
            ProviderMessages++;
        }
    }

    private static long After(TimeProvider clock, long timestamp, TimeSpan time) => timestamp + (long)(time.TotalSeconds * clock.TimestampFrequency);
}
