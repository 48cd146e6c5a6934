using AiGateway.Semantics.Index;
using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Index;

/// <summary>Random vectors, and the search that needs no cleverness to be right.</summary>
internal static class Vectors
{
    // Twice the rounding to 8 bits, of vectors as short as one number.
    private const double Tolerance = 0.01;

    public static float[] Random(SeededRandom random, int dimensions)
    {
        var vector = new float[dimensions];
        do
        {
            for (var i = 0; i < dimensions; i++)
            {
                vector[i] = (random.NextSingle() - 0.5f) * 20;
            }
        }
        while (vector.All(number => number == 0));
        return vector;
    }

    public static double Cosine(float[] first, float[] second)
    {
        var (dot, one, two) = (0.0, 0.0, 0.0);
        for (var i = 0; i < first.Length; i++)
        {
            dot += (double)first[i] * second[i];
            one += (double)first[i] * first[i];
            two += (double)second[i] * second[i];
        }
        return dot / Math.Sqrt(one * two);
    }

    public static void AssertNearest(Dictionary<UInt128, float[]> entries, float[] query, VectorIndex index, UInt128 embedder, UInt128 partition, int seed)
    {
        var expected = entries.Select(entry => Cosine(entry.Value, query)).OrderDescending().Take(Neighbours.Most).ToArray();
        var found = index.Search(embedder, partition, query);
        for (var at = 0; at < Neighbours.Most; at++)
        {
            Assert.Equal(expected.Length > at, found[at].Exists);
            Check(found[at], at);
        }

        // Where two are nearly as near, either may come first: similarities are compared, not ids.
        void Check(Neighbour neighbour, int at)
        {
            if (neighbour.Exists)
            {
                var why = $"seed {seed}: {neighbour.Similarity}, expected {expected[at]}";
                Assert.True(Math.Abs(neighbour.Similarity - expected[at]) < Tolerance, why);
                Assert.True(Math.Abs(neighbour.Similarity - Cosine(entries[neighbour.Id], query)) < Tolerance, why);
            }
        }
    }
}
