using System.Diagnostics.Metrics;
using System.Text;
using AiGateway.Configuration;
using AiGateway.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AiGateway.Tests.Telemetry;

/// <summary>Telemetry as a host composes it, without the host.</summary>
internal sealed class MetricsHost : IDisposable
{
    private readonly ServiceProvider _services;

    public MetricsHost(Snapshot? snapshot = null, TelemetryOptions? options = null)
    {
        Snapshots = new SnapshotHolder(snapshot ?? Sample.Snapshot());
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton(TimeProvider.System).AddSingleton(Snapshots).AddTelemetry(options ?? new TelemetryOptions());
        _services = services.BuildServiceProvider();
        _services.GetServices<IHostedService>();
        Metrics = _services.GetRequiredService<GatewayMetrics>();
        Exposition = _services.GetRequiredService<PrometheusExposition>();
    }

    public SnapshotHolder Snapshots { get; }

    public GatewayMetrics Metrics { get; }

    public PrometheusExposition Exposition { get; }

    public CredentialMetrics Credentials => _services.GetRequiredService<CredentialMetrics>();

    public StoreMetrics Store => _services.GetRequiredService<StoreMetrics>();

    public Meter Meter => _services.GetRequiredService<IMeterFactory>().GatewayMeter;

    /// <summary>What a scrape would get.</summary>
    public string Scrape(bool openMetrics = false)
    {
        using var writer = Exposition.Collect(openMetrics);
        return Encoding.UTF8.GetString(writer.Written.Span);
    }

    /// <summary>The sample lines of one metric.</summary>
    public string[] Samples(string name) => [.. Scrape().Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))];

    public void Dispose() => _services.Dispose();
}
