using System.Diagnostics.Metrics;
using System.IO.Compression;
using System.Text;
using AiGateway.Pipeline;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace AiGateway.Telemetry;

/// <summary>Answers <c>/metrics</c> from the instruments of the gateway's meter and a choice of the runtime's.</summary>
/// <remarks>
/// Ours, over <see cref="MeterListener"/>, because the package prometheus-net.AspNetCore and OpenTelemetry's Prometheus
/// exporter are not in the registry that this project builds from. Measurements are aggregated as they are recorded;
/// observable instruments are asked at each scrape.
/// </remarks>
internal sealed partial class PrometheusExposition : IDisposable
{
    private const string TextFormat = "text/plain; version=0.0.4; charset=utf-8";
    private const string OpenMetricsFormat = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private const string RuntimeMeter = "System.Runtime";

    private static readonly Dictionary<string, MetricDefinition> RuntimeInstruments = MetricDefinitions.Runtime.ToDictionary(definition => definition.Name);

    private readonly Lock _scrape = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly IMeterFactory _factory;
    private readonly ILogger<PrometheusExposition> _logger;
    private readonly int _seriesLimit;
    private readonly MeterListener _listener = new();
    private long _collection;

    public PrometheusExposition(IMeterFactory factory, ILogger<PrometheusExposition> logger)
        : this(factory, logger, MetricFamily.DefaultSeriesLimit)
    {
    }

    internal PrometheusExposition(IMeterFactory factory, ILogger<PrometheusExposition> logger, int seriesLimit)
    {
        (_factory, _logger, _seriesLimit) = (factory, logger, seriesLimit);
        factory.GatewayMeter.Observe(MetricDefinitions.SeriesOverflow, Overflows);
        _listener.InstrumentPublished = Listen;
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((MetricFamily)state!).Record((long)value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((MetricFamily)state!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Answers a scrape, in the format and encoding it asks for.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        await SocketThread.Leave();
        var openMetrics = PrefersOpenMetrics(context.Request.Headers.Accept);
        using var text = Collect(openMetrics);
        var response = context.Response;
        response.ContentType = openMetrics ? OpenMetricsFormat : TextFormat;
        response.Headers.Vary = "Accept, Accept-Encoding";
        response.Headers.CacheControl = "no-store";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }
        if (AcceptsGzip(context.Request.Headers.AcceptEncoding))
        {
            response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
            await gzip.WriteAsync(text.Written, context.RequestAborted);
        }
        else
        {
            response.ContentLength = text.Written.Length;
            await response.Body.WriteAsync(text.Written, context.RequestAborted);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    /// <summary>The whole exposition; the caller disposes it. One at a time, so that no scrape sees another's half-observed values.</summary>
    internal ExpositionWriter Collect(bool openMetrics)
    {
        var writer = new ExpositionWriter(openMetrics);
        lock (_scrape)
        {
            var families = Families();
            _collection++;
            foreach (var family in families)
            {
                family.BeginCollection(_collection);
            }
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException exception)
            {
                // One that cannot be read must not take the others with it: it is missing from this scrape.
                Log.NotObserved(_logger, exception);
            }
            foreach (var family in families)
            {
                writer.Write(family);
            }
        }
        writer.End();
        return writer;
    }

    private static bool PrefersOpenMetrics(StringValues accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept, out var types))
        {
            return false;
        }
        var (openMetrics, text) = (0.0, 0.0);
        foreach (var type in types)
        {
            if (type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
            {
                openMetrics = Math.Max(openMetrics, type.Quality ?? 1);
            }
            else if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            {
                text = Math.Max(text, type.Quality ?? 1);
            }
        }
        return openMetrics > 0 && openMetrics >= text;
    }

    private static bool AcceptsGzip(StringValues acceptEncoding) =>
        StringWithQualityHeaderValue.TryParseList(acceptEncoding, out var encodings)
        && encodings.Any(encoding => encoding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && encoding.Quality is null or > 0);

    private void Listen(Instrument instrument, MeterListener listener)
    {
        // The factory is the meter's scope: another host in the same process, as in tests, has its own. ASP.NET's meters have the
        // same scope and are left out: they count once more, on every request, what ours count better.
        MetricDefinition? ofRuntime = null;
        var wanted = (ReferenceEquals(instrument.Meter.Scope, _factory) && string.Equals(instrument.Meter.Name, MetricDefinitions.MeterName, StringComparison.Ordinal))
            || (string.Equals(instrument.Meter.Name, RuntimeMeter, StringComparison.Ordinal) && RuntimeInstruments.TryGetValue(instrument.Name, out ofRuntime));
        if (!wanted)
        {
            return;
        }
        MetricFamily family;
        lock (_gate)
        {
            family = new MetricFamily(instrument, ofRuntime?.Kind ?? MetricFamily.KindOf(instrument), _seriesLimit);
            if (_families.TryGetValue(family.Name, out var known))
            {
                // Two instruments of one name are one family, or the exposition would be invalid; of another kind the second is left out.
                if (known.Kind != family.Kind || known.IsObservable != family.IsObservable)
                {
                    Log.NameTaken(_logger, instrument.Name, family.Name);
                    return;
                }
                family = known;
            }
            else
            {
                _families.Add(family.Name, family);
            }
        }
        listener.EnableMeasurementEvents(instrument, family);
    }

    private MetricFamily[] Families()
    {
        lock (_gate)
        {
            return [.. _families.Values];
        }
    }

    private IEnumerable<Measurement<long>> Overflows()
    {
        foreach (var family in Families())
        {
            if (family.Overflowed is > 0 and var overflowed)
            {
                yield return new(overflowed, new KeyValuePair<string, object?>(TagNames.Metric, Encoding.UTF8.GetString(family.SampleName)));
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(9001, LogLevel.Warning, "An observable metric could not be read and is missing from this scrape.")]
        public static partial void NotObserved(ILogger logger, Exception exception);

        [LoggerMessage(9002, LogLevel.Warning, "Instrument {Instrument} is not shown: another one of another kind is already called {Name}.")]
        public static partial void NameTaken(ILogger logger, string instrument, string name);
    }
}
