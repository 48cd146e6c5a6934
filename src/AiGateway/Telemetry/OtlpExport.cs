using AiGateway.Configuration;
using AiGateway.Pipeline;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AiGateway.Telemetry;

/// <summary>Pushes traces and metrics over OTLP while the host runs.</summary>
/// <remarks>
/// Built on the SDK alone: the packages OpenTelemetry.Extensions.Hosting and the ASP.NET Core instrumentation are not in the
/// registry that this project builds from, and our spans and instruments need neither.
/// </remarks>
internal sealed class OtlpExport(OtlpModel options) : IHostedService, IDisposable
{
    // A collector that is away must not hold up a shutdown: drain has its own limit.
    private const int ShutdownMilliseconds = 3_000;

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The environment comes last, so that OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
        var resource = ResourceBuilder.CreateEmpty().AddTelemetrySdk().AddService("ai-gateway", serviceVersion: ProductVersion.Full).AddEnvironmentVariableDetector();
        try
        {
            Build(resource);
        }
        catch (ArgumentException e)
        {
            // The SDK's words for OTEL_EXPORTER_OTLP_HEADERS that are not NAME=VALUE.
            throw new FormatException($"OTLP export cannot be set up: {e.Message} See 'host.otlp' and the variables OTEL_EXPORTER_OTLP_*.", e);
        }
        return Task.CompletedTask;
    }

    private void Build(ResourceBuilder resource)
    {
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(GatewayTracing.SourceName)
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.SampleRatio)))
            .AddOtlpExporter(exporter => Configure(exporter, "traces"))
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(MetricDefinitions.MeterName, "System.Runtime")
            .AddOtlpExporter(exporter => Configure(exporter, "metrics"))
            .Build();
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // The SDK's shutdown blocks while it sends what is left.
        await Task.WhenAll(
            Task.Run(() => _traces?.Shutdown(ShutdownMilliseconds), CancellationToken.None),
            Task.Run(() => _metrics?.Shutdown(ShutdownMilliseconds), CancellationToken.None));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private void Configure(OtlpExporterOptions exporter, string signal)
    {
        exporter.Endpoint = options.EndpointOf(signal);
        exporter.Protocol = options.HttpProtobuf ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        // Without headers of ours, those of OTEL_EXPORTER_OTLP_HEADERS stay in force.
        if (options.Headers.Count > 0)
        {
            exporter.Headers = string.Join(',', options.Headers.Select(static header => $"{header.Key}={Uri.EscapeDataString(header.Value.Reveal())}"));
        }
    }
}
