using System.Diagnostics.Metrics;
using System.IO.Compression;
using System.Text;
using AiGateway.Configuration;
using AiGateway.Telemetry;
using Microsoft.AspNetCore.Http;

namespace AiGateway.Tests.Telemetry;

public sealed class PrometheusExpositionTests : IDisposable
{
    private readonly MetricsHost _host = new();

    [Fact]
    public void EachKindOfInstrument_IsWrittenByTheTextFormat()
    {
        var requests = _host.Meter.CreateCounter<long>("test.requests", "{request}", "Counts \\ \"them\"\nall.");
        var cost = _host.Meter.CreateCounter<double>("test.cost", "USD", "Cost.");
        var sizes = _host.Meter.CreateHistogram("test.size", "By", "Sizes.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 1e6] });
        var level = _host.Meter.CreateUpDownCounter<int>("test.level", description: "Level.");
        var share = _host.Meter.CreateGauge<double>("test.share", "1", "Share.");
        requests.Add(2, new KeyValuePair<string, object?>("b", "2"), new KeyValuePair<string, object?>("a.x", 1));
        requests.Add(1, new KeyValuePair<string, object?>("a.x", 1), new KeyValuePair<string, object?>("b", "2"));
        cost.Add(0.1);
        cost.Add(0.2);
        sizes.Record(0.5, new KeyValuePair<string, object?>("k", "v"));
        sizes.Record(2, new KeyValuePair<string, object?>("k", "v"));
        sizes.Record(2e6, new KeyValuePair<string, object?>("k", "v"));
        level.Add(5);
        level.Add(-7);
        share.Record(0.75);
        share.Record(double.PositiveInfinity);

        Assert.Equal(
            """
            # HELP test_cost_USD_total Cost.
            # TYPE test_cost_USD_total counter
            test_cost_USD_total 0.30000000000000004
            # HELP test_level Level.
            # TYPE test_level gauge
            test_level -2
            # HELP test_requests_total Counts \\ "them"\nall.
            # TYPE test_requests_total counter
            test_requests_total{a_x="1",b="2"} 3
            # HELP test_share_ratio Share.
            # TYPE test_share_ratio gauge
            test_share_ratio +Inf
            # HELP test_size_bytes Sizes.
            # TYPE test_size_bytes histogram
            test_size_bytes_bucket{k="v",le="0.5"} 1
            test_size_bytes_bucket{k="v",le="1.0"} 1
            test_size_bytes_bucket{k="v",le="1000000.0"} 2
            test_size_bytes_bucket{k="v",le="+Inf"} 3
            test_size_bytes_sum{k="v"} 2000002.5
            test_size_bytes_count{k="v"} 3

            """,
            OnlyTest(_host.Scrape()));
        Assert.Equal(
            """
            # HELP test_cost_USD Cost.
            # TYPE test_cost_USD counter
            # UNIT test_cost_USD USD
            test_cost_USD_total 0.30000000000000004
            # HELP test_level Level.
            # TYPE test_level gauge
            test_level -2
            # HELP test_requests Counts \\ \"them\"\nall.
            # TYPE test_requests counter
            test_requests_total{a_x="1",b="2"} 3
            # HELP test_share_ratio Share.
            # TYPE test_share_ratio gauge
            # UNIT test_share_ratio ratio
            test_share_ratio +Inf
            # HELP test_size_bytes Sizes.
            # TYPE test_size_bytes histogram
            # UNIT test_size_bytes bytes
            test_size_bytes_bucket{k="v",le="0.5"} 1
            test_size_bytes_bucket{k="v",le="1.0"} 1
            test_size_bytes_bucket{k="v",le="1000000.0"} 2
            test_size_bytes_bucket{k="v",le="+Inf"} 3
            test_size_bytes_sum{k="v"} 2000002.5
            test_size_bytes_count{k="v"} 3

            """,
            OnlyTest(_host.Scrape(openMetrics: true)));
        Assert.EndsWith("\n# EOF\n", _host.Scrape(openMetrics: true), StringComparison.Ordinal);
        Assert.DoesNotContain("# EOF", _host.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public void HostileLabelValues_CannotLeaveTheirQuotes()
    {
        var counter = _host.Meter.CreateCounter<long>("test.hostile");
        counter.Add(1, new KeyValuePair<string, object?>("v", "a\"} 9\nevil 1\n\\"));

        Assert.Contains("test_hostile_total{v=\"a\\\"} 9\\nevil 1\\n\\\\\"} 1\n", _host.Scrape(), StringComparison.Ordinal);
        Assert.DoesNotContain("\nevil", _host.Scrape(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyThreadsAtOnce_LoseNothing()
    {
        const int threads = 8;
        const int rounds = 20_000;
        var counter = _host.Meter.CreateCounter<long>("test.counted");
        var real = _host.Meter.CreateCounter<double>("test.real");
        var histogram = _host.Meter.CreateHistogram("test.measured", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2, 3] });
        using var stop = new CancellationTokenSource();
        var scraper = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                _host.Scrape();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < rounds; i++)
            {
                // A new string each time takes the slow way, the constant the quick one; both must meet in one series.
                object tag = (i & 1) == 0 ? "same" : new string("same");
                counter.Add(i, new KeyValuePair<string, object?>("k", tag));
                real.Add(0.5, new KeyValuePair<string, object?>("k", tag));
                histogram.Record(i & 3, new KeyValuePair<string, object?>("k", tag));
            }
        })));
        await stop.CancelAsync();
        await scraper;

        Assert.Equal([$"test_counted_total{{k=\"same\"}} {(long)threads * rounds * (rounds - 1) / 2}"], _host.Samples("test_counted_total"));
        Assert.Equal([$"test_real_total{{k=\"same\"}} {threads * rounds / 2}"], _host.Samples("test_real_total"));
        Assert.Equal(
            [$"test_measured_bucket{{k=\"same\",le=\"1.0\"}} {threads * rounds / 2}", $"test_measured_bucket{{k=\"same\",le=\"2.0\"}} {threads * rounds * 3 / 4}", $"test_measured_bucket{{k=\"same\",le=\"3.0\"}} {threads * rounds}", $"test_measured_bucket{{k=\"same\",le=\"+Inf\"}} {threads * rounds}"],
            _host.Samples("test_measured_bucket"));
        Assert.Equal([$"test_measured_sum{{k=\"same\"}} {threads * rounds / 4 * 6}"], _host.Samples("test_measured_sum"));
    }

    [Fact]
    public void MoreSeriesThanAllowed_ShareOneAndAreCounted()
    {
        var counter = _host.Meter.CreateCounter<long>("test.exploding");
        for (var i = 0; i < MetricFamily.DefaultSeriesLimit + 30; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("n", i));
        }

        var samples = _host.Samples("test_exploding_total");
        Assert.Equal(MetricFamily.DefaultSeriesLimit + 1, samples.Length);
        Assert.Contains("test_exploding_total{otel_metric_overflow=\"true\"} 30", samples);
        Assert.Equal(["aigateway_series_overflow_total{metric=\"test_exploding_total\"} 30"], _host.Samples("aigateway_series_overflow_total"));
    }

    [Fact]
    public void SeriesThatAnObservableNoLongerReports_IsGone()
    {
        string[] present = ["a", "b"];
        _host.Meter.CreateObservableGauge("test.present", () => present.Select(name => new Measurement<long>(1, new KeyValuePair<string, object?>("name", name))));
        Assert.Equal(2, _host.Samples("test_present").Length);

        present = ["b"];

        Assert.Equal(["test_present{name=\"b\"} 1"], _host.Samples("test_present"));
    }

    [Fact]
    public void ObservableThatThrows_TakesNoOtherWithIt()
    {
        _host.Meter.CreateObservableGauge("test.broken", long () => throw new InvalidOperationException("broken"));

        Assert.Empty(_host.Samples("test_broken"));
        Assert.NotEmpty(_host.Samples("aigateway_build_info"));
    }

    [Fact]
    public void AnotherHostInTheProcess_KeepsItsNumbersToItself()
    {
        using var other = new MetricsHost();
        other.Metrics.RequestStarted();
        other.Metrics.OnReload(new ReloadResult(true, "", default, [], []));

        Assert.Empty(_host.Samples("aigateway_config_reloads_total"));
        Assert.Equal(["aigateway_inflight 0"], _host.Samples("aigateway_inflight"));
    }

    [Fact]
    public void ProcessAndRuntime_ShowUnderTheUsualNames()
    {
        GC.Collect();

        foreach (var name in (string[])["process_cpu_seconds_total", "process_resident_memory_bytes", "process_virtual_memory_bytes", "process_start_time_seconds", "process_threads", "dotnet_thread_pool_queue_length", "dotnet_gc_heap_total_allocated_bytes_total"])
        {
            Assert.Contains($"\n{name} ", _host.Scrape(), StringComparison.Ordinal);
        }
        Assert.Contains(_host.Samples("dotnet_gc_collections_total"), line => line.StartsWith("dotnet_gc_collections_total{gc_heap_generation=\"gen2\"} ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true)]
    [InlineData("text/plain;version=0.0.4;q=0.9,application/openmetrics-text;q=0.1", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("*/*", false)]
    [InlineData("", false)]
    [InlineData(";;not a media type", false)]
    public async Task Accept_DecidesTheFormat(string accept, bool openMetrics)
    {
        var (context, body) = await ScrapeOverHttp(accept, acceptEncoding: "");

        Assert.Equal(openMetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8" : "text/plain; version=0.0.4; charset=utf-8", context.Response.ContentType);
        Assert.Equal(openMetrics, Encoding.UTF8.GetString(body).EndsWith("# EOF\n", StringComparison.Ordinal));
        Assert.Equal(body.Length, context.Response.ContentLength);
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("br, gzip;q=0.5", true)]
    [InlineData("gzip;q=0", false)]
    [InlineData("identity", false)]
    public async Task AcceptEncoding_DecidesTheCompression(string acceptEncoding, bool compressed)
    {
        var (context, body) = await ScrapeOverHttp("text/plain", acceptEncoding);

        Assert.Equal(compressed ? "gzip" : "", context.Response.Headers.ContentEncoding.ToString());
        using var plain = new StreamReader(compressed ? new GZipStream(new MemoryStream(body), CompressionMode.Decompress) : new MemoryStream(body));
        Assert.Contains("aigateway_build_info{", await plain.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EverythingTheGatewayWrites_PleasesPromtool()
    {
        Promtool.SkipIfMissing();
        var everything = new TelemetryOptions { LatestGenAiNames = true };
        foreach (var options in (TelemetryOptions[])[new TelemetryOptions(), everything])
        {
            using var host = new MetricsHost(options: options);
            host.Metrics.OnSettled(Sample.Completed(host.Snapshots.Current));
            host.Metrics.OnSettled(Sample.Rejected(host.Snapshots.Current, AiGateway.Pipeline.RejectionReason.InvalidKey));
            host.Metrics.OnReload(new ReloadResult(false, "", default, [], []));

            var (exitCode, output) = await Promtool.RunAsync(host.Scrape(), "check", "metrics");

            Assert.True(exitCode == 0 && output.Trim().Length == 0, output);
        }
    }

    public void Dispose() => _host.Dispose();

    private static string OnlyTest(string text) =>
        string.Concat(text.Split('\n').Where(line => line.StartsWith("test_", StringComparison.Ordinal) || (line.StartsWith('#') && line.Contains(" test_", StringComparison.Ordinal))).Select(line => line + "\n"));

    private async Task<(HttpContext Context, byte[] Body)> ScrapeOverHttp(string accept, string acceptEncoding)
    {
        var context = new DefaultHttpContext();
        var body = new MemoryStream();
        context.Response.Body = body;
        context.Request.Method = "GET";
        context.Request.Headers.Accept = accept;
        context.Request.Headers.AcceptEncoding = acceptEncoding;
        await _host.Exposition.WriteAsync(context);
        return (context, body.ToArray());
    }
}
