using System.Globalization;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;
using Yarp.ReverseProxy.Forwarder;

namespace AiGateway.Forwarding;

/// <summary>Tells YARP to copy nothing by itself: the request is made anew for each attempt, and the response's headers are ours, with a short list of the provider's.</summary>
internal sealed class GatewayTransformer(TimeProvider clock) : HttpTransformer
{
    // Never connected to: each attempt has its own address. A host that cannot exist (RFC 2606) in case that ever changes.
    private static readonly Uri Nowhere = new("http://upstream.invalid/");

    public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        proxyRequest.RequestUri = Nowhere;
        return ValueTask.CompletedTask;
    }

    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var exchange = httpContext.GetExchange();
        if (proxyResponse is null || exchange.Outcome == RequestOutcome.CallerGone || (exchange.Rejection is not null && exchange.Answering is null))
        {
            // Errors writes the body.
            return ValueTask.FromResult(false);
        }

        var headers = httpContext.Response.Headers;
        var content = proxyResponse.Content.Headers;
        foreach (var (name, values) in content.NonValidated)
        {
            headers[name] = values.ToString();
        }
        if (content.ContentLength is { } length)
        {
            headers.ContentLength = length;
        }
        else
        {
            headers.CacheControl = "no-cache";
            headers["X-Accel-Buffering"] = "no";
        }
        if (proxyResponse.Headers.RetryAfter?.Delta is { } retryAfter)
        {
            headers.RetryAfter = ((int)retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
        AddOwn(headers, exchange);
        return proxyResponse.Content is WholeAnswerContent whole ? WriteWholeAsync(httpContext, whole, cancellationToken) : ValueTask.FromResult(true);
    }

    /// <summary>An answer that is there already needs no copying from stream to stream: one write, and YARP is told that there is no body.</summary>
    private static async ValueTask<bool> WriteWholeAsync(HttpContext context, WholeAnswerContent answer, CancellationToken cancellationToken)
    {
        try
        {
            await context.Response.Body.WriteAsync(answer.Bytes, cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The caller hung up; the exchange settles as such.
        }
        return false;
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Adds the gateway's own headers to an answer that is about to begin.</summary>
    public void AddOwn(IHeaderDictionary headers, Exchange exchange)
    {
        if (ChatDialects.Of(exchange.Request!.Operation, exchange.Request.Form) == Dialect.Anthropic)
        {
            // The name that Anthropic's clients look for.
            headers["request-id"] = exchange.Id;
        }
        headers["x-gateway-route"] = HeaderText.Escape(exchange.Request!.Model);
        headers["x-gateway-attempts"] = exchange.Attempts.Count == 1 ? "1" : exchange.Attempts.Count.ToString(CultureInfo.InvariantCulture);
        if (exchange.Answering is { } answering)
        {
            headers["x-gateway-deployment"] = answering.Deployment.Id;
            headers["x-gateway-provider"] = answering.Deployment.Provider.Id;
            if (answering.UpstreamModel.Length > 0)
            {
                headers["x-gateway-model"] = HeaderText.Escape(answering.UpstreamModel);
            }
        }
        if (exchange.Answering is { Losses: { Count: > 0 } losses })
        {
            headers["x-gateway-dropped"] = DroppedText.Of(losses);
        }
        if (exchange.Cost?.Total is { } cost)
        {
            headers["x-gateway-cost"] = UsdText.Format(cost);
        }
        OverheadHeader.Write(headers, exchange, clock);
    }
}
