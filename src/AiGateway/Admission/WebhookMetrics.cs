using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AiGateway.Telemetry;

namespace AiGateway.Admission;

/// <summary>Metrics of webhooks: how telling them goes, and what waits to be told.</summary>
internal sealed class WebhookMetrics
{
    private readonly Counter<long> _deliveries;
    private readonly ConcurrentDictionary<string, int> _pending = new(StringComparer.Ordinal);

    public WebhookMetrics(IMeterFactory factory)
    {
        var meter = factory.GatewayMeter;
        _deliveries = meter.CreateCounter<long>(MetricDefinitions.WebhookDeliveries);
        meter.Observe(MetricDefinitions.WebhookPending, () => _pending.Select(static entry => new Measurement<long>(entry.Value, new KeyValuePair<string, object?>(TagNames.Webhook, entry.Key))));
    }

    /// <summary>A message was sent, or could not be.</summary>
    public void Sent(string webhook, bool succeeded) => _deliveries.Add(1, new(TagNames.Webhook, webhook), new(TagNames.Outcome, succeeded ? "succeeded" : "failed"));

    /// <summary>One more waits to be told, or one less.</summary>
    public void Waiting(string webhook, int count) => _pending.AddOrUpdate(webhook, static (_, count) => count, static (_, old, count) => old + count, count);
}
