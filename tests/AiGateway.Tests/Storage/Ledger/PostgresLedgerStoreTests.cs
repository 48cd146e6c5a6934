using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Storage.Postgres;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting.Ledger;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>The ledger in PostgreSQL: what every ledger does, with any number of nodes at once.</summary>
public sealed class PostgresLedgerStoreTests(PostgresFixture postgres) : LedgerStoreTests, IClassFixture<PostgresFixture>
{
    private const int Nodes = 3;

    private static readonly int BatchesOfEach = Environment.GetEnvironmentVariable("AIGATEWAY_TEST_FULL") == "1" ? 60 : 12;

    private protected override ILedgerHome Open() => Home();

    [Fact]
    public async Task NodesAtOnce_SumsAreExact_AndEveryChainIsWhole()
    {
        var random = SeededRandom.From(41);
        using var home = Home();
        // Each node's own batches; some come twice, as after a lost answer. Users and sums are the same everywhere.
        var batches = Enumerable.Range(0, Nodes).Select(node => Enumerable.Range(0, BatchesOfEach).Select(batch =>
            Enumerable.Range(0, random.Next(1, 120)).Select(i => LedgerFixture.Random(random, $"req_{node}_{batch}_{i}")).ToArray()).ToArray()).ToArray();
        var all = batches.SelectMany(node => node.SelectMany(batch => batch)).ToList();
        var seeds = Enumerable.Range(0, Nodes).Select(_ => SeededRandom.From(random.Next())).ToArray();

        var added = await Task.WhenAll(Enumerable.Range(0, Nodes).Select(node => Task.Run(() =>
        {
            var store = home.Node($"node-{node}");
            return batches[node].Sum(requests =>
            {
                var batch = new LedgerBatch();
                batch.Requests.AddRange(requests);
                return store.Append(batch) + (seeds[node].Chance(0.2) ? store.Append(batch) : 0);
            });
        })));

        Assert.Equal(all.Count, added.Sum());
        foreach (var by in (LedgerDimension[][])[[], [LedgerDimension.Team], [LedgerDimension.Hour], [LedgerDimension.Day, LedgerDimension.Model]])
        {
            var total = ReportMaker.SumOf(home.Sum(by));
            Assert.True(all.Sum(request => request.Cost) == total.Cost, $"seed {random.Seed}: {all.Sum(request => request.Cost)} and {total.Cost} by {string.Join(',', by)}");
            Assert.Equal(all.Sum(request => request.Saved), total.Saved);
            Assert.Equal(all.Count, total.Requests);
        }
        Assert.Equal(all.Sum(request => request.Cost), home.Tamper("SELECT SUM(cost) FROM requests"));
        Assert.Equal(all.Count, home.Reader.Version());
        var verdict = home.Audit.Verify(null, null);
        Assert.Null(verdict.Problem);
        Assert.Equal(all.Count, verdict.Requests);
        Assert.Equal((long)Nodes, home.Tamper("SELECT COUNT(*) FROM nodes"));
    }

    [Fact]
    public async Task TwoProcessesOfOneNode_AppendToOneChain()
    {
        using var home = Home();
        await Task.WhenAll(Enumerable.Range(0, 2).Select(process => Task.Run(() =>
        {
            var store = home.Node("shared");
            for (var i = 0; i < 20; i++)
            {
                var batch = new LedgerBatch();
                batch.Requests.Add(LedgerFixture.Request($"req_{process}_{i}", user: $"user-{i % 3}"));
                store.Append(batch);
            }
        })));

        Assert.Equal(40, home.Audit.Verify(null, null).Requests);
        Assert.Null(home.Audit.Verify(null, null).Problem);
        Assert.Equal(1L, home.Tamper("SELECT COUNT(*) FROM nodes"));
        Assert.Equal(3L, home.Tamper("SELECT COUNT(*) FROM personal"));
    }

    [Fact]
    public void EveryQuestion_HasTheAnswerOfSqlite()
    {
        var random = SeededRandom.From(42);
        using var home = Home();
        using var sqlite = new LedgerHome();
        var all = Enumerable.Range(0, 400).Select(i => LedgerFixture.Random(random, $"req_{i}") with { Labels = random.OneOf([null, "app=chat", "app=a%3Bb;env=prod"]) }).ToArray();
        home.Append(all);
        // PostgreSQL's texts know no U+0000.
        sqlite.Append([.. all.Select(StorableRequest.Of)]);
        LedgerDimension[] dimensions =
            [.. LedgerDimensions.Filters, LedgerDimension.Hour, LedgerDimension.Day, LedgerDimension.Month, LedgerDimension.Tag("app"), LedgerDimension.Tag("env")];
        var times = new[] { -60, -31, -3, 0, 4, 29, 60 }.Select(day => new DateTimeOffset(2026, 11, 21, 5, 0, 0, TimeSpan.Zero).AddDays(day)).ToArray();
        for (var round = 0; round < 60; round++)
        {
            var ends = new[] { random.OneOf(times), random.OneOf(times).AddHours(random.Next(48)) }.Order().ToArray();
            var query = new LedgerQuery
            {
                From = ends[0],
                To = ends[1].AddHours(1),
                Zone = random.OneOf([TimeZoneInfo.Utc, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin")]),
                By = [.. dimensions.Where(_ => random.Chance(0.2))],
                Where = random.Chance(0.3) ? new Dictionary<LedgerDimension, IReadOnlyList<string>> { [LedgerDimension.Tag("app")] = ["a;b", ""], [LedgerDimension.Status] = ["2xx"] }
                    : random.Chance(0.5) ? new Dictionary<LedgerDimension, IReadOnlyList<string>> { [LedgerDimension.Status] = ["2xx", "5xx"], [LedgerDimension.Team] = [StorableRequest.Text(random.OneOf(all).Team ?? ""), ""] } : new Dictionary<LedgerDimension, IReadOnlyList<string>>(),
            };
            Assert.Equal(Lines(sqlite.Reader.Sum(query)), Lines(home.Reader.Sum(query)));
        }
        for (var day = new DateTimeOffset(2026, 11, 18, 0, 0, 0, TimeSpan.Zero); day.Day < 24; day = day.AddDays(1))
        {
            Assert.Equal(Calls(sqlite.Reader, day), Calls(home.Reader, day));
        }

        static List<string> Calls(ILedgerReader reader, DateTimeOffset day)
        {
            var calls = new List<string>();
            // Amounts are the same with another number of zeros at their end.
            reader.Read(day, call => calls.Add($"{call with { Line = call.Line with { Cost = null, Usage = null } }} {call.Line.Cost?.Total / 1.000000000000000000000000000000m} {call.Line.Usage?.InputTokens}"));
            return [.. calls.Order(StringComparer.Ordinal)];
        }

        static IEnumerable<string> Lines(IReadOnlyList<LedgerGroup> groups) => groups.Select(group => ReportCsv.Row(group)).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task NodesThatStartAtOnce_MakeTheTablesOnce()
    {
        using var home = Home();
        var added = await Task.WhenAll(Enumerable.Range(0, 6).Select(node => Task.Run(() =>
        {
            var batch = new LedgerBatch();
            batch.Requests.Add(LedgerFixture.Request($"req_{node}"));
            return home.Node($"node-{node}").Append(batch);
        })));

        Assert.All(added, one => Assert.Equal(1, one));
        Assert.Equal((long)LedgerTables.Schema.Version, home.Tamper("SELECT COUNT(*) FROM versions"));
        Assert.Null(home.Audit.Verify(null, null).Problem);
    }

    [Fact]
    public void MigrationThatFails_LeavesNothing_AndIsDoneLater()
    {
        using var home = Home();
        using var connection = home.Database.Open();
        var broken = new PostgresSchema("forms", ["CREATE TABLE one (a integer)", "CREATE TABLE two (a integer); SELECT no_such_function()"]);
        Assert.ThrowsAny<Exception>(() => home.Database.Migrate(connection, broken, TimeProvider.System));
        Assert.Equal(0, home.Database.VersionOf(connection, broken));

        var first = broken with { Steps = ["CREATE TABLE one (a integer)"] };
        home.Database.Migrate(connection, first, TimeProvider.System);
        home.Database.Migrate(connection, first with { Steps = [.. first.Steps, "CREATE TABLE two (a integer)"] }, TimeProvider.System);
        Assert.Equal(2L, home.Tamper("SELECT COUNT(*) FROM forms.versions"));
        Assert.Contains("form 2", Assert.Throws<InvalidDataException>(() => home.Database.VersionOf(connection, first)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Partitions_AreMadeAhead_AndDroppedWithTheirMonth()
    {
        using var home = Home();
        var now = DateTimeOffset.UtcNow;
        home.Append([.. Enumerable.Range(0, 900).Select(i => LedgerFixture.Request($"req_{i}", LedgerFixture.At.AddHours(-i * 2), user: i == 700 ? "long gone" : i % 300 == 0 ? "regular" : null))]);
        Assert.Equal("requests_" + now.AddMonths(2).ToString("yyyy_MM", System.Globalization.CultureInfo.InvariantCulture), home.Tamper("SELECT MAX(relname::text) FROM pg_class WHERE relname LIKE 'requests\\_2%' AND relkind = 'r'"));
        var before = Assert.Single(home.Sum()).Sums;

        // The 21st of November: October's last days are old enough, November's first are not.
        var removed = home.Store.Sweep(LedgerFixture.At);

        Assert.Equal(900 - removed, home.Tamper("SELECT COUNT(*) FROM requests"));
        Assert.Equal(new DateTime(2026, 11, 1, 0, 0, 0, DateTimeKind.Utc), ((DateTime)home.Tamper("SELECT MIN(at) FROM requests")!).Date);
        Assert.Equal(home.Tamper("SELECT COUNT(*) FROM requests"), home.Tamper("SELECT COUNT(*) FROM lines"));
        Assert.Equal("regular", home.Tamper("SELECT string_agg(value, ',') FROM personal"));
        Assert.Equal(before.Cost, Assert.Single(home.Sum()).Sums.Cost);
        var verdict = home.Audit.Verify(null, null);
        Assert.Null(verdict.Problem);
        Assert.Equal(removed, verdict.Removed);
        Assert.Equal(0, home.Store.Sweep(LedgerFixture.At));

        // A record that comes late has a place all the same, and goes with the next sweep.
        Assert.Equal(1, home.Append(LedgerFixture.Request("req_late", LedgerFixture.At.AddDays(-40))));
        Assert.Null(home.Audit.Verify(null, null).Problem);
        Assert.Equal(1, home.Store.Sweep(LedgerFixture.At));
    }

    [Fact]
    public async Task SweepWhileNodesAppend_LosesNothing()
    {
        using var home = Home();
        home.Append([.. Enumerable.Range(0, 200).Select(i => LedgerFixture.Request($"req_old_{i}", LedgerFixture.At.AddDays(-i)))]);
        var removed = 0L;
        await Task.WhenAll(
            Task.Run(() =>
            {
                for (var months = 6; months >= 0; months--)
                {
                    removed += home.Node("sweeper").Sweep(LedgerFixture.At.AddMonths(-months));
                }
            }),
            Task.Run(() =>
            {
                var store = home.Node("writer");
                for (var i = 0; i < 30; i++)
                {
                    var batch = new LedgerBatch();
                    batch.Requests.Add(LedgerFixture.Request($"req_new_{i}"));
                    store.Append(batch);
                }
            }));

        Assert.Equal(230 - removed, home.Tamper("SELECT COUNT(*) FROM requests"));
        Assert.Equal(230, Assert.Single(home.Sum()).Sums.Requests);
        Assert.Null(home.Audit.Verify(null, null).Problem);
    }

    [Theory]
    [InlineData("UPDATE requests SET cost = 0 WHERE id = 'req_2'", "Row 2 (request req_2) is not the sum")]
    [InlineData("UPDATE requests SET team = 'another' WHERE id = 'req_4'", "Row 4 (request req_4")]
    [InlineData("UPDATE lines SET output = 1 WHERE number = 2", "One of the rows 1 (request req_1) to 3 (request req_3")]
    [InlineData("DELETE FROM lines WHERE number = 2", "Row 2 (request req_2) is not the sum")]
    [InlineData("DELETE FROM requests WHERE id = 'req_2'", "One of the rows 1 (request req_1) to 3 (request req_3")]
    [InlineData("DELETE FROM requests WHERE id = 'req_3'", "lines that belong to no request")]
    [InlineData("DELETE FROM lines WHERE number = 3; DELETE FROM requests WHERE id = 'req_3'", "rows at its end are missing")]
    [InlineData("UPDATE requests SET hash = decode(repeat('00', 32), 'hex') WHERE id = 'req_3'", "One of the rows 1 (request req_1) to 3 (request req_3")]
    [InlineData("DELETE FROM heads WHERE place = 1", "A day is missing")]
    public void Tampering_IsRefused_AndFoundWhereTheTriggersAreGone(string tampering, string said)
    {
        using var home = Home();
        home.Append(LedgerFixture.Request("req_1"), LedgerFixture.Request("req_2"), LedgerFixture.Request("req_3"), LedgerFixture.Request("req_4", LedgerFixture.At.AddDays(1)));
        Assert.Null(home.Audit.Verify(null, null).Problem);
        Assert.Contains("append-only", Assert.ThrowsAny<Exception>(() => home.Tamper(tampering)).Message, StringComparison.Ordinal);

        home.DropTriggers();
        home.Tamper(tampering);

        Assert.Contains(said, home.Audit.Verify(null, null).Problem, StringComparison.Ordinal);
    }

    private PostgresLedgerHome Home() => new(postgres.Server, PostgresFixture.Database);
}
