using System.Diagnostics.Metrics;
using System.Text;

namespace AiGateway.Telemetry;

/// <summary>An instrument as <c>/metrics</c> shows it: its names, and its series.</summary>
internal sealed class MetricFamily
{
    /// <summary>Series of one instrument beyond which measurements share one overflow series.</summary>
    public const int DefaultSeriesLimit = 5_000;

    // Where an instrument gives no advice: OpenTelemetry's default boundaries (opentelemetry.io/docs/specs/otel/metrics/sdk/#explicit-bucket-histogram-aggregation).
    private static readonly double[] DefaultBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    private readonly SeriesTable _table;
    private long _collection;

    public MetricFamily(Instrument instrument, MetricKind kind, int seriesLimit)
    {
        Kind = kind;
        IsObservable = instrument.IsObservable;
        Name = PrometheusName.OfFamily(instrument.Name, instrument.Unit, Kind);
        var unit = PrometheusName.UnitSuffix(instrument.Unit, Kind);
        Header = HeaderText(instrument.Description, unit, openMetrics: false);
        OpenMetricsHeader = HeaderText(instrument.Description, unit, openMetrics: true);
        Bounds = Kind == MetricKind.Histogram ? BoundsOf(instrument) : [];
        BucketLabels = [.. Bounds.Append(double.PositiveInfinity).Select(bound => Encoding.UTF8.GetBytes($"le=\"{ExpositionWriter.BoundText(bound)}\""))];
        SampleName = Encoding.UTF8.GetBytes(Kind == MetricKind.Counter ? Name + "_total" : Name);
        _table = new SeriesTable(seriesLimit, Kind == MetricKind.Histogram ? labels => new HistogramSeries(labels, Bounds)
            : IsObservable || IsLastValue(instrument) ? labels => new LastValueSeries(labels)
            : labels => new SumSeries(labels));
    }

    /// <summary>The family's name, without <c>_total</c>.</summary>
    public string Name { get; }

    /// <summary>Name of a sample: of a counter with <c>_total</c>.</summary>
    public byte[] SampleName { get; }

    /// <summary>What it counts like.</summary>
    public MetricKind Kind { get; }

    /// <summary>True when its values are asked for at each collection, so that series not reported then are gone.</summary>
    public bool IsObservable { get; }

    /// <summary>Bounds of a histogram's buckets.</summary>
    public double[] Bounds { get; }

    /// <summary><c>le="…"</c> of each bucket, the last of infinity.</summary>
    public byte[][] BucketLabels { get; }

    /// <summary>HELP and TYPE lines of the text format.</summary>
    public byte[] Header { get; }

    /// <summary>TYPE, UNIT and HELP lines of OpenMetrics.</summary>
    public byte[] OpenMetricsHeader { get; }

    /// <summary>Measurements beyond the limit of series.</summary>
    public long Overflowed => _table.Overflowed;

    /// <summary>A whole-number measurement.</summary>
    public void Record(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Seen(_table.Find(tags)).Record(value);

    /// <summary>A measurement with a fraction.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Seen(_table.Find(tags)).Record(value);

    /// <summary>A collection begins: observable series that are not reported in it are left out of it.</summary>
    public void BeginCollection(long collection) => _collection = collection;

    /// <summary>The series to write.</summary>
    public IEnumerable<Series> Current() => IsObservable ? _table.All().Where(series => series.SeenInCollection == _collection) : _table.All();

    private Series Seen(Series series)
    {
        if (IsObservable)
        {
            series.SeenInCollection = _collection;
        }
        return series;
    }

    /// <summary>What an instrument counts like, by its type.</summary>
    public static MetricKind KindOf(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        return type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? MetricKind.Counter
            : type == typeof(Histogram<>) ? MetricKind.Histogram
            : MetricKind.Gauge;
    }

    private static bool IsLastValue(Instrument instrument) => instrument.GetType().GetGenericTypeDefinition() == typeof(Gauge<>);

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => DefaultBounds,
    };

    private byte[] HeaderText(string? description, string unit, bool openMetrics)
    {
        var name = Kind == MetricKind.Counter && !openMetrics ? Name + "_total" : Name;
        var type = Kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        };
        var text = new StringBuilder();
        text.Append("# HELP ").Append(name).Append(' ').Append(LabelText.Escaped(description ?? "", quotes: openMetrics)).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        // OpenMetrics wants the unit as the last word of the name.
        if (openMetrics && unit.Length > 0 && name.EndsWith("_" + unit, StringComparison.Ordinal))
        {
            text.Append("# UNIT ").Append(name).Append(' ').Append(unit).Append('\n');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
