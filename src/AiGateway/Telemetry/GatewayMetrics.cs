using System.Diagnostics.Metrics;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;

namespace AiGateway.Telemetry;

/// <summary>The gateway's metrics: ordinary instruments, so that <c>/metrics</c>, OTLP and dotnet-counters all see them.</summary>
/// <remarks>
/// Labels come from closed sets only (<see cref="TagValues"/>, the configuration): a name that a caller made up counts as
/// <c>_other</c>. Tag arrays are built once per combination and snapshot; a request allocates nothing here.
/// </remarks>
internal sealed class GatewayMetrics : IRequestObserver, IReloadObserver
{
    private static readonly KeyValuePair<string, object?> Accepted = new(TagNames.Result, "accepted");
    private static readonly KeyValuePair<string, object?> Refused = new(TagNames.Result, "refused");

    private readonly SnapshotHolder _snapshots;
    private readonly GenAiMetrics _genAi;
    private readonly Counter<long> _requests;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _failovers;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly Counter<long> _unpricedRequests;
    private readonly Counter<long> _unpricedTokens;
    private readonly Counter<long> _estimatedUsage;
    private readonly Counter<long> _streamsCut;
    private readonly Counter<long> _configReloads;
    private readonly Histogram<double> _overhead;
    private readonly SessionMetrics _sessions;
    private TagCache _tags;
    private long _inFlight;

    public GatewayMetrics(IMeterFactory factory, SnapshotHolder snapshots, TelemetryOptions options)
    {
        _snapshots = snapshots;
        _tags = new TagCache(snapshots.Current);
        var meter = factory.GatewayMeter;
        _genAi = new GenAiMetrics(meter, options.LatestGenAiNames);
        _requests = meter.CreateCounter<long>(MetricDefinitions.Requests);
        _attempts = meter.CreateCounter<long>(MetricDefinitions.Attempts);
        _failovers = meter.CreateCounter<long>(MetricDefinitions.Failovers);
        _tokens = meter.CreateCounter<long>(MetricDefinitions.Tokens);
        _cost = meter.CreateCounter<double>(MetricDefinitions.CostUsd);
        _unpricedRequests = meter.CreateCounter<long>(MetricDefinitions.UnpricedRequests);
        _unpricedTokens = meter.CreateCounter<long>(MetricDefinitions.UnpricedTokens);
        _estimatedUsage = meter.CreateCounter<long>(MetricDefinitions.EstimatedUsage);
        _streamsCut = meter.CreateCounter<long>(MetricDefinitions.StreamsCut);
        _configReloads = meter.CreateCounter<long>(MetricDefinitions.ConfigReloads);
        _overhead = meter.CreateHistogram<double>(MetricDefinitions.Overhead);
        _sessions = new SessionMetrics(meter);
        meter.Observe(MetricDefinitions.InFlight, () => Volatile.Read(ref _inFlight));
    }

    /// <summary>A request came in. Each call has its <see cref="RequestEnded"/>.</summary>
    public void RequestStarted() => Interlocked.Increment(ref _inFlight);

    /// <summary>A request is over, whatever came of it.</summary>
    public void RequestEnded() => Interlocked.Decrement(ref _inFlight);

    /// <summary>A realtime session was opened. Each call has its <see cref="SessionClosed"/>.</summary>
    public void SessionOpened() => _sessions.Opened();

    /// <summary>A realtime session is over.</summary>
    public void SessionClosed() => _sessions.Closed();

    /// <inheritdoc/>
    public void OnReload(ReloadResult result) => _configReloads.Add(1, result.Succeeded ? Accepted : Refused);

    /// <inheritdoc/>
    public void OnSettled(RequestRecord record)
    {
        var tags = CurrentTags();
        var attempts = record.Attempts;
        var deployment = (record.Answering ?? (attempts.Count > 0 ? attempts[^1] : null))?.Deployment;
        var request = tags.ForRequest(record, deployment);

        _requests.Add(1, request.Request);
        _genAi.Record(record, request);
        for (var i = 0; i < attempts.Count; i++)
        {
            Attempt(tags, record, attempts[i]);
        }
        if (attempts.Count > 0 && _overhead.Enabled)
        {
            _overhead.Record(Math.Max(0, record.Overhead.TotalSeconds), request.Overhead);
        }
        if (attempts.Count > 1)
        {
            _failovers.Add(1, request.Failover);
        }
        if (request.Cut is { } cut && record.Answering is not null)
        {
            _streamsCut.Add(1, cut);
        }
        if (record.Session is { } session)
        {
            _sessions.Record(record, session);
        }
        if (record.Usage is { } usage)
        {
            Spend(tags.ForSpend(record, deployment), usage, record.Cost);
        }
    }

    private TagCache CurrentTags()
    {
        var tags = _tags;
        var current = _snapshots.Current;
        return ReferenceEquals(tags.Snapshot, current) ? tags : _tags = new TagCache(current);
    }

    private void Attempt(TagCache tags, RequestRecord record, AttemptRecord attempt)
    {
        _attempts.Add(1, tags.ForAttempt(record, attempt));
        // What a failed attempt consumed was paid for too; the answering one's usage is the record's and counts there.
        if (attempt.Usage is { } usage && !ReferenceEquals(attempt, record.Answering) && !ReferenceEquals(usage, record.Usage))
        {
            Spend(tags.ForSpend(record, attempt.Deployment), usage, attempt.Cost);
        }
    }

    private void Spend(SpendTags tags, Usage usage, Cost? cost)
    {
        if (_tokens.Enabled)
        {
            var (cached, written) = (usage.CachedInputTokens, usage.CacheWriteTokens + usage.CacheWrite1hTokens + usage.CacheWrite12hTokens);
            AddTokens(usage.InputTokens - cached - written, tags.Input);
            AddTokens(cached, tags.CachedInput);
            AddTokens(written, tags.CacheWrite);
            AddTokens(usage.OutputTokens - usage.ReasoningTokens, tags.Output);
            AddTokens(usage.ReasoningTokens, tags.Reasoning);
        }
        if (usage.Estimated)
        {
            _estimatedUsage.Add(1, tags.Estimated);
        }
        if (cost is { Total: { } total })
        {
            _cost.Add((double)total, tags.Spend);
        }
        else if (cost is not null)
        {
            _unpricedRequests.Add(1, tags.Spend);
            _unpricedTokens.Add(usage.InputTokens + usage.OutputTokens, tags.Spend);
        }
    }

    private void AddTokens(long tokens, KeyValuePair<string, object?>[] tags)
    {
        if (tokens > 0)
        {
            _tokens.Add(tokens, tags);
        }
    }
}
