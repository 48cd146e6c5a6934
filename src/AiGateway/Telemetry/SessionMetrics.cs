using System.Diagnostics.Metrics;
using AiGateway.Pipeline;

namespace AiGateway.Telemetry;

/// <summary>The instruments of realtime sessions. A session lasts for minutes: its tags are made when it ends.</summary>
internal sealed class SessionMetrics
{
    private readonly Counter<long> _sessions;
    private readonly Counter<long> _responses;
    private readonly Histogram<double> _duration;
    private long _open;

    public SessionMetrics(Meter meter)
    {
        _sessions = meter.CreateCounter<long>(MetricDefinitions.RealtimeSessions);
        _responses = meter.CreateCounter<long>(MetricDefinitions.RealtimeResponses);
        _duration = meter.CreateHistogram<double>(MetricDefinitions.RealtimeDuration);
        meter.Observe(MetricDefinitions.RealtimeOpen, () => Volatile.Read(ref _open));
    }

    /// <summary>A session was opened.</summary>
    public void Opened() => Interlocked.Increment(ref _open);

    /// <summary>A session is over.</summary>
    public void Closed() => Interlocked.Decrement(ref _open);

    /// <summary>Records a session that is over.</summary>
    public void Record(RequestRecord record, SessionFigures session)
    {
        var alias = new KeyValuePair<string, object?>(TagNames.Alias, record.Alias ?? TagValues.Other);
        var provider = new KeyValuePair<string, object?>(TagNames.Provider, record.Answering?.Deployment.Provider.Id ?? TagValues.None);
        _sessions.Add(1, alias, provider, new(TagNames.End, TagValues.Of(session.End)));
        _duration.Record(session.Open.TotalSeconds, alias, provider);
        if (session.Responses > 0)
        {
            _responses.Add(session.Responses, alias, provider);
        }
    }
}
