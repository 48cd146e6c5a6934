using System.Numerics.Tensors;
using AiGateway.Semantics.Acceptance;
using AiGateway.Semantics.Embedding;
using AiGateway.Semantics.Facts;

namespace AiGateway.CacheQuality.Questions;

/// <summary>A workload with the vectors and facts of its texts, and for each question the texts near it that may be in the cache by then.</summary>
/// <remarks>Neighbours are the same for all policies but for what each has put into its cache, so they are searched once.</remarks>
internal sealed class EmbeddedWorkload
{
    /// <summary>Neighbours kept for a question. A policy sees the nearest of those that its cache has.</summary>
    private const int Kept = 48;

    private readonly float[]?[] _vectors;
    private readonly Candidate[][] _neighbours;

    internal EmbeddedWorkload(Workload workload, EmbeddingModel model)
    {
        Workload = workload;
        Model = model;
        _vectors = new float[workload.Texts.Count][];
        Facts = new TextFacts[workload.Texts.Count];
        Parallel.For(0, workload.Texts.Count, i =>
        {
            var vector = new float[model.Dimensions];
            if (model.TryEmbed(workload.Texts[i], vector) == EmbeddingOutcome.Embedded)
                _vectors[i] = vector;
            Facts[i] = TextFacts.Extract(workload.Texts[i]);
        });
        _neighbours = new Candidate[workload.Asked.Count][];
        Parallel.For(0, workload.Asked.Count, i => _neighbours[i] = Search(i));
    }

    internal Workload Workload { get; }

    internal EmbeddingModel Model { get; }

    internal TextFacts[] Facts { get; }

    /// <summary>The vector of a text; null where the model cannot represent it.</summary>
    internal float[]? Vector(int text) => _vectors[text];

    /// <summary>The neighbours of the n-th question, nearest first.</summary>
    internal ReadOnlySpan<Candidate> Neighbours(int question) => _neighbours[question];

    /// <summary>What is known of a would-be hit before it is decided; null where a fact forbids it.</summary>
    /// <param name="asked">The text.</param>
    /// <param name="near">The cached text.</param>
    /// <param name="margin">How far its rival is behind (<see cref="NearAnswer.MarginOf"/>).</param>
    internal HitFeatures? Features(int asked, Candidate near, float margin)
    {
        var facts = FactComparison.Compare(Facts[near.Text], Facts[asked]);
        return facts.Agrees ? HitFeatures.Of(near.Similarity, margin, Facts[asked].Tokens.Length, facts.Features) : null;
    }

    private Candidate[] Search(int question)
    {
        var asked = Workload.Asked[question];
        if (_vectors[asked] is not { } vector)
            return [];

        var nearest = new PriorityQueue<int, float>(Kept + 1);
        if (Workload.Grows)
        {
            for (var i = 0; i < question; i++)
                Offer(Workload.Asked[i]);
        }
        else
        {
            foreach (var text in Workload.Cached)
                Offer(text);
        }
        var found = new Candidate[nearest.Count];
        for (var i = found.Length - 1; i >= 0; i--)
            found[i] = nearest.TryDequeue(out var text, out var similarity) ? new Candidate(text, similarity) : default;
        return found;

        void Offer(int text)
        {
            if (_vectors[text] is not { } other)
                return;
            var similarity = TensorPrimitives.Dot<float>(vector, other);
            if (nearest.Count < Kept)
                nearest.Enqueue(text, similarity);
            else
                nearest.EnqueueDequeue(text, similarity);
        }
    }
}
