using System.Collections.Concurrent;
using System.Net;
using System.Text;
using AiGateway.Configuration;
using AiGateway.Protocols;
using AiGateway.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AiGateway.Tests.Telemetry;

/// <summary>Traces and metrics reach a collector, over both protocols. Protobuf writes strings as they are, so names can be sought in the bytes.</summary>
[Collection(TracingCollection.Name)]
public sealed class OtlpExportTests
{
    [Theory]
    [InlineData("http/protobuf", "/v1/traces", "/v1/metrics")]
    [InlineData("grpc", "/opentelemetry.proto.collector.trace.v1.TraceService/Export", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export")]
    public async Task SpansAndMetrics_ReachTheCollector(string protocol, string tracesPath, string metricsPath)
    {
        await using var collector = await Collector.StartAsync(protocol == "grpc" ? HttpProtocols.Http2 : HttpProtocols.Http1);
        var otlp = new OtlpModel(new Uri(collector.Address), protocol == "http/protobuf", [new("x-collector-key", new Secret("a key with = and % signs"))], SampleRatio: 1);
        var options = new TelemetryOptions { Otlp = otlp };
        using var host = new MetricsHost(options: options);
        using var export = new OtlpExport(otlp);
        await export.StartAsync(TestContext.Current.CancellationToken);
        using var tracing = new GatewayTracing(options);

        var record = Sample.Completed(host.Snapshots.Current);
        var request = tracing.StartRequest(new DefaultHttpContext(), Sample.Exchange(host.Snapshots.Current, "smart", stream: true));
        var attempt = tracing.StartAttempt(request, Operation.ChatCompletions, record.Attempts[0]);
        tracing.FinishAttempt(attempt, record.Attempts[0]);
        tracing.FinishRequest(request, record);
        host.Metrics.OnSettled(record);
        await export.StopAsync(TestContext.Current.CancellationToken);

        var traces = collector.Received(tracesPath);
        Assert.All((string[])["ai-gateway", "chat smart", "chat gpt-large", "gen_ai.operation.name", "aigateway.deployment"], name => Assert.Contains(name, traces, StringComparison.Ordinal));
        var metrics = collector.Received(metricsPath);
        Assert.All((string[])["gen_ai.client.token.usage", "aigateway.requests", "aigateway.deployment.available", "process.cpu"], name => Assert.Contains(name, metrics, StringComparison.Ordinal));
        Assert.All(collector.Keys, key => Assert.Equal("a key with = and % signs", key));
    }

    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();

        public ConcurrentQueue<string> Keys { get; } = new();

        public string Address => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

        public static async Task<Collector> StartAsync(HttpProtocols protocols)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
            var app = builder.Build();
            var collector = new Collector(app);
            app.Run(collector.ReceiveAsync);
            await app.StartAsync();
            return collector;
        }

        public string Received(string path) => string.Concat(_received.Where(request => request.Path == path).Select(request => Encoding.Latin1.GetString(request.Body)));

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task ReceiveAsync(HttpContext context)
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            _received.Enqueue((context.Request.Path, body.ToArray()));
            Keys.Enqueue(context.Request.Headers["x-collector-key"].ToString());
            if (context.Request.ContentType == "application/grpc")
            {
                context.Response.ContentType = "application/grpc";
                context.Response.DeclareTrailer("grpc-status");
                await context.Response.Body.WriteAsync(new byte[5]);
                context.Response.AppendTrailer("grpc-status", "0");
            }
        }
    }
}
