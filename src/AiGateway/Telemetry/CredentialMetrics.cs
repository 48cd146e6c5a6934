using System.Diagnostics.Metrics;
using AiGateway.Configuration;

namespace AiGateway.Telemetry;

/// <summary>Metrics of tokens and cloud credentials: how fetching them goes, and how long what is held lasts.</summary>
internal sealed class CredentialMetrics
{
    private readonly SnapshotHolder _snapshots;
    private readonly TimeProvider _clock;
    private readonly Counter<long> _fetches;
    private readonly Histogram<double> _duration;

    public CredentialMetrics(IMeterFactory factory, SnapshotHolder snapshots, TimeProvider clock)
    {
        (_snapshots, _clock) = (snapshots, clock);
        var meter = factory.GatewayMeter;
        _fetches = meter.CreateCounter<long>(MetricDefinitions.CredentialsFetches);
        _duration = meter.CreateHistogram<double>(MetricDefinitions.CredentialsFetchDuration);
        meter.Observe(MetricDefinitions.CredentialsExpiresIn, ExpiresIn);
    }

    /// <summary>Tells when what is held for some settings expires; null where nothing is held, or what does not expire. Set by whoever holds it.</summary>
    public Func<CredentialsModel, DateTimeOffset?> ExpiryOf { get; set; } = static _ => null;

    /// <summary>A token or credentials were fetched, or could not be.</summary>
    public void Fetched(CredentialsKind kind, TimeSpan took, bool succeeded)
    {
        var tag = new KeyValuePair<string, object?>(TagNames.Kind, TagValues.Of(kind));
        _fetches.Add(1, tag, new(TagNames.Outcome, succeeded ? "succeeded" : "failed"));
        _duration.Record(took.TotalSeconds, tag);
    }

    private List<Measurement<double>> ExpiresIn()
    {
        var now = _clock.GetUtcNow();
        var measurements = new List<Measurement<double>>();
        foreach (var provider in _snapshots.Current.Providers.Values)
        {
            if (ExpiryOf(provider.Credentials) is { } expiry)
            {
                measurements.Add(new((expiry - now).TotalSeconds, new KeyValuePair<string, object?>(TagNames.Provider, provider.Id), new(TagNames.Kind, TagValues.Of(provider.Credentials.Kind))));
            }
        }
        return measurements;
    }
}
