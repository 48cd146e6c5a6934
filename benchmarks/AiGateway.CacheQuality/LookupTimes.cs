using System.Diagnostics;
using AiGateway.CacheQuality.Questions;
using AiGateway.Semantics.Acceptance;
using AiGateway.Semantics.Embedding;
using AiGateway.Semantics.Facts;
using AiGateway.Semantics.Index;

namespace AiGateway.CacheQuality;

/// <summary>How long a look-up takes on one thread, in microseconds.</summary>
/// <param name="Median">Half of them take no longer.</param>
/// <param name="P99">99 of 100 take no longer.</param>
internal readonly record struct LookupTimes(double Median, double P99)
{
    private const int Warmup = 200;
    private const int Measured = 2000;

    /// <summary>Measures look-ups among all texts of a workload.</summary>
    /// <param name="decides">With facts and acceptance; else embedding and search only, which is what a fixed threshold needs.</param>
    internal static LookupTimes Measure(EmbeddedWorkload embedded, bool decides)
    {
        var (workload, model) = (embedded.Workload, embedded.Model);
        var index = new VectorIndex(model.Fingerprint, model.Dimensions, 1L << 30);
        var entries = workload.Grows ? workload.Asked : workload.Cached;
        foreach (var text in entries)
            if (embedded.Vector(text) is { } vector)
                index.Add(model.Fingerprint, 0, (UInt128)(uint)text, vector);

        var acceptance = new AcceptanceModel(new AcceptanceOptions(), ScorerPrior.Generic, 1);
        var target = new float[model.Dimensions];
        var times = new double[Measured];
        for (var i = 0; i < Warmup + Measured; i++)
        {
            var text = workload.Texts[workload.Asked[(int)((long)i * workload.Asked.Count / (Warmup + Measured))]];
            var begin = Stopwatch.GetTimestamp();
            Lookup(text);
            if (i >= Warmup)
                times[i - Warmup] = Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
        }
        Array.Sort(times);
        return new LookupTimes(times[Measured / 2], times[Measured * 99 / 100]);

        void Lookup(string text)
        {
            if (model.TryEmbed(text, target) != EmbeddingOutcome.Embedded)
                return;
            var near = index.Search(model.Fingerprint, 0, target);
            if (!decides || !near.Best.Exists)
                return;
            var asked = TextFacts.Extract(text);
            Span<NearAnswer> known = stackalloc NearAnswer[Neighbours.Most];
            var count = 0;
            for (; count < known.Length && near[count].Exists; count++)
                known[count] = new NearAnswer(near[count].Similarity, near[count].Id);
            var (leastRisk, chosen) = (double.PositiveInfinity, default(HitFeatures?));
            for (var i = 0; i < count; i++)
            {
                var facts = FactComparison.Compare(embedded.Facts[(int)near[i].Id], asked);
                if (!facts.Agrees)
                    continue;
                var features = HitFeatures.Of(near[i].Similarity, NearAnswer.MarginOf(known[..count], i), asked.Tokens.Length, facts.Features);
                if (acceptance.Risk(features, default) is var risk && risk < leastRisk)
                    (leastRisk, chosen) = (risk, features);
            }
            if (chosen is { } its)
                acceptance.Decide(its, default);
        }
    }
}
