using System.Buffers;
using System.Net.WebSockets;
using AiGateway.Pipeline;
using AiGateway.Protocols.OpenAI.Realtime;

namespace AiGateway.Forwarding.Realtime;

/// <summary>How a session ends: who is told what, and what is waited for.</summary>
internal sealed partial class RealtimeRelay
{
    // Together below the time that a drain leaves after its cut (GatewayHost).
    private static readonly TimeSpan SettleWait = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CloseWait = TimeSpan.FromSeconds(2);

    private static readonly byte[] CancelResponse = """{"type":"response.cancel"}"""u8.ToArray();

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

    private async Task<SessionEnd> EndByLimitAsync(Rejection why, Task up, Task down)
    {
        var traits = Rejections.TraitsOf(why.Reason);
        await TellCallerAsync(why.Type ?? traits.Type, traits.Code!, $"The session ends. {why.Message}", WebSocketCloseStatus.PolicyViolation, traits.Code!);
        await LeaveProviderAsync(WebSocketCloseStatus.EndpointUnavailable, null, down);
        await WaitAsync(CloseWait, up);
        return SessionEnd.LimitReached;
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
        RealtimeErrorEvent.Write($"event_{exchange.Id}_{Interlocked.Increment(ref _errors)}", type, code, message, param, causeId);

    private static string Words(TimeSpan time) => time.TotalSeconds < 120 ? $"{time.TotalSeconds:0.#} seconds" : $"{time.TotalMinutes:0.#} minutes";
}
