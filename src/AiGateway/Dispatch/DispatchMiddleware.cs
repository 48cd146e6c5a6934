using AiGateway.Configuration;
using AiGateway.Forwarding;
using AiGateway.Forwarding.Realtime;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace AiGateway.Dispatch;

/// <summary>Sends the request and passes the answer on: one forward per exchange; attempts, retries and failover happen beneath it.</summary>
#pragma warning disable CS9113 // UseMiddleware hands the next stage to each one; this is the last and calls none.
internal sealed class DispatchMiddleware(RequestDelegate next, IHttpForwarder forwarder, AttemptServices services, GatewayTransformer transformer, RealtimeEndpoint realtime)
#pragma warning restore CS9113
{
    // The attempt's own time-outs are in force; YARP's must never come first.
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromDays(1) };

    public async Task InvokeAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        if (exchange.Request!.Operation == Operation.CountTokens)
        {
            if (!TokenCount.IsCountedBy(exchange, exchange.Plan!.Deployments[0]))
            {
                await TokenCount.WriteAsync(context, exchange);
                return;
            }
            exchange.Plan = TokenCount.PlanFor(exchange);
        }
        if (services.Journal.Refusal is { } refusal)
        {
            exchange.Reject(refusal);
            return;
        }
        if (exchange.Request!.Operation == Operation.Realtime)
        {
            await realtime.RunAsync(context);
            return;
        }
        // The body is read already: YARP makes no content of its own, and each attempt brings the pooled bytes.
        context.Features.Set<IHttpRequestBodyDetectionFeature>(NoBody.Instance);
        var attempts = new AttemptHandler(services, exchange, context.Request);
        using var invoker = new HttpMessageInvoker(attempts, disposeHandler: false);
        var error = await forwarder.SendAsync(context, "http://upstream.invalid/", invoker, Config, transformer, CancellationToken.None);

        if (error != ForwarderError.None && exchange.Outcome == RequestOutcome.Pending)
        {
            if (context.RequestAborted.IsCancellationRequested)
            {
                exchange.Outcome = RequestOutcome.CallerGone;
            }
            else if (exchange.Rejection is null && !context.Response.HasStarted)
            {
                // What reaches this line is no upstream's fault: those are values by now.
                throw new InvalidOperationException($"Forwarding failed: {error}.", context.Features.Get<IForwarderErrorFeature>()?.Exception);
            }
        }
    }

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public static readonly NoBody Instance = new();

        public bool CanHaveBody => false;
    }
}
