using System.Text;
using AiGateway.Accounting.Ledger;
using AiGateway.Tests.Accounting.Ledger;
using Microsoft.Data.Sqlite;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>The ledger's file: what every ledger does, and what becomes of a file's own faults.</summary>
public sealed class SqliteLedgerStoreTests : LedgerStoreTests
{
    private protected override ILedgerHome Open() => new LedgerHome();

    [Fact]
    public void Retention_RemovesWholeDays_AndKeepsSumsAndHeads()
    {
        using var home = new LedgerHome();
        home.Append([.. Enumerable.Range(0, 4500).Select(i => LedgerFixture.Request($"req_{i}", LedgerFixture.At.AddHours(-i / 100.0), user: i == 4000 ? "long gone" : i % 1000 == 0 ? "regular" : null))]);
        var before = Assert.Single(home.Sum()).Sums;

        var removed = home.Store.Sweep(LedgerFixture.At);

        Assert.InRange(removed, 3000, 3400);
        Assert.Equal(4500 - removed, home.Tamper("SELECT COUNT(*) FROM requests"));
        Assert.Equal(4500 - removed, home.Tamper("SELECT COUNT(*) FROM lines"));
        Assert.Equal("regular", home.Tamper("SELECT group_concat(value) FROM personal"));
        Assert.Equal(before.Cost, Assert.Single(home.Sum()).Sums.Cost);
        var verdict = home.Audit.Verify(null, null);
        Assert.Null(verdict.Problem);
        Assert.Equal(removed, verdict.Removed);
        Assert.Equal(0, home.Store.Sweep(LedgerFixture.At));
    }

    [Fact]
    public void LockedFile_Fails_AndWorksWhenItIsFree()
    {
        using var home = new LedgerHome();
        home.Append(LedgerFixture.Request("req_1"));
        using (var other = new SqliteConnection($"Data Source={home.File};Pooling=False"))
        {
            other.Open();
            using var begin = other.CreateCommand();
            begin.CommandText = "BEGIN IMMEDIATE";
            begin.ExecuteNonQuery();
            Assert.Contains("locked", Assert.Throws<LedgerStoreException>(() => home.Append(LedgerFixture.Request("req_2"))).Message, StringComparison.Ordinal);
            // Reports do not wait for whoever writes.
            Assert.Equal(1, Assert.Single(home.Sum()).Sums.Requests);
        }
        Assert.Equal(1, home.Append(LedgerFixture.Request("req_2")));
    }

    [Fact]
    public void FileDeletedWhileRunning_IsMadeAnew()
    {
        using var home = new LedgerHome();
        home.Append(LedgerFixture.Request("req_1"));
        foreach (var file in Directory.EnumerateFiles(home.Folder))
        {
            File.Delete(file);
        }
        Assert.Equal(1, home.Append(LedgerFixture.Request("req_2")));
        Assert.Equal(1, Assert.Single(home.Sum()).Sums.Requests);
    }

    [Fact]
    public void DamagedFile_IsAStoreFault_NotMore()
    {
        using var home = new LedgerHome();
        Directory.CreateDirectory(home.Folder);
        File.WriteAllText(home.File, "this is no database, and long enough to be looked at as one by whoever opens it " + new string('x', 4096));

        Assert.Throws<LedgerStoreException>(() => home.Append(LedgerFixture.Request("req_1")));
        Assert.Throws<LedgerStoreException>(() => home.Sum());
        Assert.Throws<LedgerStoreException>(() => home.Audit.Verify(null, null));

        File.Delete(home.File);
        Assert.Equal(1, home.Append(LedgerFixture.Request("req_1")));
    }

    [Fact]
    public void FolderInTheWay_IsAStoreFault()
    {
        using var home = new LedgerHome();
        Directory.CreateDirectory(home.File);

        Assert.Throws<LedgerStoreException>(() => home.Append(LedgerFixture.Request("req_1")));
    }

    [Fact]
    public void NoFileToRead_SaysWhereOneComesFrom()
    {
        using var home = new LedgerHome();

        Assert.Contains("data_folder", Assert.Throws<LedgerStoreException>(() => home.Sum()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Erasure_LeavesNoTraceOfTheUser_AndAWholeChain()
    {
        using var home = new LedgerHome();
        home.Append(
            LedgerFixture.Request("req_1", user: "maria.musterfrau@example.com", tags: """{"owner":"maria.musterfrau@example.com"}"""),
            LedgerFixture.Request("req_2", user: "someone-else", tags: """{"owner":"someone-else"}"""));
        Assert.Equal("maria.musterfrau@example.com", home.Tamper("SELECT user FROM calls WHERE id = 'req_1'"));

        Assert.Equal(2, home.Audit.Erase("maria.musterfrau@example.com"));

        Assert.Equal(-1, home.Bytes().AsSpan().IndexOf(Encoding.UTF8.GetBytes("musterfrau")));
        Assert.Equal(DBNull.Value, home.Tamper("SELECT user FROM calls WHERE id = 'req_1'"));
        Assert.Equal("someone-else", home.Tamper("SELECT user FROM calls WHERE id = 'req_2'"));
        Assert.Null(home.Audit.Verify(null, null).Problem);
        Assert.Equal(0, home.Audit.Erase("maria.musterfrau@example.com"));

        // Whoever comes again is someone new.
        home.Append(LedgerFixture.Request("req_3", user: "maria.musterfrau@example.com"));
        Assert.Equal(DBNull.Value, home.Tamper("SELECT user FROM calls WHERE id = 'req_1'"));
        Assert.Equal("maria.musterfrau@example.com", home.Tamper("SELECT user FROM calls WHERE id = 'req_3'"));
    }

    [Fact]
    public async Task BackupWhileWriting_IsWhole_AndCanBeRestored()
    {
        using var home = new LedgerHome();
        home.Append(LedgerFixture.Request("req_first"));
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                home.Append(LedgerFixture.Request($"req_{i}"));
            }
        }, CancellationToken.None);
        using var restored = new LedgerHome();
        home.Audit.Backup(restored.File);
        await stop.CancelAsync();
        await writer;

        var verdict = restored.Audit.Verify(null, null);
        Assert.Null(verdict.Problem);
        Assert.True(verdict.Requests >= 1);
        Assert.Equal(verdict.Requests, Assert.Single(restored.Sum()).Sums.Requests);
        Assert.Equal(1, restored.Append(LedgerFixture.Request("req_after")));
        Assert.Null(restored.Audit.Verify(null, null).Problem);
        Assert.Contains("already", Assert.Throws<LedgerStoreException>(() => home.Audit.Backup(restored.File)).Message, StringComparison.Ordinal);
    }
}
