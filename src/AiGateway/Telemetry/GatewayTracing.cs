using System.Diagnostics;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Telemetry;

/// <summary>One span per request and one per attempt, in the caller's trace where there is one (W3C Trace Context).</summary>
/// <remarks>
/// Without a listener every method returns at once, and the caller's trace headers pass upstream unchanged, as the
/// specification asks of those who take no part. The same holds for a request that is not sampled.
/// </remarks>
internal sealed class GatewayTracing(TelemetryOptions options) : IDisposable
{
    /// <summary>Name of the activity source.</summary>
    public const string SourceName = "AiGateway";

    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";
    private const string Baggage = "baggage";

    // The least that the W3C Baggage specification asks to be passed on; a longer one is left out whole, as a part would be another statement.
    private const int LongestBaggage = 8_192;

    private readonly ActivitySource _source = new(SourceName);

    /// <summary>A request came in.</summary>
    /// <returns>Its span; null when nobody listens or it is not sampled.</returns>
    public Activity? StartRequest(HttpContext context, Exchange exchange)
    {
        if (!_source.HasListeners())
        {
            return null;
        }
        var headers = context.Request.Headers;
        _ = ActivityContext.TryParse(headers.TraceParent, headers.TraceState, isRemote: true, out var parent);
        // The caller's span is the parent, or nobody: not the activity that ASP.NET Core may have made for its logs.
        Activity.Current = null;
        var span = _source.StartActivity("request", ActivityKind.Server, parent, startTime: exchange.StartedAt);
        span?.SetTag("http.request.method", context.Request.Method);
        return span;
    }

    /// <summary>A request has settled: describes and ends its span.</summary>
    public void FinishRequest(Activity? request, RequestRecord record)
    {
        if (request is null)
        {
            return;
        }
        if (request.IsAllDataRequested)
        {
            SpanAttributes.Describe(request, record, options.LatestGenAiNames);
        }
        request.Stop();
    }

    /// <summary>An attempt begins.</summary>
    /// <returns>Its span; null when the request has none.</returns>
    public Activity? StartAttempt(Activity? request, Operation operation, AttemptRecord attempt)
    {
        if (request is null || !request.IsAllDataRequested)
        {
            return null;
        }
        var span = _source.StartActivity(SpanAttributes.NameOf(operation, attempt), ActivityKind.Client, request.Context);
        if (span is not null)
        {
            SpanAttributes.DescribeStart(span, operation, attempt);
        }
        return span;
    }

    /// <summary>An attempt is over: describes and ends its span.</summary>
    public void FinishAttempt(Activity? span, AttemptRecord attempt)
    {
        if (span is null)
        {
            return;
        }
        SpanAttributes.DescribeEnd(span, attempt, options.LatestGenAiNames);
        span.Stop();
    }

    /// <summary>Writes the trace headers of an upstream request: the attempt's own, or the caller's unchanged; its baggage only where that is configured. Any that are there already are replaced.</summary>
    /// <param name="span">The attempt's span; null without one.</param>
    /// <param name="caller">The caller's headers.</param>
    /// <param name="request">What is sent upstream.</param>
    public void Inject(Activity? span, IHeaderDictionary caller, HttpRequestMessage request)
    {
        Set(request, TraceParent, span is null ? caller.TraceParent : span.Id);
        Set(request, TraceState, span is null ? caller.TraceState : span.TraceStateString);
        var baggage = options.ForwardBaggage ? caller.Baggage.ToString() : null;
        Set(request, Baggage, baggage?.Length <= LongestBaggage ? baggage : null);
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private static void Set(HttpRequestMessage request, string name, string? value)
    {
        request.Headers.Remove(name);
        if (!string.IsNullOrEmpty(value) && HeaderText.IsPlain(value))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
