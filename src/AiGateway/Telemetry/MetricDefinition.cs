namespace AiGateway.Telemetry;

/// <summary>One metric: everything that is said of it, in one place.</summary>
/// <param name="Name">The instrument's name, with dots.</param>
/// <param name="Kind">What it counts like.</param>
/// <param name="Unit">The unit in UCUM; an annotation in braces is a word for the reader and no part of the Prometheus name.</param>
/// <param name="Description">One sentence for <c># HELP</c>.</param>
/// <param name="Labels">The tags it carries; each one's values are a closed set (docs/features/telemetry.md).</param>
internal sealed record MetricDefinition(string Name, MetricKind Kind, string Unit, string Description, params string[] Labels)
{
    /// <summary>Bounds of a histogram's buckets, ascending; empty for other kinds.</summary>
    public double[] Buckets { get; init; } = [];

    /// <summary>The name in <c>/metrics</c>, without a histogram's <c>_bucket</c>, <c>_sum</c>, <c>_count</c>.</summary>
    public string PrometheusName
    {
        get
        {
            var family = Telemetry.PrometheusName.OfFamily(Name, Unit, Kind);
            return Kind == MetricKind.Counter ? family + "_total" : family;
        }
    }
}

/// <summary>What a metric counts like.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>A value of now; up-down counters too.</summary>
    Gauge,

    /// <summary>A distribution over fixed buckets.</summary>
    Histogram,
}
