using AiGateway.Semantics.Index;
using AiGateway.TestKit;

namespace AiGateway.Semantics.Tests.Index;

public sealed class VectorIndexTests
{
    private const int Dimensions = 100;

    private static readonly UInt128 Embedder = new(1, 2);
    private static readonly UInt128 Partition = new(3, 4);

    [Fact]
    public void EmptyPartition_FindsNothing()
    {
        var found = Index().Search(Embedder, Partition, Vectors.Random(SeededRandom.From(1), Dimensions));
        Assert.False(found.Best.Exists);
        Assert.False(found.RunnerUp.Exists);
    }

    [Fact]
    public void OneEntry_IsTheBestAndHasNoRunnerUp()
    {
        var index = Index();
        var vector = Vectors.Random(SeededRandom.From(2), Dimensions);
        Assert.True(index.Add(Embedder, Partition, 7, vector));
        var found = index.Search(Embedder, Partition, vector);
        Assert.Equal((UInt128)7, found.Best.Id);
        Assert.Equal(1, found.Best.Similarity, 1e-6f);
        Assert.False(found.RunnerUp.Exists);
    }

    [Fact]
    public void OppositeVector_HasSimilarityMinusOne()
    {
        var index = Index();
        var vector = Vectors.Random(SeededRandom.From(3), Dimensions);
        index.Add(Embedder, Partition, 1, vector);
        Assert.Equal(-1, index.Search(Embedder, Partition, [.. vector.Select(number => -number)]).Best.Similarity, 1e-6f);
    }

    [Fact]
    public void OtherPartition_IsNeverSearched()
    {
        var index = Index();
        var vector = Vectors.Random(SeededRandom.From(4), Dimensions);
        index.Add(Embedder, Partition, 1, vector);
        Assert.False(index.Search(Embedder, Partition + 1, vector).Best.Exists);
        Assert.False(index.Search(Embedder, Partition + (UInt128.One << 64), vector).Best.Exists);
    }

    [Fact]
    public void OtherEmbedder_NeitherAddsNorFinds()
    {
        var index = Index();
        var vector = Vectors.Random(SeededRandom.From(5), Dimensions);
        Assert.False(index.Add(Embedder + 1, Partition, 1, vector));
        Assert.True(index.Add(Embedder, Partition, 1, vector));
        Assert.False(index.Search(Embedder + 1, Partition, vector).Best.Exists);
        Assert.Equal(1, index.Count);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void NumberThatIsNotFinite_IsRefused(float number)
    {
        var index = Index();
        var vector = Vectors.Random(SeededRandom.From(6), Dimensions);
        index.Add(Embedder, Partition, 1, vector);
        vector[Dimensions / 2] = number;
        Assert.False(index.Add(Embedder, Partition, 2, vector));
        Assert.False(index.Search(Embedder, Partition, vector).Best.Exists);
    }

    [Fact]
    public void ZeroVectorOrWrongSize_IsRefused()
    {
        var index = Index();
        foreach (var vector in new[] { new float[Dimensions], [], [1], new float[Dimensions + 1] })
        {
            Assert.False(index.Add(Embedder, Partition, 1, vector));
            Assert.False(index.Search(Embedder, Partition, vector).Best.Exists);
        }
        Assert.Equal(0, index.Count);
        Assert.Equal(0, index.Bytes);
    }

    [Fact]
    public void SameIdAgain_TakesThePlaceOfTheFirst()
    {
        var random = SeededRandom.From(7);
        var index = Index();
        var (first, second) = (Vectors.Random(random, Dimensions), Vectors.Random(random, Dimensions));
        index.Add(Embedder, Partition, 1, first);
        index.Add(Embedder, Partition, 1, second);
        Assert.Equal(1, index.Count);
        Assert.Equal(1, index.Search(Embedder, Partition, second).Best.Similarity, 1e-6f);
        Assert.True(index.Search(Embedder, Partition, first).Best.Similarity < 0.9f);
    }

    [Fact]
    public void IdsThatShareTheirLowerHalf_AreTwo()
    {
        var random = SeededRandom.From(8);
        var index = Index();
        UInt128 other = 1 + (UInt128.One << 64);
        index.Add(Embedder, Partition, 1, Vectors.Random(random, Dimensions));
        index.Add(Embedder, Partition, other, Vectors.Random(random, Dimensions));
        Assert.Equal(2, index.Count);
        Assert.True(index.Remove(Partition, other));
        Assert.False(index.Remove(Partition, other));
        Assert.True(index.Remove(Partition, 1));
    }

    [Fact]
    public void RemovedPartition_GivesItsMemoryBack()
    {
        var random = SeededRandom.From(9);
        var index = Index();
        for (var i = 0; i < 300; i++)
        {
            index.Add(Embedder, (UInt128)(i % 3), (UInt128)i, Vectors.Random(random, Dimensions));
        }
        index.RemovePartition(0);
        index.RemovePartition(0);
        Assert.Equal(200, index.Count);
        index.RemovePartition(1);
        index.RemovePartition(2);
        Assert.Equal(0, index.Count);
        Assert.Equal(0, index.Bytes);
        Assert.Equal(0, index.Evicted);
    }

    [Fact]
    public void AnySequenceOfChanges_FindsWhatANaiveSearchFinds()
    {
        var random = SeededRandom.From(10);
        for (var run = 0; run < 20; run++)
        {
            var dimensions = random.Next(1, 400);
            var index = new VectorIndex(Embedder, dimensions, 64 * 1024 * 1024);
            var naive = new Dictionary<UInt128, Dictionary<UInt128, float[]>>();
            for (var step = 0; step < 400; step++)
            {
                UInt128 partition = (uint)random.Next(3);
                UInt128 id = (uint)random.Next(200);
                var entries = naive.TryGetValue(partition, out var known) ? known : naive[partition] = [];
                switch (random.Next(10))
                {
                    case < 6:
                        var vector = Vectors.Random(random, dimensions);
                        Assert.True(index.Add(Embedder, partition, id, vector));
                        entries[id] = vector;
                        break;
                    case < 9:
                        Assert.Equal(entries.Remove(id), index.Remove(partition, id));
                        break;
                    default:
                        Vectors.AssertNearest(entries, Vectors.Random(random, dimensions), index, Embedder, partition, random.Seed);
                        break;
                }
            }
            Assert.Equal(naive.Values.Sum(entries => entries.Count), index.Count);
        }
    }

    [Fact]
    public void MoreThanTheBound_StaysWithinItAndKeepsWhatIsUsed()
    {
        var random = SeededRandom.From(11);
        var index = Index();
        var used = Enumerable.Range(0, 20).Select(_ => Vectors.Random(random, Dimensions)).ToArray();
        for (var i = 0; i < used.Length; i++)
        {
            index.Add(Embedder, (UInt128)(i % 4), (UInt128)(1_000_000 + i), used[i]);
        }
        for (var i = 0; i < 30_000; i++)
        {
            index.Add(Embedder, (UInt128)random.Next(40), (UInt128)i, Vectors.Random(random, Dimensions));
            Assert.True(index.Bytes <= VectorIndex.LeastBytes);
            var at = i % used.Length;
            var best = index.Search(Embedder, (UInt128)(at % 4), used[at]).Best;
            best.MarkUsed();
            Assert.Equal((UInt128)(1_000_000 + at), best.Id);
        }
        Assert.True(index.Evicted > 5_000, $"{index.Evicted} were evicted");
        Assert.Equal(30_000 + used.Length, index.Evicted + index.Count);
        // Entries of 100 numbers take 149 bytes; with what was removed and not yet given back, at least half are there.
        Assert.True(index.Count > VectorIndex.LeastBytes / 149 / 2, $"{index.Count} are there");
    }

    [Fact]
    public void ManyPartitionsOfOneEntry_StayWithinTheBound()
    {
        var random = SeededRandom.From(12);
        var index = Index();
        for (var i = 0; i < 5_000; i++)
        {
            index.Add(Embedder, (UInt128)i, 1, Vectors.Random(random, Dimensions));
            Assert.True(index.Bytes <= VectorIndex.LeastBytes);
        }
        Assert.True(index.Search(Embedder, 4_999, Vectors.Random(random, Dimensions)).Best.Exists);
        index.Clear();
        Assert.Equal((0, 0), (index.Count, index.Bytes));
    }

    [Fact]
    public async Task ReadersWhileWritersChange_FindTheirEntriesWhole()
    {
        var random = SeededRandom.From(13);
        var index = new VectorIndex(Embedder, Dimensions, 4 * VectorIndex.LeastBytes);
        var kept = Enumerable.Range(0, 50).Select(_ => Vectors.Random(random, Dimensions)).ToArray();
        for (var i = 0; i < kept.Length; i++)
        {
            index.Add(Embedder, Partition, (UInt128)i, kept[i]);
        }
        var seeds = Enumerable.Range(0, 2).Select(_ => random.Next()).ToArray();
        var done = false;
        var writers = seeds.Select(seed => Task.Run(() => Change(index, seed), TestContext.Current.CancellationToken)).ToArray();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() => Read(), TestContext.Current.CancellationToken)).ToArray();
        await Task.WhenAll(writers);
        Volatile.Write(ref done, true);
        await Task.WhenAll(readers);

        void Read()
        {
            for (var i = 0; !Volatile.Read(ref done); i++)
            {
                var at = i % kept.Length;
                var best = index.Search(Embedder, Partition, kept[at]).Best;
                Assert.Equal((UInt128)at, best.Id);
                Assert.Equal(1, best.Similarity, 1e-5f);
            }
        }
    }

    private static void Change(VectorIndex index, int seed)
    {
        var random = SeededRandom.From(seed);
        for (var i = 0; i < 10_000; i++)
        {
            var id = (UInt128)(1_000 + random.Next(500));
            if (random.Chance(0.5))
            {
                index.Add(Embedder, Partition, id, Vectors.Random(random, Dimensions));
            }
            else
            {
                index.Remove(Partition, id);
            }
        }
    }

    private static VectorIndex Index() => new(Embedder, Dimensions, VectorIndex.LeastBytes);
}
