using Microsoft.AspNetCore.Connections;

namespace AiGateway.Pipeline;

/// <summary>Turns a rejection or a fault of the stages below into an error body in the caller's dialect.</summary>
/// <remarks>Once the response has started there is nothing to turn: a stream that broke has had its error frame and its reset from Dispatch.</remarks>
internal sealed partial class ErrorMiddleware(RequestDelegate next, DrainState drain, TimeProvider clock, ILogger<ErrorMiddleware> logger)
{
    /// <summary>What callers are told once the gateway is going down.</summary>
    public static readonly Rejection Draining = new(
        RejectionReason.Draining, "The gateway is shutting down and takes no new requests. Please send the request again: it will go to another instance, or to this one when it is back.");

    public async Task InvokeAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        try
        {
            RequestFraming.Check(context.Request);
            if (drain.IsDraining)
            {
                // The connection is to be another instance's.
                context.Response.Headers.Connection = "close";
                exchange.Reject(Draining);
            }
            else
            {
                await next(context);
            }
        }
        catch (BadHttpRequestException e)
        {
            // Where this request ends is not known for sure, so nothing that follows on the connection is a request.
            if (!context.Response.HasStarted)
            {
                context.Response.Headers.Connection = "close";
            }
            exchange.Reject(RejectionOf(e, exchange));
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or ConnectionResetException or IOException)
        {
            exchange.Outcome = RequestOutcome.CallerGone;
        }
        catch (Exception e)
        {
            Log.Fault(logger, exchange.Id, e);
            exchange.Reject(RejectionReason.InternalError, $"The gateway failed on this request. Give the request id {exchange.Id} to the platform team.");
        }

        if (exchange.Rejection is { } rejection)
        {
            if (context.Response.HasStarted)
            {
                context.Abort();
            }
            else if (!context.RequestAborted.IsCancellationRequested)
            {
                await ErrorWriter.WriteAsync(context, rejection);
                await UnreadBody.DiscardAsync(context, clock);
            }
        }
    }

    private static Rejection RejectionOf(BadHttpRequestException e, Exchange exchange) => e.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => new Rejection(RejectionReason.RequestTooLarge, $"The request body is over the limit of this endpoint ({BodyLimits.Describe(exchange)})."),
        StatusCodes.Status408RequestTimeout => new Rejection(RejectionReason.RequestTimeout, "The request body came too slowly."),
        // Kestrel's own words name the protocol error and nothing of ours.
        _ => new Rejection(RejectionReason.MalformedRequest, $"The request could not be read: {e.Message}"),
    };

    private static partial class Log
    {
        [LoggerMessage(4002, LogLevel.Error, "Request {RequestId} failed by a fault of the gateway.")]
        public static partial void Fault(ILogger logger, string requestId, Exception exception);
    }
}
