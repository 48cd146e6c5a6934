using System.Text;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.TestKit;
using Microsoft.Data.Sqlite;

namespace AiGateway.Tests.Storage;

/// <summary>What is kept is found by its tenant until its time has passed, survives restarts, and lies encrypted; a broken file fails requests, not the process.</summary>
public sealed class SqliteConversationStoreTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Saved_IsFoundAsItWas()
    {
        await using var store = _folder.Open();
        var saved = StoreFolder.Response("t", "b", previous: "a");
        await store.SaveAsync(saved, Cancelled);

        AssertSame(saved, await store.FindAsync("t", "b", Cancelled));
        Assert.Null(await store.FindAsync("t", "a", Cancelled));
    }

    [Fact]
    public async Task AnotherTenant_FindsAndDeletesNothing()
    {
        await using var store = _folder.Open();
        await store.SaveAsync(StoreFolder.Response("mine", "a"), Cancelled);

        Assert.Null(await store.FindAsync("yours", "a", Cancelled));
        Assert.False(await store.DeleteAsync("yours", "a", Cancelled));
        Assert.NotNull(await store.FindAsync("mine", "a", Cancelled));
    }

    [Fact]
    public async Task Deleted_IsGoneOnce()
    {
        await using var store = _folder.Open();
        await store.SaveAsync(StoreFolder.Response("t", "a"), Cancelled);

        Assert.True(await store.DeleteAsync("t", "a", Cancelled));
        Assert.False(await store.DeleteAsync("t", "a", Cancelled));
        Assert.Null(await store.FindAsync("t", "a", Cancelled));
    }

    [Fact]
    public async Task WhatHappens_IsCounted()
    {
        var clock = new TestClock();
        await using (var store = _folder.Open(clock, new StoreResponsesModel(TimeSpan.FromDays(1), 1500)))
        {
            await store.SaveAsync(StoreFolder.Response("t", "a", size: 600), Cancelled);
            await store.SaveAsync(StoreFolder.Response("t", "b", size: 600), Cancelled);
            await store.SaveAsync(StoreFolder.Response("t", "c", size: 600), Cancelled);
            await store.DeleteAsync("t", "nothing", Cancelled);
            await store.SaveAsync(StoreFolder.Response("t", "d"), Cancelled);
            await store.DeleteAsync("t", "d", Cancelled);
            await store.SaveAsync(StoreFolder.Response("t", "e"), Cancelled);
            var bytes = Assert.Single(_folder.Telemetry.Samples("aigateway_responses_stored_bytes"));
            Assert.InRange(long.Parse(bytes.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), 1, 1500);
            clock.Advance(TimeSpan.FromDays(2));
            await store.SweepAsync();
        }

        Assert.Equal(["aigateway_responses_kept_total 5"], _folder.Telemetry.Samples("aigateway_responses_kept_total"));
        var removed = _folder.Telemetry.Samples("aigateway_responses_removed_total");
        Assert.Contains("aigateway_responses_removed_total{by=\"caller\"} 1", removed);
        Assert.Equal(5, removed.Sum(line => int.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(3, removed.Length);
        Assert.Equal(["aigateway_responses_stored_bytes 0"], _folder.Telemetry.Samples("aigateway_responses_stored_bytes"));
        Assert.Empty(_folder.Telemetry.Samples("aigateway_responses_store_failures_total"));
    }

    [Fact]
    public async Task Restart_FindsWhatWasSaved()
    {
        var saved = StoreFolder.Response("t", "a");
        await using (var before = _folder.Open())
        {
            await before.SaveAsync(saved, Cancelled);
        }
        await using var after = _folder.Open();

        AssertSame(saved, await after.FindAsync("t", "a", Cancelled));
    }

    [Fact]
    public async Task TimePassed_IsNotFound_AlsoBeforeTheSweep()
    {
        var clock = new TestClock();
        await using var store = _folder.Open(clock, new StoreResponsesModel(TimeSpan.FromDays(30), 1 << 30));
        await store.SaveAsync(StoreFolder.Response("t", "a"), Cancelled);

        clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await store.FindAsync("t", "a", Cancelled));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await store.FindAsync("t", "a", Cancelled));
    }

    [Fact]
    public async Task Sweep_RemovesWhatIsTooOldFromTheFile()
    {
        var clock = new TestClock();
        await using var store = _folder.Open(clock, new StoreResponsesModel(TimeSpan.FromHours(1), 1 << 30));
        for (var i = 0; i < 250; i++)
        {
            await store.SaveAsync(StoreFolder.Response("t", $"old-{i}"), Cancelled);
        }
        clock.Advance(TimeSpan.FromMinutes(50));
        await store.SaveAsync(StoreFolder.Response("t", "young"), Cancelled);
        clock.Advance(TimeSpan.FromMinutes(20));
        await store.SweepAsync();

        Assert.Equal(["young"], Ids());
    }

    [Fact]
    public async Task MoreThanTheMost_PushesOutTheOldest()
    {
        await using var store = _folder.Open(limits: new StoreResponsesModel(TimeSpan.FromDays(1), 100_000));
        for (var i = 0; i < 50; i++)
        {
            await store.SaveAsync(StoreFolder.Response("t", $"{i:d2}", size: 10_000), Cancelled);
        }

        var left = Ids();
        Assert.InRange(left.Length, 1, 9);
        Assert.Equal("49", left[^1]);
        Assert.Null(await store.FindAsync("t", "00", Cancelled));
        Assert.NotNull(await store.FindAsync("t", "49", Cancelled));
    }

    [Fact]
    public async Task Content_LiesEncrypted_AndItsFileIsItsOwnersAlone()
    {
        await using (var store = _folder.Open())
        {
            await store.SaveAsync(new KeptResponse("t", "a", null, "[\"a very private question\"]"u8.ToArray(), "{\"a\":\"a very private answer\"}"u8.ToArray()), Cancelled);
            Assert.DoesNotContain("very private", Encoding.Latin1.GetString(_folder.Bytes()), StringComparison.Ordinal);
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File));
        }
    }

    [Fact]
    public async Task AnotherSecret_FailsAndSaysWhy()
    {
        await using (var before = _folder.Open())
        {
            await before.SaveAsync(StoreFolder.Response("t", "a"), Cancelled);
        }
        await using var after = _folder.Open(secret: "another");

        var failure = await Assert.ThrowsAsync<ConversationStoreException>(() => after.FindAsync("t", "a", Cancelled));
        Assert.Contains("host.id_secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RowsThatWereSwapped_DoNotOpen()
    {
        await using var store = _folder.Open();
        await store.SaveAsync(StoreFolder.Response("mine", "a"), Cancelled);
        Execute("UPDATE responses SET tenant = 'yours'");

        await Assert.ThrowsAsync<ConversationStoreException>(() => store.FindAsync("yours", "a", Cancelled));
    }

    [Fact]
    public async Task DamagedFile_FailsRequests_AndIsUsedAgainOnceMended()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File)!);
        await File.WriteAllTextAsync(_folder.File, new string('?', 8_192), Cancelled);
        await using var store = _folder.Open();

        await Assert.ThrowsAsync<ConversationStoreException>(() => store.SaveAsync(StoreFolder.Response("t", "a"), Cancelled));
        await Assert.ThrowsAsync<ConversationStoreException>(() => store.FindAsync("t", "a", Cancelled));
        await Assert.ThrowsAsync<ConversationStoreException>(() => store.DeleteAsync("t", "a", Cancelled));
        var failures = _folder.Telemetry.Samples("aigateway_responses_store_failures_total");
        Assert.Contains("aigateway_responses_store_failures_total{kind=\"read\"} 1", failures);
        Assert.Contains("aigateway_responses_store_failures_total{kind=\"write\"} 2", failures);

        File.Delete(_folder.File);
        await store.SaveAsync(StoreFolder.Response("t", "b"), Cancelled);
        Assert.NotNull(await store.FindAsync("t", "b", Cancelled));
    }

    [Fact]
    public async Task FileOfANewerVersion_IsLeftAlone()
    {
        await using (var before = _folder.Open())
        {
            await before.SaveAsync(StoreFolder.Response("t", "a"), Cancelled);
        }
        Execute("PRAGMA user_version = 99");
        await using var store = _folder.Open();

        var failure = await Assert.ThrowsAsync<ConversationStoreException>(() => store.SaveAsync(StoreFolder.Response("t", "b"), Cancelled));
        Assert.Contains("form 99", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LockedFile_FailsWrites_ReadsGoOn_AndWritesAgainOnceFree()
    {
        await using var store = _folder.Open();
        await store.SaveAsync(StoreFolder.Response("t", "a"), Cancelled);
        using (var other = Connect())
        {
            using var transaction = Lock(other);
            await Assert.ThrowsAsync<ConversationStoreException>(() => store.SaveAsync(StoreFolder.Response("t", "b"), Cancelled));
            Assert.NotNull(await store.FindAsync("t", "a", Cancelled));
        }
        await store.SaveAsync(StoreFolder.Response("t", "c"), Cancelled);

        Assert.NotNull(await store.FindAsync("t", "c", Cancelled));
    }

    [Fact]
    public async Task FolderThatCannotBeMade_FailsRequests()
    {
        await File.WriteAllTextAsync(Path.GetDirectoryName(_folder.File)!, "a file where the folder should be", Cancelled);
        await using var store = _folder.Open();

        await Assert.ThrowsAsync<ConversationStoreException>(() => store.SaveAsync(StoreFolder.Response("t", "a"), Cancelled));
        await Assert.ThrowsAsync<ConversationStoreException>(() => store.FindAsync("t", "a", Cancelled));
    }

    [Fact]
    public async Task AfterShutdown_NothingIsWritten()
    {
        var store = _folder.Open();
        await store.DisposeAsync();

        await Assert.ThrowsAsync<ConversationStoreException>(() => store.DeleteAsync("t", "a", Cancelled));
    }

    public void Dispose() => _folder.Dispose();

    private static void AssertSame(KeptResponse expected, KeptResponse? found)
    {
        Assert.NotNull(found);
        Assert.Equal((expected.Tenant, expected.Id, expected.PreviousId), (found.Tenant, found.Id, found.PreviousId));
        Assert.Equal(expected.Input.ToArray(), found.Input.ToArray());
        Assert.Equal(expected.Response.ToArray(), found.Response.ToArray());
    }

    private static SqliteTransaction Lock(SqliteConnection connection) => connection.BeginTransaction(deferred: false);

    private SqliteConnection Connect()
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection($"Data Source={_folder.File};Pooling=False");
        connection.Open();
        return connection;
    }

    private void Execute(string text)
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own constants.
        command.CommandText = text;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private string[] Ids()
    {
        using var connection = Connect();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM responses ORDER BY number";
        using var rows = command.ExecuteReader();
        var ids = new List<string>();
        while (rows.Read())
        {
            ids.Add(rows.GetString(0));
        }
        return [.. ids];
    }
}
