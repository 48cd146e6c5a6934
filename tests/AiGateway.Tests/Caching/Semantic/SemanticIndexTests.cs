using AiGateway.Caching.Semantic;
using AiGateway.Configuration;
using AiGateway.Semantics.Embedding;

namespace AiGateway.Tests.Caching.Semantic;

/// <summary>The questions of an alias: bounded, and sound under many callers.</summary>
public sealed class SemanticIndexTests
{
    private static readonly EmbeddingModel Model = EmbeddingModel.Load(SemanticWords.FolderOf(SemanticWords.Static));

    [Fact]
    public void Questions_AreBounded_AndThoseOfUseStay()
    {
        var index = new SemanticIndex(Model.Fingerprint, Model.Dimensions, 100);
        var first = Add(index, 0);
        for (var i = 1; i < 1_000; i++)
        {
            first.IsUsed = true;
            Add(index, i);
        }

        Assert.Equal(100, index.Count);
        Assert.Same(first, index.Find(index.Search(1, Vector(0)).Best));
        Assert.NotNull(index.Find(index.Search(1, Vector(999)).Best));
    }

    [Fact]
    public void ARemovedQuestion_IsNotFound_AndTheSameOneAskedAgainIs()
    {
        var index = new SemanticIndex(Model.Fingerprint, Model.Dimensions, 100);
        var before = Add(index, 1);
        index.Remove(before);
        Assert.False(index.Search(1, Vector(1)).Best.Exists);

        var after = Add(index, 1);
        index.Remove(before);

        Assert.Same(after, index.Find(index.Search(1, Vector(1)).Best));
        Assert.Equal(1, index.Count);
    }

    [Fact]
    public void AnotherPartition_IsNeverSearched()
    {
        var index = new SemanticIndex(Model.Fingerprint, Model.Dimensions, 100);
        Add(index, 1);

        Assert.False(index.Search(2, Vector(1)).Best.Exists);
    }

    [Fact]
    public void ManyCallers_AddSearchAndRemove_AndFindOnlyTheirOwnPartition()
    {
        var index = new SemanticIndex(Model.Fingerprint, Model.Dimensions, 500);
        Parallel.For(0, 8, worker =>
        {
            var partition = (UInt128)(worker % 4 + 1);
            for (var i = 0; i < 500; i++)
            {
                var entry = new SemanticEntry((UInt128)(worker * 1000 + i), partition, $"{worker}-{i}", "q", "c");
                index.Add(entry, Vector(worker * 1000 + i));
                if (index.Find(index.Search(partition, Vector(i)).Best) is { } found)
                    Assert.Equal(partition, found.Partition);
                if (i % 3 == 0)
                    index.Remove(entry);
            }
        });

        Assert.InRange(index.Count, 1, 500);
    }

    private static SemanticEntry Add(SemanticIndex index, int seed)
    {
        var entry = new SemanticEntry((UInt128)seed, 1, $"key {seed}", $"question {seed}", "caller");
        index.Add(entry, Vector(seed));
        return entry;
    }

    private static float[] Vector(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Model.Dimensions).Select(_ => random.NextSingle() - 0.5f)];
    }
}
