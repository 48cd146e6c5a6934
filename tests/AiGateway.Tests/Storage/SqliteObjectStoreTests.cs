using System.Text;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace AiGateway.Tests.Storage;

/// <summary>Each tenant's list is its own, in order and encrypted; a batch is marked once, by any number of processes; a broken file fails requests, not the process.</summary>
public sealed class SqliteObjectStoreTests : IDisposable
{
    private static readonly StoredObject Batch = new("gpt", "t", "batch_1") { Model = "fast" };

    private readonly string _folder = Directory.CreateTempSubdirectory("aigateway-objects-").FullName;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string File => Path.Combine(_folder, "data", StorageExtensions.ObjectsFileName);

    [Fact]
    public async Task SavedAgain_HasTheNewContent_AndItsFirstCreator()
    {
        using var store = Open();
        var made = Object("t", "a", caller: "alice");
        await store.SaveAsync(made, Cancelled);
        await store.SaveAsync(made with { CallerId = "bob", Created = made.Created.AddDays(1), Content = "{\"id\":\"new\"}"u8.ToArray() }, Cancelled);

        var found = await store.FindAsync(new StoredObject("gpt", "t", "a"), Cancelled);
        Assert.Equal("alice", found!.CallerId);
        Assert.Equal(made.Created, found.Created);
        Assert.Equal("{\"id\":\"new\"}", Encoding.UTF8.GetString(found.Content.Span));
        Assert.Null(await store.FindAsync(new StoredObject("gpt", "u", "a"), Cancelled));
        Assert.Null(await store.FindAsync(new StoredObject("other", "t", "a"), Cancelled));
    }

    [Fact]
    public async Task List_IsOfOneTenantAndKind_InPages()
    {
        using var store = Open();
        foreach (var id in new[] { "a", "b", "c" })
            await store.SaveAsync(Object("t", id), Cancelled);
        await store.SaveAsync(Object("t", "other", purpose: "user_data"), Cancelled);
        await store.SaveAsync(Object("u", "x"), Cancelled);
        await store.SaveAsync(Object("t", "batch", Operation.Batches), Cancelled);
        var query = new ObjectQuery("t", Operation.Files, "batch", NewestFirst: true, null, 2);

        var first = await store.ListAsync(query, Cancelled);
        Assert.Equal(["c", "b"], first!.Objects.Select(item => item.UpstreamId));
        Assert.True(first.HasMore);
        var second = await store.ListAsync(query with { After = new StoredObject("gpt", "t", "b") }, Cancelled);
        Assert.Equal(["a"], second!.Objects.Select(item => item.UpstreamId));
        Assert.False(second.HasMore);
        Assert.Equal(["a", "b"], (await store.ListAsync(query with { NewestFirst = false }, Cancelled))!.Objects.Select(item => item.UpstreamId));
        Assert.Equal(4, (await store.ListAsync(query with { Purpose = null, Most = 100 }, Cancelled))!.Objects.Count);
        Assert.Null(await store.ListAsync(query with { After = new StoredObject("gpt", "t", "nobody") }, Cancelled));

        await store.RemoveAsync(new StoredObject("gpt", "t", "c"), Cancelled);
        Assert.Equal(["b", "a"], (await store.ListAsync(query, Cancelled))!.Objects.Select(item => item.UpstreamId));
    }

    [Fact]
    public async Task Mark_IsTakenOnce_ByManyAndAfterARestart()
    {
        using (var one = Open())
        using (var other = Open())
        {
            Assert.False(await one.IsBilledAsync(Batch, Cancelled));
            var taken = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? one : other).MarkBilledAsync(Batch, $"req_{i}", DateTimeOffset.UnixEpoch, isPriced: true, Cancelled)));
            Assert.Single(taken, true);
        }
        using var restarted = Open();
        Assert.True(await restarted.IsBilledAsync(Batch, Cancelled));
        Assert.False(await restarted.MarkBilledAsync(Batch, "req_x", DateTimeOffset.UnixEpoch, isPriced: true, Cancelled));
        Assert.True(await restarted.MarkBilledAsync(Batch with { DeploymentId = "another" }, "req_x", DateTimeOffset.UnixEpoch, isPriced: true, Cancelled));
    }

    [Fact]
    public async Task TermsOfABatch_StayAsItWasMade_UntilItsCostIsKnown()
    {
        var terms = new BatchTerms("fast", [new("team", "a=b\n\"c\"")], new BatchHold(12, 34));
        using (var store = Open())
        {
            Assert.Empty(await store.ListUnbilledAsync(DateTimeOffset.UnixEpoch, Cancelled));
            Assert.False(System.IO.File.Exists(File));
            await store.SaveAsync(Object("t", "batch_1", Operation.Batches) with { Terms = terms }, Cancelled);
            await store.SaveAsync(Object("t", "batch_1", Operation.Batches), Cancelled);
            await store.SaveAsync(Object("t", "batch_2", Operation.Batches) with { Terms = terms with { Hold = null } }, Cancelled);
            await store.SaveAsync(Object("t", "file"), Cancelled);
        }
        using var restarted = Open();
        var found = await restarted.ListUnbilledAsync(DateTimeOffset.UnixEpoch, Cancelled);
        Assert.Equal(["batch_1", "batch_2"], found.Select(batch => batch.UpstreamId));
        Assert.Equal((terms.Model, terms.Hold), (found[0].Terms!.Model, found[0].Terms!.Hold));
        Assert.Equal(terms.Tags, found[0].Terms!.Tags);
        Assert.Null(found[1].Terms!.Hold);
        Assert.Empty(await restarted.ListUnbilledAsync(DateTimeOffset.UnixEpoch.AddDays(2), Cancelled));
        var bytes = Directory.EnumerateFiles(Path.GetDirectoryName(File)!).SelectMany(System.IO.File.ReadAllBytes).ToArray();
        Assert.Equal(-1, bytes.AsSpan().IndexOf("expected"u8));

        await restarted.MarkBilledAsync(new StoredObject("gpt", "t", "batch_1"), "req_1", DateTimeOffset.UnixEpoch, isPriced: true, Cancelled);
        await restarted.MarkBilledAsync(new StoredObject("gpt", "t", "batch_2"), "req_2", DateTimeOffset.UnixEpoch, isPriced: false, Cancelled);
        // What nobody could price goes on holding.
        Assert.Equal(["batch_2"], (await restarted.ListUnbilledAsync(DateTimeOffset.UnixEpoch, Cancelled)).Select(batch => batch.UpstreamId));
    }

    [Fact]
    public async Task FileOfTheFirstForm_IsBroughtToTheNewest()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        using (var connection = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            await connection.OpenAsync(Cancelled);
            using var command = connection.CreateCommand();
            command.CommandText = """
                CREATE TABLE objects (
                  number INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, kind INTEGER NOT NULL, deployment TEXT NOT NULL, id TEXT NOT NULL,
                  purpose TEXT NOT NULL, caller TEXT NOT NULL, made INTEGER NOT NULL, content BLOB NOT NULL, UNIQUE (tenant, deployment, id));
                CREATE TABLE billed (deployment TEXT NOT NULL, id TEXT NOT NULL, record TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (deployment, id)) WITHOUT ROWID;
                INSERT INTO billed VALUES ('gpt', 'batch_1', 'req_1', 0);
                PRAGMA user_version = 1;
                """;
            await command.ExecuteNonQueryAsync(Cancelled);
        }
        using var store = Open();
        Assert.True(await store.IsBilledAsync(Batch, Cancelled));
        await store.SaveAsync(Object("t", "batch_2", Operation.Batches) with { Terms = new BatchTerms("fast", [], new BatchHold(1, 2)) }, Cancelled);
        Assert.Single(await store.ListUnbilledAsync(DateTimeOffset.UnixEpoch, Cancelled));
    }

    [Fact]
    public async Task OnDisk_NothingOfAnObjectIsReadable()
    {
        using (var store = Open())
            await store.SaveAsync(Object("t", "a") with { Content = "{\"id\":\"x\",\"filename\":\"merger-plans.jsonl\"}"u8.ToArray() }, Cancelled);
        var bytes = Directory.EnumerateFiles(Path.GetDirectoryName(File)!).SelectMany(System.IO.File.ReadAllBytes).ToArray();
        Assert.Equal(-1, bytes.AsSpan().IndexOf("merger-plans"u8));

        using var stranger = Open("another secret");
        await Assert.ThrowsAsync<StoreException>(() => stranger.FindAsync(new StoredObject("gpt", "t", "a"), Cancelled));
    }

    [Fact]
    public async Task BrokenFile_FailsTheOperation_AndAMendedOneIsUsed()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        await System.IO.File.WriteAllTextAsync(File, "this is no database, and long enough to be taken for one by its size", Cancelled);
        using var store = Open();
        await Assert.ThrowsAsync<StoreException>(() => store.SaveAsync(Object("t", "a"), Cancelled));

        System.IO.File.Delete(File);
        await store.SaveAsync(Object("t", "a"), Cancelled);
        Assert.NotNull(await store.FindAsync(new StoredObject("gpt", "t", "a"), Cancelled));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SqliteObjectStore Open(string secret = "a secret") =>
        new(File, new SealedContent(Encoding.UTF8.GetBytes(secret), "files and batches"), NullLogger<SqliteObjectStore>.Instance);

    private static OwnedObject Object(string tenant, string id, Operation kind = Operation.Files, string purpose = "batch", string caller = "alice") =>
        new(tenant, "gpt", id, kind, purpose, caller, DateTimeOffset.UnixEpoch.AddDays(1), Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\"}}"));
}
