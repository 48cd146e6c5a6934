using AiGateway.Pipeline;

namespace AiGateway.Tests.Storage;

/// <summary>Many callers at once, seeded: a caller always finds what it has saved and not deleted, and nothing else, whatever the others do.</summary>
public sealed class ParallelCallersTests : IDisposable
{
    private const int Callers = 12;
    private const int StepsEach = 60;
    private readonly StoreFolder _folder = new();

    [Theory]
    [InlineData(1)]
    [InlineData(20_261_121)]
    [InlineData(7_919_003)]
    public async Task EachCaller_SeesExactlyItsOwn(int seed)
    {
        var kept = new Dictionary<string, KeptResponse>[Callers];
        await using (var store = _folder.Open())
        {
            await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () => kept[caller] = await PlayAsync(store, caller, new Random(seed + caller)))));
        }

        await using var reopened = _folder.Open();
        for (var caller = 0; caller < Callers; caller++)
        {
            for (var step = 0; step < StepsEach; step++)
            {
                Check(kept[caller], Id(step), await reopened.FindAsync(Tenant(caller), Id(step), TestContext.Current.CancellationToken));
            }
        }
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<Dictionary<string, KeptResponse>> PlayAsync(IConversationStore store, int caller, Random random)
    {
        var cancelled = TestContext.Current.CancellationToken;
        var mine = new Dictionary<string, KeptResponse>(StringComparer.Ordinal);
        for (var step = 0; step < StepsEach; step++)
        {
            // The ids of all callers are the same: only the tenant keeps them apart.
            var id = Id(random.Next(step + 1));
            switch (random.Next(4))
            {
                case 0 when mine.Remove(id):
                    Assert.True(await store.DeleteAsync(Tenant(caller), id, cancelled));
                    break;
                case 0:
                    Assert.False(await store.DeleteAsync(Tenant(caller), id, cancelled));
                    break;
                case 1:
                    Check(mine, id, await store.FindAsync(Tenant(caller), id, cancelled));
                    break;
                default:
                    var made = StoreFolder.Response(Tenant(caller), Id(step), mine.ContainsKey(id) ? id : null, random.Next(5_000));
                    await store.SaveAsync(made, cancelled);
                    // A row that is there stays as it is: ids are never used twice, and a save that is tried again changes nothing.
                    mine.TryAdd(made.Id, made);
                    Check(mine, made.Id, await store.FindAsync(Tenant(caller), made.Id, cancelled));
                    break;
            }
        }
        return mine;
    }

    private static void Check(Dictionary<string, KeptResponse> mine, string id, KeptResponse? found)
    {
        if (!mine.TryGetValue(id, out var expected))
        {
            Assert.Null(found);
            return;
        }
        Assert.NotNull(found);
        Assert.Equal(expected.PreviousId, found.PreviousId);
        Assert.True(expected.Input.Span.SequenceEqual(found.Input.Span));
        Assert.True(expected.Response.Span.SequenceEqual(found.Response.Span));
    }

    private static string Tenant(int caller) => $"org/team-{caller}";

    private static string Id(int step) => $"id-{step}";
}
