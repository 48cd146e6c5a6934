using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Telemetry;

/// <summary>Metrics that are read when somebody looks: deployments, the configuration in force, lost records, the build.</summary>
/// <remarks>Deployments are those of the snapshot in force; one that a reload took away is gone from the next scrape on.</remarks>
internal sealed class StateMetrics
{
    private readonly SnapshotHolder _snapshots;

    public StateMetrics(IMeterFactory factory, SnapshotHolder snapshots, TimeProvider time, IEnumerable<IDroppedRecords> sinks)
    {
        _snapshots = snapshots;
        var meter = factory.GatewayMeter;
        meter.Observe(MetricDefinitions.DeploymentAvailable, () => OfDeployments<long>(deployment => deployment.State.IsAvailable(time.GetTimestamp()) ? 1L : 0L));
        meter.Observe(MetricDefinitions.DeploymentCircuitOpen, () => OfDeployments<long>(deployment => deployment.State.CircuitOpenUntil > time.GetTimestamp() ? 1L : 0L));
        meter.Observe(MetricDefinitions.DeploymentInFlight, () => OfDeployments<long>(deployment => (long)deployment.State.InFlight));
        meter.Observe(MetricDefinitions.DeploymentLatency, () => OfDeployments<double>(deployment => deployment.State.LatencyMilliseconds is > 0 and var latency ? latency / 1000 : null));

        meter.Observe(MetricDefinitions.ConfigInfo, () => One(Tag(TagNames.Version, snapshots.Current.Version)));
        meter.Observe(MetricDefinitions.ConfigLastReloadSuccessful, () => snapshots.LastFailure is null ? 1L : 0L);
        meter.Observe(MetricDefinitions.ConfigLoadedTimestamp, () => snapshots.Current.LoadedAt.ToUnixTimeMilliseconds() / 1000.0);

        var all = sinks.ToArray();
        meter.Observe(MetricDefinitions.RecordsDropped, () => all.Sum(sink => sink.Dropped));

        meter.Observe(MetricDefinitions.BuildInfo, () => One(Tag(TagNames.Version, ProductVersion.Full), Tag(TagNames.Runtime, RuntimeInformation.FrameworkDescription)));
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static Measurement<long>[] One(params KeyValuePair<string, object?>[] tags) => [new(1, tags)];

    private List<Measurement<T>> OfDeployments<T>(Func<DeploymentModel, T?> read)
        where T : struct
    {
        var deployments = _snapshots.Current.Deployments.Values;
        var measurements = new List<Measurement<T>>(deployments.Length);
        foreach (var deployment in deployments)
        {
            if (read(deployment) is { } value)
            {
                measurements.Add(new(value, Tag(TagNames.Deployment, deployment.Id), Tag(TagNames.Provider, deployment.Provider.Id)));
            }
        }
        return measurements;
    }
}
