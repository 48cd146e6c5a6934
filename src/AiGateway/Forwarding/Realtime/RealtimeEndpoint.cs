using System.Net;
using System.Net.WebSockets;
using AiGateway.Pipeline;
using AiGateway.Telemetry;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace AiGateway.Forwarding.Realtime;

/// <summary>Opens a realtime session: the bound on sessions, the attempts at the plan's deployments, and only then the caller's upgrade.</summary>
/// <remarks>
/// Commit is the upgrade: until then a failure is an HTTP answer, and other deployments are tried. YARP's forwarder is not used
/// here: it would pass an upgraded connection on without showing its messages, and usage stands in them.
/// </remarks>
internal sealed class RealtimeEndpoint(
    AttemptServices services, OpenSessions sessions, ICostCalculator costs, GatewayTransformer transformer, GatewayMetrics metrics, DrainState drain, TimeProvider clock)
{
    // Often enough that nothing on the way takes the connection for dead, and a side that does not answer for as long again is.
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(30);

    private static readonly Uri Nowhere = new("http://upstream.invalid/");

    /// <summary>Serves one request.</summary>
    public async Task RunAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        if (sessions.TryEnter(exchange.Caller, exchange.Snapshot.Realtime) is { } rejection)
        {
            exchange.Reject(rejection);
            return;
        }
        try
        {
            await OpenAsync(context, exchange);
        }
        finally
        {
            sessions.Leave(exchange.Caller);
        }
    }

    private async Task OpenAsync(HttpContext context, Exchange exchange)
    {
        var attempts = new AttemptHandler(services, exchange, context.Request);
        using var invoker = new HttpMessageInvoker(attempts, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, Nowhere);
        using var response = await invoker.SendAsync(request, context.RequestAborted);
        if (exchange.Answering is not { } attempt || response.StatusCode != HttpStatusCode.SwitchingProtocols)
        {
            return;
        }
        try
        {
            using var provider = new RealtimeSide(WebSocket.CreateFromStream(
                await response.Content.ReadAsStreamAsync(CancellationToken.None), new WebSocketCreationOptions { KeepAliveInterval = PingInterval, KeepAliveTimeout = PingInterval }));
            using var caller = new RealtimeSide(await AcceptAsync(context, exchange));
            await RunAsync(exchange, attempt, caller, provider);
        }
        finally
        {
            attempt.Deployment.State.End();
        }
    }

    private async Task<WebSocket> AcceptAsync(HttpContext context, Exchange exchange)
    {
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            // Over HTTP/2 the session is the request's body, and silence in it is no attack.
            rate.MinDataRate = null;
        }
        transformer.AddOwn(context.Response.Headers, exchange);
        return await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            SubProtocol = exchange.Request!.Realtime!.Subprotocol,
            KeepAliveInterval = PingInterval,
            KeepAliveTimeout = PingInterval,
        });
    }

    private async Task RunAsync(Exchange exchange, AttemptRecord attempt, RealtimeSide caller, RealtimeSide provider)
    {
        var opened = clock.GetTimestamp();
        var tally = new RealtimeTally(exchange, attempt, costs, exchange.Request!.Realtime!.TranscribesOnly);
        var relay = new RealtimeRelay(caller, provider, tally, exchange, exchange.Snapshot.Realtime, drain, clock);
        // Whatever happens below, what was seen is recorded.
        var end = SessionEnd.ProviderGone;
        metrics.SessionOpened();
        try
        {
            end = await relay.RunAsync();
        }
        finally
        {
            metrics.SessionClosed();
            var open = clock.GetElapsedTime(opened);
            exchange.UpstreamTime += open;
            exchange.Session = new SessionFigures
            {
                End = end,
                CloseCode = (int?)relay.CloseCode,
                Open = open,
                Responses = tally.Responses,
                Transcriptions = tally.Transcriptions,
                TranscriptionModel = tally.TranscriptionModel,
                CallerMessages = relay.CallerMessages,
                ProviderMessages = relay.ProviderMessages,
            };
            exchange.Outcome = OutcomeOf(end, relay.CloseCode);
            if (end == SessionEnd.ProviderGone)
            {
                attempt.Outcome = AttemptOutcome.Broken;
            }
            tally.Settle();
        }
    }

    private static RequestOutcome OutcomeOf(SessionEnd end, WebSocketCloseStatus? code) => end switch
    {
        // Of the codes below 3000 all but the first say that something went wrong (RFC 6455, 7.4.1); those above are the provider's own.
        SessionEnd.ClosedByProvider when code is > WebSocketCloseStatus.NormalClosure and < (WebSocketCloseStatus)3000 => RequestOutcome.CutByUpstream,
        SessionEnd.CallerGone or SessionEnd.ProtocolError => RequestOutcome.CallerGone,
        SessionEnd.ProviderGone => RequestOutcome.CutByUpstream,
        SessionEnd.Drain => RequestOutcome.CutByDrain,
        _ => RequestOutcome.Completed,
    };
}
