using System.Globalization;
using System.Text;
using AiGateway.Accounting.Ledger;
using AiGateway.Storage.Ledger;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting.Ledger;
using SQLitePCL;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>A file of version 1 comes forward: its rows stay as they are, are seen in the same views, count once, and its chain goes on.</summary>
public sealed class LedgerFormsTests
{
    private const int Rows = 40;

    [Fact]
    public void FirstForm_ComesForward()
    {
        var random = SeededRandom.From(5);
        using var home = new LedgerHome();
        var requests = Enumerable.Range(0, Rows).Select(i => LedgerFixture.Random(random, $"req_{i}", isLabelled: false)).ToArray();
        MakeFirstForm(home, requests);

        Assert.Equal(2, home.Append(LedgerFixture.Request("req_new"), requests[3], requests[0], LedgerFixture.Request("req_newer", requests[5].At)));

        Assert.Equal(Rows + 2L, home.Tamper("SELECT COUNT(*) FROM requests"));
        Assert.Equal((long)Rows, home.Tamper("SELECT COUNT(*) FROM requests_1"));
        Assert.Equal(Rows + 1L, home.Tamper("SELECT number FROM requests WHERE id = 'req_new'"));
        Assert.Equal(requests.Sum(request => request.Lines.Length) + 2L, home.Tamper("SELECT COUNT(*) FROM calls"));
        Assert.Equal(requests.Sum(request => request.Lines.Length) + 2L, home.Tamper("SELECT COUNT(*) FROM lines"));
        var verdict = home.Audit.Verify(null, null);
        Assert.Null(verdict.Problem);
        Assert.Equal(Rows + 2, verdict.Requests);
        Assert.Equal(LedgerSchema.Version.ToString(CultureInfo.InvariantCulture), home.Audit.Statistics().Single(figure => figure.Key == "form").Value);

        home.Tamper("DROP TRIGGER requests_are_not_changed; UPDATE requests_1 SET alias = 'another' WHERE number = 7");
        Assert.Contains("Row 7 ", home.Audit.Verify(null, null).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Retention_RemovesRowsOfBothForms()
    {
        using var home = new LedgerHome();
        MakeFirstForm(home, [.. Enumerable.Range(0, 10).Select(i => LedgerFixture.Request($"req_{i}", LedgerFixture.At.AddDays(-i)))]);
        home.Append([.. Enumerable.Range(10, 10).Select(i => LedgerFixture.Request($"req_{i}", LedgerFixture.At.AddDays(10 - i), model: $"model-{i}"))]);

        Assert.Equal(14, home.Store.Sweep(LedgerFixture.At.AddDays(-2)));

        Assert.Equal(3L, home.Tamper("SELECT COUNT(*) FROM requests_1"));
        Assert.Equal(6L, home.Tamper("SELECT COUNT(*) FROM lines"));
        // Words that no row has any more go too.
        Assert.Equal(3L, home.Tamper("SELECT COUNT(*) FROM call_words"));
        Assert.Equal(3L, home.Tamper("SELECT COUNT(*) FROM links"));
        var verdict = home.Audit.Verify(null, null);
        Assert.Null(verdict.Problem);
        Assert.Equal((6, 14), (verdict.Requests, verdict.Removed));
        Assert.Equal(1, home.Append(LedgerFixture.Request("req_after", model: "model-19")));
        Assert.Null(home.Audit.Verify(null, null).Problem);
    }

    [Fact]
    public void EveryValue_ComesBackFromTheRows()
    {
        var random = SeededRandom.From(6);
        using var home = new LedgerHome();
        var requests = Enumerable.Range(0, 300).Select(i => LedgerFixture.Random(random, $"req_{i}", isLabelled: false)).ToArray();
        home.Append(requests);
        using var file = LedgerFile.OpenToRead(home.File);
        using var rows = new LedgerRows(file);
        foreach (var request in requests)
        {
            Assert.True(rows.TryRead(out var row));
            var expected = ChainRow.For(request, row.UserKey, row.TagsKey);

            Assert.True(Hash(expected).AsSpan().SequenceEqual(Hash(row)), $"seed {random.Seed}, {request.Id}");
        }
        Assert.False(rows.TryRead(out _));

        static byte[] Hash(in ChainRow row)
        {
            var hash = new byte[HashChain.Length];
            new HashChain().Next(hash, row, hash);
            return hash;
        }
    }

    /// <summary>Puts a file of version 1 in the home's place, with the rows as that version wrote them.</summary>
    private static void MakeFirstForm(LedgerHome home, LedgerRequest[] requests)
    {
        using var source = new LedgerHome();
        source.Append(requests);
        Directory.CreateDirectory(home.Folder);
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_open(home.File, out var target));
        using (target)
        {
            // What was published is what is tested.
            Run(LedgerSchema.Steps[0]);
            Run($"""
                PRAGMA journal_mode = WAL;
                ATTACH '{source.File}' AS source;
                INSERT INTO versions VALUES (1, 0, 'the first');
                INSERT INTO settings SELECT * FROM source.settings;
                INSERT INTO personal SELECT * FROM source.personal;
                INSERT INTO hours SELECT at, caller, organisation, team, project, alias, operation, deployment, provider, model, status, kind, {RollupRow.Columns} FROM source.hours;
                INSERT INTO days SELECT at, caller, organisation, team, project, alias, operation, deployment, provider, model, status, kind, {RollupRow.Columns} FROM source.days;
                INSERT INTO heads SELECT * FROM source.heads;
                INSERT INTO lines SELECT * FROM source.lines;
                INSERT INTO requests SELECT number, id, at, caller, organisation, team, project, user_key, tags_key, alias, operation, deployment, provider, model,
                  status, outcome, error, stream, estimated, cost, saved, unpriced, duration_us, upstream_us, first_token_us, config_version, zeroblob(32) FROM source.requests;
                """);
            // Version 1 had a hash in each row.
            Chain(source);
        }

        void Run(string script) => Assert.True(raw.sqlite3_exec(target, script, out var message) == raw.SQLITE_OK, message);

        void Chain(LedgerHome from)
        {
            using var file = LedgerFile.OpenToRead(from.File);
            var chain = new HashChain();
            var heads = new Dictionary<long, byte[]>();
            using var genesis = file.Prepare("SELECT day, genesis FROM heads");
            while (genesis.Step())
            {
                heads[genesis.Number(0)] = genesis.Bytes(1).ToArray();
            }
            var script = new StringBuilder("DROP TRIGGER requests_are_not_changed;");
            using var rows = new LedgerRows(file);
            while (rows.TryRead(out var row))
            {
                var hash = heads[ChainHeads.DayOf(row.Request.At.ToUnixTimeMilliseconds())];
                chain.Next(hash, row, hash);
                script.Append("UPDATE requests SET hash = x'").Append(Convert.ToHexString(hash)).Append("' WHERE number = ").Append(rows.Number).Append(';');
            }
            foreach (var (day, hash) in heads)
            {
                script.Append("UPDATE heads SET hash = x'").Append(Convert.ToHexString(hash)).Append("' WHERE day = ").Append(day).Append(';');
            }
            script.Append("CREATE TRIGGER requests_are_not_changed BEFORE UPDATE ON requests BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;");
            Run(script.ToString());
        }
    }
}
