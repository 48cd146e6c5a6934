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
/// (3) The first of the three that ends says how the session ends; the other side gets a close that says so.
/// (4) A response that is still being made when the caller leaves is cancelled, and the session waits a moment for its usage.
///
/// Pings are answered hop by hop and close codes passed on. A side that cannot be written to any more is broken off, so that its
/// own pump notices; the other pump goes on reading, or the provider's last usage would be lost.
/// </remarks>
internal sealed class RealtimeRelay(RealtimeSide caller, RealtimeSide provider, RealtimeTally tally, Exchange exchange, RealtimeModel bounds, DrainState drain, TimeProvider clock)
{
    // One read of a socket; pieces of a message are passed on in it.
    private const int BufferSize = 16 * 1024;

    // Together below the time that a drain leaves after its cut (GatewayHost).
    private static readonly TimeSpan SettleWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CloseWait = TimeSpan.FromSeconds(2);

    private static readonly byte[] CancelResponse = """{"type":"response.cancel"}"""u8.ToArray();

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
        var up = PumpAsync(caller, provider, new EventInspection(ofCaller: true));
        var down = PumpAsync(provider, caller, new EventInspection(ofCaller: false));
        var watch = WatchAsync(over.Token);
        try
        {
            var first = await Task.WhenAny(up, down, watch);
            return first == up ? await EndByCallerAsync(await up, down)
                : first == down ? await EndByProviderAsync(await down, up)
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

    private async Task<PumpEnd> PumpAsync(RealtimeSide from, RealtimeSide to, EventInspection inspection)
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
                var passed = received.MessageType == WebSocketMessageType.Binary ? await PassAsync(to, piece, received.MessageType, received.EndOfMessage)
                    : isCaller ? await PassFromCallerAsync(inspection, piece, received.EndOfMessage)
                    : await PassFromProviderAsync(inspection, piece, received.EndOfMessage);
                if (!passed)
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

    private async ValueTask<bool> PassFromCallerAsync(EventInspection inspection, ReadOnlyMemory<byte> piece, bool isEnd)
    {
        switch (inspection.Add(piece, isEnd))
        {
            case Finding.Pending:
                return true;
            case Finding.TooLarge:
                return false;
            case Finding.Complete:
                await PassSessionUpdateAsync(inspection.Current);
                break;
            default:
                await PassAsync(provider, inspection.Current, WebSocketMessageType.Text, isEnd);
                break;
        }
        inspection.Clear();
        return true;
    }

    private async ValueTask<bool> PassFromProviderAsync(EventInspection inspection, ReadOnlyMemory<byte> piece, bool isEnd)
    {
        var finding = inspection.Add(piece, isEnd);
        if (finding == Finding.Complete)
        {
            tally.Read(inspection.Kind, inspection.Current.Span);
        }
        else if (finding == Finding.TooLarge)
        {
            tally.Miss(inspection.Kind);
        }
        // Nothing is held back: what is kept is kept to be read, and has gone on already.
        await PassAsync(caller, piece, WebSocketMessageType.Text, isEnd);
        if (finding != Finding.Pending)
        {
            inspection.Clear();
        }
        return true;
    }

    private async ValueTask PassSessionUpdateAsync(ReadOnlyMemory<byte> message)
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
        await PassAsync(provider, edits.Count == 0 ? message : SessionModelEdits.Apply(message.Span, edits, name.Span), WebSocketMessageType.Text, isEnd: true);
    }

    private static async ValueTask<bool> PassAsync(RealtimeSide to, ReadOnlyMemory<byte> piece, WebSocketMessageType type, bool isEnd)
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
        return true;
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

    private async Task<SessionEnd> EndByCallerAsync(PumpEnd how, Task down)
    {
        switch (how)
        {
            case PumpEnd.Closed when !tally.HasOpenResponse:
                // The close goes through to the other end and its answer back.
                var (status, reason) = (caller.CloseStatus ?? WebSocketCloseStatus.Empty, caller.CloseReason);
                await CloseAsync(provider, status, reason);
                await WaitAsync(CloseWait, down);
                await CloseCallerAsync(provider.CloseStatus ?? status, provider.CloseStatus is null ? reason : provider.CloseReason);
                return SessionEnd.ClosedByCaller;
            case PumpEnd.Closed:
                await CloseCallerAsync(caller.CloseStatus ?? WebSocketCloseStatus.Empty, caller.CloseReason);
                await LeaveProviderAsync(caller.CloseStatus ?? WebSocketCloseStatus.Empty, caller.CloseReason, down);
                return SessionEnd.ClosedByCaller;
            case PumpEnd.TooLarge:
                await TellCallerAsync(
                    "invalid_request_error", "message_too_large",
                    $"A message is larger than allowed: at most {bounds.MaxMessage} bytes, and a session.update at most {EventInspection.Largest}.", WebSocketCloseStatus.MessageTooBig, "message too large");
                var rest = DiscardAsync(caller);
                await LeaveProviderAsync(WebSocketCloseStatus.EndpointUnavailable, null, down);
                await WaitAsync(CloseWait, rest);
                caller.Abort();
                await rest;
                return SessionEnd.MessageTooLarge;
            default:
                await LeaveProviderAsync(WebSocketCloseStatus.EndpointUnavailable, null, down);
                return how == PumpEnd.ProtocolBroken ? SessionEnd.ProtocolError : SessionEnd.CallerGone;
        }
    }

    /// <summary>Reads what still comes: a connection that is closed over unread bytes is reset, and the close that says why may be lost with it.</summary>
    private static async Task DiscardAsync(RealtimeSide side)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while ((await side.ReceiveAsync(buffer)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception e) when (RealtimeSide.IsFault(e))
        {
            // It ended otherwise.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<SessionEnd> EndByProviderAsync(PumpEnd how, Task up)
    {
        if (how == PumpEnd.Closed)
        {
            var (status, reason) = (provider.CloseStatus ?? WebSocketCloseStatus.Empty, provider.CloseReason);
            await CloseCallerAsync(status, reason);
            await WaitAsync(CloseWait, up);
            await CloseAsync(provider, caller.CloseStatus ?? status, caller.CloseStatus is null ? reason : caller.CloseReason);
            return SessionEnd.ClosedByProvider;
        }
        if (how == PumpEnd.TooLarge)
        {
            await TellCallerAsync("server_error", "message_too_large", $"The provider sent a message of more than {bounds.MaxMessage} bytes.", WebSocketCloseStatus.MessageTooBig, "message too large");
            await CloseAsync(provider, WebSocketCloseStatus.MessageTooBig, null);
        }
        else
        {
            await TellCallerAsync("server_error", "upstream_error", "The provider broke the connection. Open another session.", WebSocketCloseStatus.InternalServerError, "the provider broke the connection");
        }
        await WaitAsync(CloseWait, up);
        return how == PumpEnd.TooLarge ? SessionEnd.MessageTooLarge : SessionEnd.ProviderGone;
    }

    private async Task<SessionEnd> EndByGatewayAsync(SessionEnd why, Task up, Task down)
    {
        var (type, code, message, status) = why switch
        {
            SessionEnd.MaxSession => ("invalid_request_error", "session_expired", $"Your session hit the maximum duration of {Words(bounds.MaxSession)}.", WebSocketCloseStatus.NormalClosure),
            SessionEnd.Idle => ("invalid_request_error", "session_idle", $"Nothing was said in this session for {Words(bounds.IdleTimeout)}.", WebSocketCloseStatus.NormalClosure),
            _ => ("server_error", "overloaded", "The gateway is shutting down. Open another session.", WebSocketCloseStatus.EndpointUnavailable),
        };
        await TellCallerAsync(type, code, message, status, code);
        await LeaveProviderAsync(status, null, down);
        await WaitAsync(CloseWait, up);
        return why;
    }

    private async ValueTask TellCallerAsync(string type, string code, string message, WebSocketCloseStatus status, string reason)
    {
        using var patience = new CancellationTokenSource(CloseWait, clock);
        await caller.TrySendAsync(Error(type, code, message), patience.Token);
        await CloseCallerAsync(status, reason);
    }

    /// <summary>Ends the provider's side, but not before it had time to say what the response that is being made has consumed.</summary>
    private async ValueTask LeaveProviderAsync(WebSocketCloseStatus status, string? reason, Task down)
    {
        if (tally.HasOpenResponse)
        {
            using (var patience = new CancellationTokenSource(SettleWait, clock))
            {
                await provider.TrySendAsync(CancelResponse, patience.Token);
            }
            await WaitAsync(SettleWait, down, tally.WhenSettled());
        }
        await CloseAsync(provider, status, reason);
        await WaitAsync(CloseWait, down);
    }

    private async ValueTask CloseCallerAsync(WebSocketCloseStatus status, string? reason)
    {
        CloseCode = status == WebSocketCloseStatus.Empty ? null : status;
        await CloseAsync(caller, status, reason);
    }

    private async ValueTask CloseAsync(RealtimeSide side, WebSocketCloseStatus status, string? reason)
    {
        using var patience = new CancellationTokenSource(CloseWait, clock);
        await side.CloseAsync(status, reason, patience.Token);
    }

    private async Task WaitAsync(TimeSpan limit, params Task[] any)
    {
        using var over = new CancellationTokenSource();
        await Task.WhenAny([.. any, Task.Delay(limit, clock, over.Token)]);
        await over.CancelAsync();
    }

    private ReadOnlyMemory<byte> Error(string type, string code, string message, string? param = null, string? causeId = null) =>
        RealtimeErrorEvent.Write($"event_{exchange.Id}_{++_errors}", type, code, message, param, causeId);

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

    private static string Words(TimeSpan time) => time.TotalSeconds < 120 ? $"{time.TotalSeconds:0.#} seconds" : $"{time.TotalMinutes:0.#} minutes";

    private static long After(TimeProvider clock, long timestamp, TimeSpan time) => timestamp + (long)(time.TotalSeconds * clock.TimestampFrequency);
}
