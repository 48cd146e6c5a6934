using AiGateway.Accounting.Ledger;
using AiGateway.Storage.Postgres;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting.Ledger;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>A PostgreSQL that is away, restarts, hangs up, only reads or comes back empty: nothing is lost, nothing counts twice, and no restart of the gateway is needed.</summary>
public sealed class PostgresLedgerFaultTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Batches = 40;

    [Fact]
    public async Task ServerRestarts_BetweenAndWithinBatches()
    {
        // A server of its own: the others' tests would notice.
        await using var server = await PostgresServer.StartOrSkipAsync();
        using var home = new PostgresLedgerHome(server, "restarts");
        home.Append(LedgerFixture.Request("req_first"));
        Assert.Single(home.Sum());
        var writer = Task.Run(() => AppendAll(home.Store));
        await server.StopAsync();
        await server.StartAsync();
        await writer;
        await server.StopAsync();
        Assert.Contains($"127.0.0.1:{server.Port}/restarts", Assert.Throws<LedgerStoreException>(() => home.Sum()).Message, StringComparison.Ordinal);
        Assert.Throws<LedgerStoreException>(() => home.Append(LedgerFixture.Request("req_last")));
        await server.StartAsync();

        // The first question after a restart finds connections that are none any more.
        Assert.Equal(Batches + 1, Assert.Single(home.Sum()).Sums.Requests);
        Assert.Equal(1, home.Append(LedgerFixture.Request("req_last")));
        Assert.Equal(Batches + 2, home.Audit.Verify(null, null).Requests);
        Assert.Null(home.Audit.Verify(null, null).Problem);
    }

    [Fact]
    public void AnswerToTheCommitIsLost_BatchCountsOnce()
    {
        using var home = new PostgresLedgerHome(postgres.Server, PostgresFixture.Database);
        using var relay = new FaultyRelay(postgres.Server.Port);
        var store = home.Node("far", relay.Port);
        Append(store, "req_0");
        for (var i = 1; i < 6; i++)
        {
            relay.LosesNext = true;
            Assert.Throws<LedgerStoreException>(() => Append(store, $"req_{i}"));
            Assert.False(relay.LosesNext);
            Assert.Equal(0, Append(store, $"req_{i}"));
        }

        var sums = Assert.Single(home.Sum()).Sums;
        Assert.Equal(6, sums.Requests);
        Assert.Equal(6 * 0.000123m, sums.Cost);
        Assert.Equal(6, home.Audit.Verify(null, null).Requests);
        Assert.Null(home.Audit.Verify(null, null).Problem);
    }

    [Fact]
    public async Task ConnectionsAreEnded_AgainAndAgain()
    {
        using var home = new PostgresLedgerHome(postgres.Server, PostgresFixture.Database);
        home.Append(LedgerFixture.Request("req_first"));
        using var done = new CancellationTokenSource();
        var killer = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                home.Tamper("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'AiGateway' AND datname = current_database()");
                await Task.Delay(40, CancellationToken.None);
            }
        });
        await Task.Run(() => AppendAll(home.Store));
        await done.CancelAsync();
        await killer;

        Assert.Equal(Batches + 1, Assert.Single(home.Sum()).Sums.Requests);
        Assert.Equal(Batches + 1, home.Audit.Verify(null, null).Requests);
        Assert.Null(home.Audit.Verify(null, null).Problem);
    }

    [Fact]
    public void ServerThatOnlyReads_IsAFault_AndReportsGoOn()
    {
        using var home = new PostgresLedgerHome(postgres.Server, PostgresFixture.Database);
        home.Append(LedgerFixture.Request("req_1"));
        home.Tamper("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET default_transaction_read_only = on'; END $$");
        home.Tamper("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'AiGateway' AND datname = current_database()");

        Assert.Throws<LedgerStoreException>(() => home.Append(LedgerFixture.Request("req_2")));
        Assert.Contains("read-only", Assert.Throws<LedgerStoreException>(() => home.Append(LedgerFixture.Request("req_2"))).Message, StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(home.Sum()).Sums.Requests);

        home.Tamper("SET transaction_read_only = off; DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' RESET default_transaction_read_only'; END $$");
        Assert.Equal(1, home.Append(LedgerFixture.Request("req_2")));
    }

    [Fact]
    public void DatabaseThatComesBackEmpty_IsFilledAgain()
    {
        using var home = new PostgresLedgerHome(postgres.Server, PostgresFixture.Database);
        home.Append(LedgerFixture.Request("req_1", user: "u"));
        home.Tamper($"DROP SCHEMA {LedgerTables.Name} CASCADE");
        Assert.Contains("no ledger", Assert.Throws<LedgerStoreException>(() => home.Sum()).Message, StringComparison.Ordinal);

        Assert.Throws<LedgerStoreException>(() => home.Append(LedgerFixture.Request("req_2", user: "u")));
        Assert.Equal(1, home.Append(LedgerFixture.Request("req_2", user: "u")));
        Assert.Equal("u", home.Tamper("SELECT \"user\" FROM calls"));
        Assert.Null(home.Audit.Verify(null, null).Problem);
    }

    [Fact]
    public void ServerAway_SaysWhere_AndNoSecret()
    {
        using var home = new PostgresLedgerHome(postgres.Server, PostgresFixture.Database);
        using var database = new PostgresDatabase(home.Address with { Port = FreePort.Next(), Password = new("s3cret-word") });
        var fault = Assert.Throws<LedgerStoreException>(() => new PostgresLedgerReader(database).Version());

        Assert.Contains(database.Name, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", database.Name + home.Address with { Password = new("s3cret-word") }, StringComparison.Ordinal);
    }

    private static int Append(PostgresLedgerStore store, string id)
    {
        var batch = new LedgerBatch();
        batch.Requests.Add(LedgerFixture.Request(id));
        return store.Append(batch);
    }

    // As the committer does: a batch that failed comes again until it is taken.
    private static void AppendAll(ILedgerStore store)
    {
        for (var i = 0; i < Batches; i++)
        {
            var batch = new LedgerBatch();
            batch.Requests.Add(LedgerFixture.Request($"req_{i}", user: $"user-{i % 4}"));
            while (true)
            {
                try
                {
                    store.Append(batch);
                    break;
                }
                catch (LedgerStoreException)
                {
                    Thread.Yield();
                }
            }
        }
    }
}
