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
        return Task.CompletedTask;
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
            exporter.Headers = string.Join(',', options.Headers.Select(Encoded));
        }
    }

    private static string Encoded(KeyValuePair<string, Secret> header)
    {
        var value = header.Value.Reveal();
        // The exporter takes all headers as one string, which it decodes first and then splits at commas: encoding does not help.
        return value.Contains(',', StringComparison.Ordinal)
            ? throw new FormatException($"The value of host.otlp.headers.{header.Key} contains a comma, which the OTLP exporter cannot send.")
            : $"{header.Key}={Uri.EscapeDataString(value)}";
    }
}
