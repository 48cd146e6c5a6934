using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Storage.Postgres;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting.Ledger;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>Corrections in PostgreSQL: as in SQLite, with any number of nodes that append meanwhile.</summary>
public sealed class PostgresCorrectionTests(PostgresFixture postgres) : CorrectionTests, IClassFixture<PostgresFixture>
{
    private static readonly DateTimeOffset October = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset November = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private protected override ILedgerHome Open(TimeProvider clock) => Home(clock);

    private protected override void ChangeLabels(ILedgerHome home, string before, string after)
    {
        home.DropTrigger("requests", "requests_are_not_changed");
        home.Tamper($"UPDATE requests SET labels = '{after}' WHERE labels = '{before}'");
    }

    [Fact]
    public async Task NodesAppendWhileAMonthIsClosed_EachRecordCountsOnOneSide()
    {
        var clock = new TestClock(new DateTimeOffset(2026, 11, 21, 12, 40, 0, TimeSpan.Zero));
        using var home = Home(clock);
        home.Append(LedgerFixture.Request("first", October.AddDays(3)));
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var nodes = Enumerable.Range(0, 3).Select(node => Task.Run(() =>
        {
            var store = home.Node($"node-{node}");
            // Some before the closing, some after it, and whatever meets it.
            for (var (i, after) = (0, 0); after < 5; i++)
            {
                after += closed.Task.IsCompleted ? 1 : 0;
                var batch = new LedgerBatch();
                batch.Requests.Add(LedgerFixture.Request($"req_{node}_{i}", October.AddDays(node + 1).AddMinutes(i)));
                store.Append(batch);
            }
        })).ToArray();
        decimal atClosing;
        using (var store = home.CorrectionsToWrite())
        {
            Assert.Null(new PeriodCloser(store, clock).Close("2026-10", null, "eve", null, out _));
            atClosing = CostOf(October, November);
        }
        closed.SetResult();
        await Task.WhenAll(nodes);

        Assert.Equal(atClosing, CostOf(October, November));
        var late = home.Reader.Adjustments(new LedgerQuery { From = November, To = November.AddMonths(1) }).Sum(static group => group.Sums.Cost);
        Assert.Equal(home.Tamper("SELECT SUM(cost) FROM requests"), atClosing + late);
        Assert.True(late >= 15 * 0.000123m);
        Assert.Null(home.Audit.Verify(null, null).Problem);

        decimal CostOf(DateTimeOffset from, DateTimeOffset to) => home.Reader.Sum(new LedgerQuery { From = from, To = to }).Sum(static group => group.Sums.Cost);
    }

    [Fact]
    public void RowsOfSeveralNodes_AreRestatedEach()
    {
        var clock = new TestClock(new DateTimeOffset(2026, 11, 21, 12, 40, 0, TimeSpan.Zero));
        using var home = Home(clock);
        foreach (var node in (string[])["one", "two", "three"])
        {
            var batch = new LedgerBatch();
            // The same numbers on each node, and more than one piece.
            batch.Requests.AddRange(Enumerable.Range(0, 2_100).Select(i => LedgerFixture.Request($"{node}_{i}", October.AddMinutes(i * 30))));
            home.Node(node).Append(batch);
        }
        var (all, name) = (3 * 2_100, home.Reader.Name());

        foreach (var input in (string[])["3", "1"])
        {
            using var store = home.CorrectionsToWrite();
            Assert.Equal(all, LedgerFixture.Restate(store, clock, October, November.AddMonths(1), input).Entry!.Lines);
        }

        Assert.Equal(all * 0.0001m, home.Reader.Sum(new LedgerQuery { From = October, To = November.AddMonths(1) }).Sum(static group => group.Sums.Cost));
        Assert.Equal((all, 2), ((int)home.Audit.Verify(null, null).Requests, home.Audit.Verify(null, null).Corrections));
        Assert.Null(home.Audit.Verify(null, null).Problem);
        Assert.Equal(name, home.Reader.Name());
        home.DropTrigger("restated_lines", "restated_lines_are_not_changed");
        home.Tamper("UPDATE restated_lines SET node = 4 WHERE node = 3 AND correction = 2");
        Assert.Contains("calls of restatement 2", home.Audit.Verify(null, null).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void LedgerOfTheFirstForm_IsBroughtForward()
    {
        using var home = Home(TimeProvider.System);
        using (var connection = home.Database.Open())
        {
            home.Database.Migrate(connection, LedgerTables.Schema with { Steps = [LedgerTables.Schema.Steps[0]] }, TimeProvider.System);
        }
        Assert.Contains("form 1", Assert.Throws<LedgerStoreException>(() => home.Sum()).Message, StringComparison.Ordinal);

        home.Append(LedgerFixture.Request("req"));

        Assert.Equal(1, Assert.Single(home.Sum()).Sums.Requests);
        Assert.Null(home.Audit.Verify(null, null).Problem);
    }

    private PostgresLedgerHome Home(TimeProvider clock) => new(postgres.Server, PostgresFixture.Database, clock);
}
