using AiGateway.Benchmarks.Budgets;
using AiGateway.LoadTest;
using AiGateway.Semantics.Embedding;
using AiGateway.Semantics.Index;
using BenchmarkDotNet.Attributes;

namespace AiGateway.Benchmarks.Semantics;

/// <summary>From a text to its vector with the carried models, and from a vector to the nearest of many.</summary>
[MemoryDiagnoser]
public class SemanticsBenchmarks : IAllocationCase
{
    /// <summary>A question of 15 tokens, 17 with the special ones.</summary>
    private const string Question = "What is the best way to reset a forgotten password for my account?";

    private readonly Lazy<EmbeddingModel> _sentence = new(() => Load("sentence-384"));
    private readonly Lazy<EmbeddingModel> _static = new(() => Load("static-256"));
    private readonly float[] _sentenceVector = new float[384];
    private readonly float[] _staticVector = new float[256];
    private readonly Lazy<IndexFixture> _index = new(() => new IndexFixture(384, 10_000));

    internal static EmbeddingModel Load(string model) => EmbeddingModel.Load(Path.Combine(LoadTestOptions.Root, "config/models", model));

    /// <summary>A question with the encoder.</summary>
    [Benchmark]
    public void EmbedSentence() => Check(_sentence.Value.TryEmbed(Question, _sentenceVector));

    /// <summary>A question with the table.</summary>
    [Benchmark]
    public void EmbedStatic() => Check(_static.Value.TryEmbed(Question, _staticVector));

    /// <summary>The nearest two of 10,000.</summary>
    [Benchmark]
    public void SearchIndex() => _index.Value.Search();

    IEnumerable<(string Name, Action Operation)> IAllocationCase.Cases() =>
        [("embed_sentence", EmbedSentence), ("embed_static", EmbedStatic), ("index_search_10k", SearchIndex)];

    private static void Check(EmbeddingOutcome outcome)
    {
        if (outcome != EmbeddingOutcome.Embedded)
        {
            throw new InvalidOperationException($"The question was not embedded: {outcome}.");
        }
    }

    /// <summary>An index of one partition with random entries, and vectors to search for.</summary>
    internal sealed class IndexFixture
    {
        private const int Queries = 64;
        private const long MostBytes = 256 * 1024 * 1024;

        private readonly VectorIndex _index;
        private readonly float[][] _queries;
        private int _next;

        public IndexFixture(int dimensions, int entries)
        {
            var random = new Random(1);
            _index = new VectorIndex(1, dimensions, MostBytes);
            for (var i = 0; i < entries; i++)
            {
                _index.Add(1, 1, (UInt128)i, Vector());
            }
            _queries = [.. Enumerable.Range(0, Queries).Select(_ => Vector())];

            float[] Vector()
            {
                var vector = new float[dimensions];
                for (var i = 0; i < dimensions; i++)
                {
                    vector[i] = random.NextSingle() - 0.5f;
                }
                return vector;
            }
        }

        public long BytesPerEntry => _index.Bytes / _index.Count;

        public void Search()
        {
            if (!_index.Search(1, 1, _queries[_next++ % Queries]).RunnerUp.Exists)
            {
                throw new InvalidOperationException("Nothing was found.");
            }
        }
    }
}
