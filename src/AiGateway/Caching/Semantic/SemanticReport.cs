using System.Diagnostics.Metrics;
using AiGateway.Semantics.Acceptance;
using AiGateway.Telemetry;

namespace AiGateway.Caching.Semantic;

/// <summary>Tells how aliases that compare questions are doing.</summary>
internal sealed class SemanticReport
{
    private readonly SemanticAliases _aliases;
    private readonly SemanticMetrics _metrics;

    public SemanticReport(SemanticAliases aliases, SemanticMetrics metrics, IMeterFactory factory)
    {
        (_aliases, _metrics) = (aliases, metrics);
        var meter = factory.GatewayMeter;
        meter.Observe(MetricDefinitions.SemanticEntries, () => Each(static alias => alias.Index.Count));
        meter.Observe(MetricDefinitions.SemanticWrongLimit, () => Each(static alias => alias.Acceptance.UpperLimit));
    }

    /// <summary>All aliases, by name.</summary>
    public IReadOnlyList<SemanticStats> All()
    {
        var all = new List<SemanticStats>();
        foreach (var alias in _aliases.All.OrderBy(static alias => alias.Name, StringComparer.Ordinal))
        {
            var sums = _metrics.Of(alias.Name);
            var (trusted, wrong) = (sums.Trusted, Math.Min(sums.TrustedWrong, sums.Trusted));
            all.Add(new SemanticStats(alias, sums, trusted, wrong, ProportionInterval.Exact(wrong, trusted), alias.Acceptance.UpperLimit));
        }
        return all;
    }

    private List<Measurement<T>> Each<T>(Func<SemanticAlias, T> read)
        where T : struct
    {
        var all = new List<Measurement<T>>();
        foreach (var alias in _aliases.All)
        {
            all.Add(new Measurement<T>(read(alias), new KeyValuePair<string, object?>(TagNames.Alias, alias.Name)));
        }
        return all;
    }
}
