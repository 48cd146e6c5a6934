using AiGateway.Admin;
using AiGateway.Configuration;
using AiGateway.Configuration.Runtime;
using AiGateway.Pipeline;
using AiGateway.Storage.Runtime;
using Microsoft.Data.Sqlite;

namespace AiGateway.Tests.Admin;

/// <summary>The book and its SQLite store: one order of changes over several books, and nothing that was revoked comes back with an older file.</summary>
public sealed class EntryBookTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("runtime-store-").FullName;
    private readonly Snapshot _file = Configuration.Loading.Good(Configuration.Yaml.Minimal);

    private string Path => System.IO.Path.Combine(_folder, "runtime.db");

    [Fact]
    public async Task TwoBooks_ChangeInOneOrder_AndReadEachOther()
    {
        using var one = Store();
        using var two = Store();
        using var first = new EntryBook(one);
        using var second = new EntryBook(two);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => CreateAsync(i % 2 == 0 ? first : second, $"k{i}")));
        await first.CatchUpAsync(TestContext.Current.CancellationToken);
        await second.CatchUpAsync(TestContext.Current.CancellationToken);

        Assert.Equal(20, first.Current.Revision);
        Assert.Equal(first.Current.Of(EntryKind.Key).Select(entry => (entry.Id, entry.Revision)), second.Current.Of(EntryKind.Key).Select(entry => (entry.Id, entry.Revision)));
        Assert.False(await first.CatchUpAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AnOlderStoreInItsPlace_IsNotTaken()
    {
        using var store = Store();
        using var book = new EntryBook(store);
        await CreateAsync(book, "a");
        await book.ChangeAsync((set, _) => new EntryDecisions(_file, set, "ops", DateTimeOffset.UnixEpoch).Remove(EntryKind.Key, "a", null), "ops", null, TestContext.Current.CancellationToken);
        await ExecuteAsync("UPDATE settings SET value = 1 WHERE name = 'revision'");

        var refused = await Assert.ThrowsAsync<StoreException>(() => book.CatchUpAsync(TestContext.Current.CancellationToken));

        Assert.Contains("older copy", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(book.Current.Find(EntryKind.Key, "a")!.Removed);
    }

    [Fact]
    public async Task AStoreOfANewerVersion_OrWithWhatNobodyKnows_IsRefused_InWords()
    {
        using (var store = Store())
        using (var book = new EntryBook(store))
            await CreateAsync(book, "a");
        await ExecuteAsync("""UPDATE entries SET body = '{"colour":"red"}'""");
        using (var store = Store())
            Assert.Contains("'colour'", (await Assert.ThrowsAsync<StoreException>(() => store.ReadAsync(0, TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
        await ExecuteAsync("PRAGMA user_version = 99");
        using (var store = Store())
            Assert.Contains("form 99", (await Assert.ThrowsAsync<StoreException>(() => store.RevisionAsync(TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheAudit_CannotBeChanged()
    {
        using var store = Store();
        using var book = new EntryBook(store);
        await CreateAsync(book, "a");

        await Assert.ThrowsAsync<SqliteException>(() => ExecuteAsync("UPDATE audit SET actor = 'nobody'"));
        await Assert.ThrowsAsync<SqliteException>(() => ExecuteAsync("DELETE FROM audit"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SqliteRuntimeStore Store() => new(Path, TimeProvider.System);

    private Task<EntryOutcome> CreateAsync(EntryBook book, string id) => book.ChangeAsync(
        (set, made) => new EntryDecisions(_file, set, "ops", DateTimeOffset.UnixEpoch).Create(new EntryDraft(EntryKind.Key, id, null, [], null), made), "ops", null, TestContext.Current.CancellationToken);

    private async Task ExecuteAsync(string text)
    {
        await using var connection = new SqliteConnection($"Data Source={Path};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Texts of this test.
        command.CommandText = text;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
