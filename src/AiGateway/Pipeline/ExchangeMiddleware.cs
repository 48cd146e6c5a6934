using AiGateway.Configuration;
using AiGateway.Telemetry;

namespace AiGateway.Pipeline;

/// <summary>Creates the exchange and pins the snapshot; at the end settles it and hands out exactly one record, whatever happened in between.</summary>
internal sealed partial class ExchangeMiddleware(
    RequestDelegate next, SnapshotHolder snapshots, TimeProvider clock, GatewayTracing tracing, GatewayMetrics metrics, DrainState drain, IEnumerable<IRequestObserver> observers, ILogger<ExchangeMiddleware> logger)
{
    private readonly IRequestObserver[] _observers = [.. observers];

    public async Task InvokeAsync(HttpContext context)
    {
        var now = clock.GetUtcNow();
        var exchange = new Exchange
        {
            Id = RequestId.New(now),
            ClientRequestId = ClientRequestId.From(context.Request.Headers),
            Snapshot = snapshots.Current,
            StartedAt = now,
            StartTimestamp = clock.GetTimestamp(),
        };
        context.Features.Set(exchange);
        exchange.Span = tracing.StartRequest(context, exchange);
        var headers = context.Response.Headers;
        headers["x-request-id"] = exchange.Id;
        if (context.Request.Path.StartsWithSegments("/v1/messages", StringComparison.Ordinal))
        {
            // The name under which Anthropic's clients look for it.
            headers["request-id"] = exchange.Id;
        }
        headers["x-gateway-config-version"] = exchange.Snapshot.Version;
        metrics.RequestStarted();
        drain.Enter();
        try
        {
            await next(context);
        }
        finally
        {
            metrics.RequestEnded();
            try
            {
                await SettleAsync(context, exchange);
            }
            finally
            {
                drain.Leave();
            }
        }
    }

    private async ValueTask SettleAsync(HttpContext context, Exchange exchange)
    {
        if (exchange.Outcome == RequestOutcome.Pending)
        {
            exchange.Outcome = exchange.Rejection is not null ? RequestOutcome.Rejected
                : context.RequestAborted.IsCancellationRequested ? RequestOutcome.CallerGone
                : RequestOutcome.Completed;
        }
        exchange.Status = context.Response.StatusCode;
        await exchange.ReleaseAsync();

        var record = new RequestRecord(exchange, clock.GetElapsedTime(exchange.StartTimestamp));
        tracing.FinishRequest(exchange.Span, record);
        foreach (var observer in _observers)
        {
            try
            {
                observer.OnSettled(record);
            }
            catch (Exception e)
            {
                // One observer's fault must not cost the others their record.
                Log.ObserverFailed(logger, observer.GetType().Name, exchange.Id, e);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Error, "{Observer} failed on the record of request {RequestId}.")]
        public static partial void ObserverFailed(ILogger logger, string observer, string requestId, Exception exception);
    }
}
