using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AiGateway.Caching.Semantic.Embedders;
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
    private readonly Counter<long> _embeddings;
    private readonly Counter<double> _money;
    private readonly Counter<long> _removed;
    private readonly Counter<long> _evidence;

    public SemanticMetrics(IMeterFactory factory)
    {
        var meter = factory.GatewayMeter;
        _looks = meter.CreateCounter<long>(MetricDefinitions.SemanticLooks);
        _lookTime = meter.CreateHistogram<double>(MetricDefinitions.SemanticLookDuration);
        _vetoes = meter.CreateCounter<long>(MetricDefinitions.SemanticVetoes);
        _checks = meter.CreateCounter<long>(MetricDefinitions.SemanticChecks);
        _embeddings = meter.CreateCounter<long>(MetricDefinitions.SemanticEmbeddings);
        _money = meter.CreateCounter<double>(MetricDefinitions.SemanticUsd);
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

    /// <summary>A question that an alias was to turn into a vector.</summary>
    /// <param name="alias">The alias that compares questions.</param>
    /// <param name="result">What came of it.</param>
    public void Embedded(string alias, EmbeddingResult result) => _embeddings.Add(1, new(TagNames.Alias, alias), new(TagNames.Result, WordOf(result)));

    /// <summary>Money that comparing questions has saved or cost.</summary>
    /// <param name="alias">The alias that compares questions.</param>
    /// <param name="kind">What for.</param>
    /// <param name="usd">How much.</param>
    public void Spent(string alias, SemanticMoney kind, decimal usd)
    {
        Of(alias).Spent(kind, usd);
        _money.Add((double)usd, new(TagNames.Alias, alias), new(TagNames.Kind, WordOf(kind)));
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
        if (record is { OwnCall: { } own, Cost.Total: { } cost and > 0 })
        {
            Spent(own.Alias, own.Purpose == OwnPurpose.Embedding ? SemanticMoney.Embedding : SemanticMoney.Judge, cost);
        }
        if (record is { Cache.Semantic: { } semantic, Alias: { } alias })
        {
            _looks.Add(1, new(TagNames.Alias, alias), new(TagNames.Result, CacheText.WordOf(semantic.Result)));
            Of(alias).Looked(semantic.Result);
            if (record.Cache is { Status: CacheStatus.SemanticHit, Saved: { } saved and > 0 })
            {
                Spent(alias, SemanticMoney.Saved, saved);
            }
        }
    }

    /// <summary>What was counted of an alias.</summary>
    public SemanticSums Of(string alias) => _sums.GetOrAdd(alias, static _ => new SemanticSums());

    /// <summary>The word of a kind of money.</summary>
    public static string WordOf(SemanticMoney kind) => kind switch
    {
        SemanticMoney.Saved => "saved",
        SemanticMoney.Embedding => "embedding",
        SemanticMoney.Judge => "judge",
        _ => "check",
    };

    private static string WordOf(EmbeddingResult result) => result switch
    {
        EmbeddingResult.Embedded => "embedded",
        EmbeddingResult.Remembered => "remembered",
        EmbeddingResult.TimedOut => "timed_out",
        EmbeddingResult.Refused => "refused",
        EmbeddingResult.Failed => "failed",
        EmbeddingResult.Unusable => "unusable",
        EmbeddingResult.Busy => "busy",
        _ => "resting",
    };

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
