using System.Net;
using AiGateway.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace AiGateway.Tests.Telemetry;

/// <summary>A Prometheus server scrapes the gateway: it asks for OpenMetrics, whose parser forgives less than promtool's.</summary>
public sealed class RealPrometheusTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task PrometheusServer_TakesWhatTheGatewayWrites()
    {
        Assert.SkipWhen(Promtool.FindOnPath("prometheus") is null, "prometheus not found on the PATH (Debian: apt-get install prometheus)");
        using var host = new MetricsHost();
        host.Metrics.OnSettled(Sample.Completed(host.Snapshots.Current));
        host.Metrics.OnSettled(Sample.Rejected(host.Snapshots.Current, AiGateway.Pipeline.RejectionReason.InvalidKey));
        host.Meter.CreateCounter<long>("test.hostile", description: "\"quoted\" \\ and\nbroken").Add(1, new KeyValuePair<string, object?>("v", "a\"} 9\nb\\"));
        var formats = new List<string?>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using var gateway = builder.Build();
        gateway.Run(async context =>
        {
            await host.Exposition.WriteAsync(context);
            formats.Add(context.Response.ContentType);
        });
        await gateway.StartAsync(TestContext.Current.CancellationToken);
        var target = new Uri(gateway.Urls.Single()).Authority;

        var folder = Directory.CreateTempSubdirectory("aigateway-prometheus-");
        try
        {
            var config = Path.Combine(folder.FullName, "prometheus.yaml");
            await File.WriteAllTextAsync(config, $"global: {{scrape_interval: 1s}}\nscrape_configs: [{{job_name: aigateway, static_configs: [{{targets: ['{target}']}}]}}]\n", TestContext.Current.CancellationToken);
            var port = FreePort.Next();
            await using var prometheus = ChildProcess.Start("prometheus", [$"--config.file={config}", $"--storage.tsdb.path={folder.FullName}/data", $"--web.listen-address=127.0.0.1:{port}"]);
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

            await EventuallyContainsAsync(client, "/api/v1/targets", "\"health\":\"up\"");
            await EventuallyContainsAsync(client, "/api/v1/query?query=gen_ai_client_token_usage_sum{gen_ai_token_type=\"input\"}", "\"100\"");
            await EventuallyContainsAsync(client, "/api/v1/query?query=test_hostile_total", "a\\\"} 9\\nb\\\\");
            Assert.All(formats, format => Assert.StartsWith("application/openmetrics-text", format, StringComparison.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task EventuallyContainsAsync(HttpClient client, string path, string expected)
    {
        using var limit = new CancellationTokenSource(Limit);
        var last = "";
        while (!last.Contains(expected, StringComparison.Ordinal))
        {
            Assert.False(limit.IsCancellationRequested, $"{path} does not say {expected}: {last}");
            try
            {
                last = await client.GetStringAsync(path);
            }
            catch (HttpRequestException exception)
            {
                last = exception.Message;
            }
            await Task.Delay(100);
        }
    }
}
