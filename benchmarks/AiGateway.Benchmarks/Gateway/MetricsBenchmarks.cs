using System.Diagnostics.Metrics;
using AiGateway.Accounting;
using AiGateway.Benchmarks.Budgets;
using AiGateway.Configuration;
using AiGateway.LoadTest.Http;
using AiGateway.Pipeline;
using AiGateway.Telemetry;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.Benchmarks.Gateway;

/// <summary>All instruments of one request, with <c>/metrics</c> listening.</summary>
[MemoryDiagnoser]
public class MetricsBenchmarks : IAllocationCase
{
    private readonly GatewayMetrics _metrics;
    private readonly PrometheusExposition _exposition;
    private readonly RequestRecord _record;

    /// <summary>A settled exchange and the listener.</summary>
    public MetricsBenchmarks()
    {
        var snapshot = GatewayFixture.Snapshot();
        var factory = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        _exposition = new PrometheusExposition(factory, NullLogger<PrometheusExposition>.Instance);
        _metrics = new GatewayMetrics(factory, new SnapshotHolder(snapshot), new TelemetryOptions());
        _record = Record(snapshot);
    }

    /// <summary>One settled request.</summary>
    [Benchmark]
    public void Settle() => _metrics.OnSettled(_record);

    /// <summary>Stops listening.</summary>
    [GlobalCleanup]
    public void Cleanup() => _exposition.Dispose();

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() => [("metrics_settle", Settle)];

    private static RequestRecord Record(Snapshot snapshot)
    {
        var exchange = new Exchange { Id = "benchmark", Snapshot = snapshot, StartedAt = default, StartTimestamp = 0 };
        var deployment = snapshot.Deployments["bench-a"];
        var attempt = new AttemptRecord(deployment, ChatBytes.UpstreamModel, "bench#1") { Status = 200, Duration = TimeSpan.FromMilliseconds(3) };
        exchange.Caller = snapshot.Callers.All[0];
        exchange.Request = GatewayFixture.Request();
        exchange.Plan = new Plan { Alias = snapshot.Aliases.Find(ChatBytes.Alias)!, Deployments = [deployment] };
        exchange.Attempts.Add(attempt);
        exchange.Answering = attempt;
        exchange.Usage = GatewayFixture.Usage();
        exchange.Cost = new CostCalculator(PriceCatalogue.LoadDefault())
            .Calculate(snapshot, deployment, ChatBytes.UpstreamModel, null, null, exchange.Usage, new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
        exchange.ResponseModel = ChatBytes.UpstreamModel;
        exchange.FinishReason = "stop";
        exchange.Status = 200;
        exchange.UpstreamTime = TimeSpan.FromMilliseconds(3);
        exchange.TimeToFirstToken = TimeSpan.FromMilliseconds(3);
        return new RequestRecord(exchange, TimeSpan.FromMilliseconds(4));
    }
}
