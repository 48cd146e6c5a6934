using AiGateway.Caching;
using AiGateway.Caching.Semantic;
using AiGateway.Configuration;
using AiGateway.Protocols;
using AiGateway.Semantics.Embedding;

namespace AiGateway.Tests.Caching.Semantic;

/// <summary>The questions of an alias: bounded, and sound under many callers.</summary>
public sealed class SemanticIndexTests
{
    private static readonly StoredAnswer Answer = new()
    {
        Operation = Operation.ChatCompletions,
        Tenant = "project:p",
        MadeAt = DateTimeOffset.UnixEpoch,
        Ttl = TimeSpan.FromHours(1),
        PaidBy = "req_1",
        Body = "{}"u8.ToArray(),
    };

    private static readonly EmbeddingModel Model = EmbeddingModel.Load(SemanticWords.FolderOf(SemanticWords.Static));

    [Fact]
    public async Task Questions_AreBounded_AndThoseOfUseStay()
    {
        var index = new SemanticIndex(Model.Fingerprint, Model.Dimensions, 100);
        var first = await AddAsync(index, 0);
        for (var i = 1; i < 1_000; i++)
        {
            first.IsUsed = true;
            await AddAsync(index, i);
        }

        Assert.Equal(100, index.Count);
        Assert.Same(first, await BestAsync(index, 1, 0));
        Assert.NotNull(await BestAsync(index, 1, 999));
    }

    [Fact]
    public async Task ARemovedQuestion_IsNotFound_AndTheSameOneAskedAgainIs()
    {
        var index = new SemanticIndex(Model.Fingerprint, Model.Dimensions, 100);
        var before = await AddAsync(index, 1);
        await index.RemoveAsync(before);
        Assert.Null(await BestAsync(index, 1, 1));

        var after = await AddAsync(index, 1);
        await index.RemoveAsync(before);

        Assert.Same(after, await BestAsync(index, 1, 1));
        Assert.Equal(1, index.Count);
    }

    [Fact]
    public async Task AnotherPartition_IsNeverSearched()
    {
        var index = new SemanticIndex(Model.Fingerprint, Model.Dimensions, 100);
        await AddAsync(index, 1);

        Assert.Null(await BestAsync(index, 2, 1));
    }

    [Fact]
    public async Task ManyCallers_AddSearchAndRemove_AndFindOnlyTheirOwnPartition()
    {
        var index = new SemanticIndex(Model.Fingerprint, Model.Dimensions, 500);
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, async (worker, _) =>
        {
            var partition = (UInt128)(worker % 4 + 1);
            for (var i = 0; i < 500; i++)
            {
                var entry = new SemanticEntry((UInt128)(worker * 1000 + i), partition, $"{worker}-{i}", "q", "c");
                await index.AddAsync(entry, Vector(worker * 1000 + i), Answer, []);
                if (await BestAsync(index, partition, i) is { } found)
                    Assert.Equal(partition, found.Partition);
                if (i % 3 == 0)
                    await index.RemoveAsync(entry);
            }
        });

        Assert.InRange(index.Count, 1, 500);
    }

    private static async Task<SemanticEntry?> BestAsync(SemanticIndex index, UInt128 partition, int seed) => (await index.SearchAsync(partition, Vector(seed)))!.FirstOrDefault().Entry;

    private static async Task<SemanticEntry> AddAsync(SemanticIndex index, int seed)
    {
        var entry = new SemanticEntry((UInt128)seed, 1, $"key {seed}", $"question {seed}", "caller");
        await index.AddAsync(entry, Vector(seed), Answer, []);
        return entry;
    }

    private static float[] Vector(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Model.Dimensions).Select(_ => random.NextSingle() - 0.5f)];
    }
}
