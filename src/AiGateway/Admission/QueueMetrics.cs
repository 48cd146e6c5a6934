using System.Diagnostics.Metrics;
using AiGateway.Configuration;
using AiGateway.Telemetry;

namespace AiGateway.Admission;

/// <summary>Metrics of waiting for limits: how many wait, how long, and how it ends.</summary>
internal sealed class QueueMetrics
{
    private readonly Histogram<double> _waited;
    private readonly int[] _waiting = new int[PriorityNames.All.Length];

    public QueueMetrics(IMeterFactory factory)
    {
        var meter = factory.GatewayMeter;
        _waited = meter.CreateHistogram<double>(MetricDefinitions.AdmissionWaited);
        meter.Observe(MetricDefinitions.AdmissionWaiting, Waiting);
    }

    /// <summary>One more waits, or one less.</summary>
    public void Joined(RequestPriority priority, int count) => Interlocked.Add(ref _waiting[(int)priority], count);

    /// <summary>A wait is over.</summary>
    public void Ended(RequestPriority priority, QueueOutcome outcome, TimeSpan waited) =>
        _waited.Record(waited.TotalSeconds, new(TagNames.Priority, PriorityNames.Of(priority)), new(TagNames.Outcome, Word(outcome)));

    private IEnumerable<Measurement<long>> Waiting()
    {
        for (var i = 0; i < _waiting.Length; i++)
        {
            yield return new(Volatile.Read(ref _waiting[i]), new KeyValuePair<string, object?>(TagNames.Priority, PriorityNames.All[i]));
        }
    }

    private static string Word(QueueOutcome outcome) => outcome switch
    {
        QueueOutcome.Admitted => "admitted",
        QueueOutcome.Refused => "refused",
        QueueOutcome.TimedOut => "timed_out",
        QueueOutcome.Full => "full",
        QueueOutcome.CallerGone => "caller_gone",
        _ => "draining",
    };
}
