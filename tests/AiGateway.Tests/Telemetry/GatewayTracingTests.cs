using System.Diagnostics;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Telemetry;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Tests.Telemetry;

/// <summary>Spans and trace headers. Listeners see the whole process, so the tests look only at spans of their own trace.</summary>
[Collection(TracingCollection.Name)]
public sealed class GatewayTracingTests : IDisposable
{
    private const string CallersTrace = "0af7651916cd43dd8448eb211c80319c";
    private const string CallersParent = $"00-{CallersTrace}-b7ad6b7169203331-01";

    private readonly GatewayTracing _tracing = new(new TelemetryOptions());

    [Fact]
    public void CallersTrace_GoesOnThroughTheRequestAndItsAttempts()
    {
        using var listener = Listen(ActivitySamplingResult.AllDataAndRecorded);
        var context = Context(CallersParent, "vendor=1", "tenant=a");
        var exchange = Exchange();
        var attempt = Attempt();

        var request = _tracing.StartRequest(context, exchange);
        var span = _tracing.StartAttempt(request, Operation.ChatCompletions, attempt);
        using var upstream = new HttpRequestMessage();
        upstream.Headers.TryAddWithoutValidation("traceparent", "stale");
        _tracing.Inject(span, context.Request.Headers, upstream);

        Assert.NotNull(request);
        Assert.NotNull(span);
        Assert.Equal(ActivityKind.Server, request.Kind);
        Assert.Equal(ActivityKind.Client, span.Kind);
        Assert.Equal(CallersTrace, request.TraceId.ToHexString());
        Assert.Equal("b7ad6b7169203331", request.ParentSpanId.ToHexString());
        Assert.Equal(request.SpanId, span.ParentSpanId);
        Assert.Equal("chat gpt-large", span.DisplayName);
        Assert.Equal([$"00-{CallersTrace}-{span.SpanId}-01"], upstream.Headers.GetValues("traceparent"));
        Assert.Equal(["vendor=1"], upstream.Headers.GetValues("tracestate"));
        Assert.False(upstream.Headers.Contains("baggage"));
    }

    [Fact]
    public void SettledRequest_IsDescribedByTheConventionsWithoutContent()
    {
        using var listener = Listen(ActivitySamplingResult.AllDataAndRecorded);
        var span = _tracing.StartRequest(Context(CallersParent), Exchange())!;

        _tracing.FinishRequest(span, Sample.Completed(Sample.Snapshot(), exchange => exchange.FinishReason = "stop"));

        Assert.Equal("chat smart", span.DisplayName);
        Assert.True(span.IsStopped);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        var tags = span.TagObjects.ToDictionary(tag => tag.Key, tag => tag.Value);
        Assert.Equal("chat", tags["gen_ai.operation.name"]);
        Assert.Equal("openai", tags["gen_ai.provider.name"]);
        Assert.Equal("smart", tags["gen_ai.request.model"]);
        Assert.Equal(100L, tags["gen_ai.usage.input_tokens"]);
        Assert.Equal(10L, tags["gen_ai.usage.cache_creation.input_tokens"]);
        Assert.Equal(["stop"], Assert.IsType<string[]>(tags["gen_ai.response.finish_reasons"]));
        Assert.Equal(0.25, tags["aigateway.cost.usd"]);
        Assert.DoesNotContain("error.type", tags.Keys);
    }

    [Theory]
    [InlineData((int)RejectionReason.UnknownModel, false)]
    [InlineData((int)RejectionReason.NoHealthyUpstream, true)]
    public void OnlyFaultsThatAreNotTheCallers_PutTheSpanInError(int reason, bool error)
    {
        using var listener = Listen(ActivitySamplingResult.AllDataAndRecorded);
        var span = _tracing.StartRequest(Context(CallersParent), Exchange())!;

        _tracing.FinishRequest(span, Sample.Rejected(Sample.Snapshot(), (RejectionReason)reason));

        Assert.Equal(error ? ActivityStatusCode.Error : ActivityStatusCode.Unset, span.Status);
        Assert.Equal(Rejections.LabelOf((RejectionReason)reason), span.GetTagItem("error.type"));
    }

    [Fact]
    public void FailedAttempt_SaysHowButNotTheProvidersWords()
    {
        using var listener = Listen(ActivitySamplingResult.AllDataAndRecorded);
        var request = _tracing.StartRequest(Context(CallersParent), Exchange());
        var attempt = Attempt();
        var span = _tracing.StartAttempt(request, Operation.ChatCompletions, attempt)!;
        (attempt.Outcome, attempt.Status, attempt.Error) = (AttemptOutcome.RateLimited, 429, "your prompt 'secret plan' was too much");

        _tracing.FinishAttempt(span, attempt);

        Assert.Equal("rate_limited", span.GetTagItem("error.type"));
        Assert.Equal(429, span.GetTagItem("http.response.status_code"));
        Assert.Equal("api.example.com", span.GetTagItem("server.address"));
        Assert.Equal(443, span.GetTagItem("server.port"));
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.DoesNotContain(span.TagObjects, tag => tag.Value is string text && text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void NobodyListens_TheCallersHeadersPassUnchanged()
    {
        var context = Context(CallersParent, "vendor=1", "tenant=a");

        var request = _tracing.StartRequest(context, Exchange());
        var span = _tracing.StartAttempt(request, Operation.ChatCompletions, Attempt());
        using var upstream = new HttpRequestMessage();
        _tracing.Inject(span, context.Request.Headers, upstream);
        _tracing.FinishAttempt(span, Attempt());
        _tracing.FinishRequest(request, Sample.Completed(Sample.Snapshot()));

        Assert.Null(request);
        Assert.Null(span);
        Assert.Equal([CallersParent], upstream.Headers.GetValues("traceparent"));
        Assert.Equal(["vendor=1"], upstream.Headers.GetValues("tracestate"));
        Assert.False(upstream.Headers.Contains("baggage"));
    }

    [Fact]
    public void NotSampled_TheCallersHeadersPassUnchanged()
    {
        using var listener = Listen(ActivitySamplingResult.PropagationData);
        var context = Context("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");

        var request = _tracing.StartRequest(context, Exchange());
        var span = _tracing.StartAttempt(request, Operation.ChatCompletions, Attempt());
        using var upstream = new HttpRequestMessage();
        _tracing.Inject(span, context.Request.Headers, upstream);

        Assert.Null(span);
        Assert.Equal(["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"], upstream.Headers.GetValues("traceparent"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a trace")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    public void CallerWithoutAValidTrace_GetsANewOne(string traceParent)
    {
        using var listener = Listen(ActivitySamplingResult.AllDataAndRecorded);
        using var surrounding = new Activity("of the web server").Start();

        var request = _tracing.StartRequest(Context(traceParent), Exchange())!;

        Assert.Equal(default, request.ParentSpanId);
        Assert.NotEqual(surrounding.TraceId, request.TraceId);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Baggage_GoesOnOnlyWhereThatIsConfigured(bool configured, bool goesOn)
    {
        using var tracing = new GatewayTracing(TelemetryOptions.From(new HostModel { ForwardBaggage = configured }, static _ => null));
        using var upstream = new HttpRequestMessage();

        tracing.Inject(null, Context(CallersParent, "vendor=1", "tenant=a").Request.Headers, upstream);

        Assert.Equal(goesOn, upstream.Headers.TryGetValues("baggage", out var values) && values.SequenceEqual(["tenant=a"]));
        Assert.Equal([CallersParent], upstream.Headers.GetValues("traceparent"));
        Assert.Equal(["vendor=1"], upstream.Headers.GetValues("tracestate"));
    }

    [Fact]
    public void OversizedBaggage_StaysHere()
    {
        using var tracing = new GatewayTracing(new TelemetryOptions { ForwardBaggage = true });
        using var upstream = new HttpRequestMessage();

        tracing.Inject(null, Context(CallersParent, baggage: "a=" + new string('x', 9_000)).Request.Headers, upstream);

        Assert.False(upstream.Headers.Contains("baggage"));
    }

    public void Dispose() => _tracing.Dispose();

    private static ActivityListener Listen(ActivitySamplingResult result)
    {
        var listener = new ActivityListener { ShouldListenTo = source => source.Name == GatewayTracing.SourceName, Sample = (ref ActivityCreationOptions<ActivityContext> _) => result };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static DefaultHttpContext Context(string traceParent, string traceState = "", string baggage = "")
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.Headers.TraceParent = traceParent;
        context.Request.Headers.TraceState = traceState;
        context.Request.Headers.Baggage = baggage;
        return context;
    }

    private static Exchange Exchange() => Sample.Exchange(Sample.Snapshot(), "smart", stream: true);

    private static AttemptRecord Attempt() => new(Sample.Snapshot().Deployments["primary"], "gpt-large", "openai#1");
}

/// <summary>Tests that listen to activities: one after another, because a listener hears the whole process.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TracingCollection
{
    public const string Name = "Tracing";
}
