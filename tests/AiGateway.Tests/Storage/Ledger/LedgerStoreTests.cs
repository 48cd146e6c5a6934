using System.Globalization;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting.Ledger;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>What both stores of the ledger promise: each request once, sums to the last digit, whatever names and times callers bring.</summary>
public abstract class LedgerStoreTests
{
    /// <summary>An empty ledger.</summary>
    private protected abstract ILedgerHome Open();

    [Fact]
    public void SameRequestAgain_CountsOnce()
    {
        using var home = Open();

        Assert.Equal(2, home.Append(LedgerFixture.Request("req_1"), LedgerFixture.Request("req_2"), LedgerFixture.Request("req_1", cost: 99)));
        Assert.Equal(1, home.Append(LedgerFixture.Request("req_2", cost: 99), LedgerFixture.Request("req_3")));

        var sums = Assert.Single(home.Sum()).Sums;
        Assert.Equal(3, sums.Requests);
        Assert.Equal(0.000369m, sums.Cost);
        Assert.Null(home.Audit.Verify(null, null).Problem);
    }

    [Fact]
    public void RandomRequests_SumsAreExact_InEveryDivision()
    {
        var random = SeededRandom.From(11);
        using var home = Open();
        var all = Enumerable.Range(0, 600).Select(i => LedgerFixture.Random(random, $"req_{i}")).ToArray();
        foreach (var chunk in all.Chunk(97))
        {
            home.Append(chunk);
        }
        var expected = all.Sum(request => request.Cost);

        foreach (var by in (LedgerDimension[][])[[], [LedgerDimension.Team], [LedgerDimension.Model, LedgerDimension.Status], [LedgerDimension.Day], [LedgerDimension.Hour], [LedgerDimension.Month, LedgerDimension.Kind]])
        {
            var total = ReportMaker.SumOf(home.Sum(by));
            Assert.True(expected == total.Cost, $"seed {random.Seed}: {expected} and {total.Cost} by {string.Join(',', by)}");
            Assert.Equal(all.Length, total.Requests);
            Assert.Equal(all.Sum(request => request.Lines.Length), total.Calls);
            Assert.Equal(all.Sum(request => request.Lines.Sum(line => line.Usage?.InputTokens ?? 0)), total.Input);
            Assert.Equal(all.Sum(request => request.Saved), total.Saved);
        }
        Assert.Null(home.Audit.Verify(null, null).Problem);
    }

    [Fact]
    public void DaysAndMonths_AreExact_InEveryZone()
    {
        var random = SeededRandom.From(12);
        using var home = Open();
        // Over the changes of the clocks of 2026, half of them close to where a sum may begin.
        var (from, days) = (new DateTimeOffset(2026, 3, 20, 0, 0, 0, TimeSpan.Zero), 240);
        var all = Enumerable.Range(0, 800).Select(i => LedgerFixture.Request(
            $"req_{i}", from.AddMilliseconds(random.Chance(0.5) ? random.NextInt64(days * 86_400_000L) : (random.NextInt64(days * 96) * 900_000L) + random.Next(-3, 3)),
            cost: random.Next(1_000_000) / 1_000_000_000m)).ToArray();
        foreach (var chunk in all.Chunk(300))
        {
            home.Append(chunk);
        }

        foreach (var name in (string[])["UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Kabul", "Asia/Yangon", "America/St_Johns", "Australia/Adelaide", "Australia/Eucla", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Marquesas"])
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
            string DayOf(LedgerRequest request) => TimeZoneInfo.ConvertTime(request.At, zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            var byDay = home.Reader.Sum(new LedgerQuery { From = from.AddDays(-2), To = from.AddDays(days + 2), Zone = zone, By = [LedgerDimension.Day] });
            Assert.Equal(
                all.GroupBy(DayOf).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (group.Key, (long)group.Count(), group.Sum(request => request.Cost))),
                byDay.OrderBy(group => group.Keys[0], StringComparer.Ordinal).Select(group => (group.Keys[0], group.Sums.Requests, group.Sums.Cost)));

            var (begin, end) = (PeriodWords.InstantOf(new DateTime(2026, 6, 1), zone), PeriodWords.InstantOf(new DateTime(2026, 7, 1), zone));
            var june = ReportMaker.SumOf(home.Reader.Sum(new LedgerQuery { From = begin, To = end, Zone = zone }));
            Assert.True(all.Where(request => request.At >= begin && request.At < end).Sum(request => request.Cost) == june.Cost, $"seed {random.Seed}: June in {name}");
        }
    }

    [Fact]
    public void HostileNames_AreValuesAndNothingElse()
    {
        using var home = Open();
        string[] names = ["'; DROP TABLE requests; --", "\" OR 1=1 --", "?1", "%", "a\0b", "наме 🙂", "=1+1", new string('n', 5000)];
        home.Append([.. names.Select((name, i) => LedgerFixture.Request($"req_{i}", team: name, model: name, caller: name, user: name, tags: $"{{\"t\":\"{i}\"}}"))]);

        foreach (var name in names)
        {
            var sums = home.Reader.Sum(new LedgerQuery
            {
                From = LedgerFixture.At.AddHours(-1).AddMinutes(-30),
                To = LedgerFixture.At.AddHours(1).AddMinutes(30),
                By = [LedgerDimension.Model],
                Where = new Dictionary<LedgerDimension, IReadOnlyList<string>> { [LedgerDimension.Team] = [name], [LedgerDimension.Caller] = [name] },
            });
            Assert.Equal(1, Assert.Single(sums).Sums.Requests);
        }
        Assert.Null(home.Audit.Verify(null, null).Problem);
        Assert.Equal(names.Length, home.Audit.Verify(null, null).Requests);
    }

    [Fact]
    public void ClocksThatJump_KeepEachRequestInItsOwnDay()
    {
        using var home = Open();
        DateTimeOffset[] times = [LedgerFixture.At, LedgerFixture.At.AddYears(30), DateTimeOffset.UnixEpoch.AddDays(-3).AddHours(5), LedgerFixture.At.AddDays(-1), LedgerFixture.At, DateTimeOffset.UnixEpoch];
        for (var i = 0; i < times.Length; i++)
        {
            home.Append(LedgerFixture.Request($"req_{i}", times[i]));
        }
        var verdict = home.Audit.Verify(null, null);

        Assert.Null(verdict.Problem);
        Assert.Equal(5, verdict.Days);
        var days = home.Reader.Sum(new LedgerQuery { From = DateTimeOffset.UnixEpoch.AddDays(-10), To = LedgerFixture.At.AddYears(31).AddMinutes(-30), By = [LedgerDimension.Day] });
        Assert.Equal(["1969-12-29", "1970-01-01", "2026-11-20", "2026-11-21", "2056-11-21"], days.Select(day => day.Keys[0]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Intents_GoWithTheirRecord_AndBecomeEstimatesWithoutOne()
    {
        using var home = Open();
        var batch = new LedgerBatch();
        batch.Intents.AddRange([Intent("req_a", 0), Intent("req_b", 0), Intent("req_b", 1), Intent("req_c", 0)]);
        home.Store.Append(batch);
        home.Append(LedgerFixture.Request("req_a"));
        // Read again after a kill: the record is there, the intent must not come back.
        home.Store.Append(batch);

        Assert.Equal(0, home.Store.SettleIntents("another process"));
        Assert.Equal(2, home.Store.SettleIntents("process"));
        Assert.Equal(0, home.Store.SettleIntents("process"));
        Assert.Equal(3L, home.Tamper("SELECT COUNT(*) FROM requests"));
        Assert.Equal("lost", home.Tamper("SELECT outcome FROM requests WHERE id = 'req_b'"));
        Assert.Equal(2L, home.Tamper("SELECT COUNT(*) FROM calls WHERE id = 'req_b' AND estimated"));
        Assert.Null(home.Audit.Verify(null, null).Problem);

        static LedgerIntent Intent(string id, int line) => new(
            new LedgerRequest { Id = id, At = LedgerFixture.At, Caller = "key", Operation = "chat_completions", Outcome = LedgerWords.Lost, ConfigVersion = "1", Lines = [LedgerFixture.Line(estimated: true)] }, line, "process");
    }

    [Fact]
    public void NewerForm_IsRefused_AndLeftAlone()
    {
        using var home = Open();
        home.Append(LedgerFixture.Request("req_1"));
        home.Store.Dispose();
        home.Tamper("INSERT INTO versions (version, at, program) SELECT 99, MAX(at), 'from the future' FROM versions");

        var refused = Assert.Throws<LedgerStoreException>(() => home.Append(LedgerFixture.Request("req_2")));
        Assert.Contains("form 99", refused.Message, StringComparison.Ordinal);
        Assert.Contains("form 99", Assert.Throws<LedgerStoreException>(() => home.Sum()).Message, StringComparison.Ordinal);
        Assert.Equal(1L, home.Tamper("SELECT COUNT(*) FROM requests"));
    }

    [Fact]
    public void Erasure_SeversTheUser_AndLeavesAWholeChain()
    {
        using var home = Open();
        home.Append(
            LedgerFixture.Request("req_1", user: "maria@example.com", tags: """{"owner":"maria@example.com"}"""),
            LedgerFixture.Request("req_2", user: "someone-else", tags: """{"owner":"someone-else"}"""));
        Assert.Equal("maria@example.com", home.Tamper("SELECT \"user\" FROM calls WHERE id = 'req_1'"));

        Assert.Equal(2, home.Audit.Erase("maria@example.com"));

        Assert.Equal(DBNull.Value, home.Tamper("SELECT \"user\" FROM calls WHERE id = 'req_1'"));
        Assert.Equal("someone-else", home.Tamper("SELECT \"user\" FROM calls WHERE id = 'req_2'"));
        Assert.Null(home.Audit.Verify(null, null).Problem);
        Assert.Equal(0, home.Audit.Erase("maria@example.com"));

        // Whoever comes again is someone new.
        home.Append(LedgerFixture.Request("req_3", user: "maria@example.com"));
        Assert.Equal(DBNull.Value, home.Tamper("SELECT \"user\" FROM calls WHERE id = 'req_1'"));
        Assert.Equal("maria@example.com", home.Tamper("SELECT \"user\" FROM calls WHERE id = 'req_3'"));
    }
}
