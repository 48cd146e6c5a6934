using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AiGateway.Caching.Semantic.Sharing;
using AiGateway.Pipeline;
using AiGateway.Semantics.Facts;
using AiGateway.Telemetry;

namespace AiGateway.Caching.Semantic;

/// <summary>Counts what looking by meaning came to, what vetoed, and what checks said.</summary>
internal sealed class SemanticMetrics : IRequestObserver
{
    private readonly ConcurrentDictionary<string, SemanticSums> _sums = new(StringComparer.Ordinal);
    private readonly Counter<long> _looks;
    private readonly Histogram<double> _lookTime;
    private readonly Counter<long> _vetoes;
    private readonly Counter<long> _checks;
    private readonly Counter<long> _removed;
    private readonly Counter<long> _evidence;

    public SemanticMetrics(IMeterFactory factory)
    {
        var meter = factory.GatewayMeter;
        _looks = meter.CreateCounter<long>(MetricDefinitions.SemanticLooks);
        _lookTime = meter.CreateHistogram<double>(MetricDefinitions.SemanticLookDuration);
        _vetoes = meter.CreateCounter<long>(MetricDefinitions.SemanticVetoes);
        _checks = meter.CreateCounter<long>(MetricDefinitions.SemanticChecks);
        _removed = meter.CreateCounter<long>(MetricDefinitions.SemanticRemoved);
        _evidence = meter.CreateCounter<long>(MetricDefinitions.SemanticEvidence);
    }

    /// <summary>A look has come to its end.</summary>
    /// <param name="alias">Of which alias.</param>
    /// <param name="time">From its beginning.</param>
    public void LookEnded(string alias, TimeSpan time) => _lookTime.Record(time.TotalSeconds, new KeyValuePair<string, object?>(TagNames.Alias, alias));

    /// <summary>A fact forbade a hit.</summary>
    public void Vetoed(FactKind kind) => _vetoes.Add(1, new KeyValuePair<string, object?>(TagNames.Kind, kind.ToString().ToLowerInvariant()));

    /// <summary>A check, or a caller's word.</summary>
    /// <param name="alias">Of which alias.</param>
    /// <param name="result">What it said.</param>
    /// <param name="isTrusted">Whether the hit was one that is served as a rule.</param>
    public void Checked(string alias, SemanticCheckResult result, bool isTrusted)
    {
        _checks.Add(1, new(TagNames.Alias, alias), new(TagNames.Result, WordOf(result)));
        Of(alias).Checked(result, isTrusted);
    }

    /// <summary>Questions went from a shared index.</summary>
    public void Removed(SharedRemoval reason, int count)
    {
        if (count > 0)
        {
            _removed.Add(count, new KeyValuePair<string, object?>(TagNames.By, WordOf(reason)));
        }
    }

    /// <summary>Something happened to the evidence that nodes share.</summary>
    public void Shared(EvidenceEvent happened) => _evidence.Add(1, new KeyValuePair<string, object?>(TagNames.Result, WordOf(happened)));

    /// <inheritdoc/>
    public void OnSettled(RequestRecord record)
    {
        if (record is { Cache.Semantic: { } semantic, Alias: { } alias })
        {
            _looks.Add(1, new(TagNames.Alias, alias), new(TagNames.Result, CacheText.WordOf(semantic.Result)));
            Of(alias).Looked(semantic.Result);
        }
    }

    /// <summary>What was counted of an alias.</summary>
    public SemanticSums Of(string alias) => _sums.GetOrAdd(alias, static _ => new SemanticSums());

    private static string WordOf(SemanticCheckResult result) => result switch
    {
        SemanticCheckResult.Right => "right",
        SemanticCheckResult.Wrong => "wrong",
        SemanticCheckResult.Reported => "reported",
        _ => "dropped",
    };

    private static string WordOf(SharedRemoval reason) => reason switch
    {
        SharedRemoval.Age => "age",
        SharedRemoval.Room => "room",
        SharedRemoval.Unreadable => "unreadable",
        _ => "gone",
    };

    private static string WordOf(EvidenceEvent happened) => happened switch
    {
        EvidenceEvent.Sent => "sent",
        EvidenceEvent.Received => "received",
        EvidenceEvent.Unreadable => "unreadable",
        EvidenceEvent.Joined => "joined",
        _ => "alone",
    };
}
