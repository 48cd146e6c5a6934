using System.Globalization;
using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Pipeline;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting.Ledger;

namespace AiGateway.Tests.Storage.Ledger;

/// <summary>Restatements and closed months: sums exact to the last digit, both values kept, closed figures never touched, and nothing changed unseen.</summary>
public abstract class CorrectionTests : IDisposable
{
    private static readonly DateTimeOffset October = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset November = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset December = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestClock _clock = new(new DateTimeOffset(2026, 11, 21, 12, 40, 0, TimeSpan.Zero));
    private readonly Lazy<ILedgerHome> _home;

    protected CorrectionTests() => _home = new Lazy<ILedgerHome>(() => Open(_clock));

    private ILedgerHome Home => _home.Value;

    /// <summary>Changes the tags of rows, as whoever has the store can.</summary>
    private protected abstract void ChangeLabels(ILedgerHome home, string before, string after);

    /// <summary>An empty ledger.</summary>
    private protected abstract ILedgerHome Open(TimeProvider clock);

    public void Dispose()
    {
        if (_home.IsValueCreated)
        {
            _home.Value.Dispose();
        }
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Restatement_ChangesTheSums_AndKeepsWhatWasRecorded()
    {
        // 60 plain, 40 cached, 10 out at 1, 0.5 and 2 a million: 0.0001.
        Home.Append(
            LedgerFixture.Request("a", November.AddDays(2), cost: 0.000123m), LedgerFixture.Request("b", November.AddDays(3), team: "shop", unpriced: "no price for openai/gpt"),
            LedgerFixture.Request("c", November.AddDays(4), model: "other", cost: 7));
        var before = ReportOf(November, December);

        var effect = Restate(November, December);

        Assert.Equal((2, 2, 0.000123m, 0.0002m), (effect.Total.Calls, effect.Total.Changed, effect.Total.Before, effect.Total.After));
        var after = ReportOf(November, December);
        Assert.Equal(7.0002m, after.Total.Cost);
        Assert.Equal((0, 0L), (after.Total.Unpriced, after.Total.UnpricedTokens));
        Assert.Equal(3, after.Total.Requests);
        Assert.Empty(after.Adjustments);
        var recorded = ReportOf(November, December, ("as_of", "recorded"));
        Assert.Equal((before.Total.Cost, before.Total.Unpriced), (recorded.Total.Cost, recorded.Total.Unpriced));
        Assert.Equal(0.000123m, Home.Reader.Sum(new LedgerQuery { From = November, To = December, Where = Model("gpt"), AsOf = _clock.GetUtcNow().AddSeconds(-1) })[0].Sums.Cost);
        Assert.Null(Home.Audit.Verify(null, null).Problem);
        Assert.Equal(1, Home.Audit.Verify(null, null).Corrections);
    }

    [Fact]
    public void Restatement_Twice_DoesNothingTheSecondTime()
    {
        Home.Append(LedgerFixture.Request("a", November.AddDays(2)));
        Assert.NotNull(Restate(November, December).Entry);
        var version = Home.Reader.Version();

        var again = Restate(November, December);

        Assert.Null(again.Entry);
        Assert.Equal(0, again.Total.Changed);
        Assert.Equal(version, Home.Reader.Version());
    }

    [Fact]
    public void Restatement_OfARestatedCall_BeginsWithWhatItCountsAs()
    {
        Home.Append(LedgerFixture.Request("a", November.AddDays(2)));
        Restate(November, December);
        var second = Restate(November, December, input: "3");

        Assert.Equal((0.0001m, 0.00022m), (second.Entry!.CostBefore, second.Entry.CostAfter));
        Assert.Equal(0.00022m, ReportOf(November, December).Total.Cost);
        Assert.Equal(0.0001m, ReportOf(November, December, ("as_of", ReportColumns.Time(second.Entry.At.AddSeconds(-1)))).Total.Cost + 0.0001m - 0.000123m);
        Assert.Null(Home.Audit.Verify(null, null).Problem);
    }

    [Fact]
    public void DryRun_SaysTheEffectByTeam_AndWritesNothing()
    {
        Home.Append(LedgerFixture.Request("a", November.AddDays(2)), LedgerFixture.Request("b", November.AddDays(2), team: "shop"), LedgerFixture.Request("c", October.AddDays(2), team: "shop"));
        var version = Home.Reader.Version();

        var effect = Restate(November, December, isDryRun: true);

        Assert.Equal(["payments", "shop"], effect.Groups.Keys.Select(static group => group.Team).Order());
        Assert.All(effect.Groups.Values, static group => Assert.Equal(0.0001m, group.After));
        Assert.Null(effect.Entry);
        Assert.Equal(version, Home.Reader.Version());
        Assert.Equal(0.000246m, ReportOf(November, December).Total.Cost);
    }

    [Fact]
    public void SumsByTag_CanBeGroupedFilteredAndRestated()
    {
        Home.Append(
            LedgerFixture.Request("a", November.AddDays(2), labels: "application=chat;env=prod", cost: 1), LedgerFixture.Request("b", November.AddDays(2), labels: "application=chat;env=test", cost: 2),
            LedgerFixture.Request("c", November.AddDays(2), labels: "application=a%3Bb", cost: 4), LedgerFixture.Request("d", November.AddDays(2), cost: 8));

        string[] By(string by, params (string Name, string Value)[] more) =>
            [.. ReportOf(November, December, [("by", by), .. more]).Rows.Select(static row => $"{string.Join('|', row.Keys)} {UsdText.Format(row.Sums.Cost)}")];
        Assert.Equal([" 8", "a;b 4", "chat 3"], By("tag:application"));
        Assert.Equal(["chat|test|payments 2", "chat|prod|payments 1"], By("tag:application,tag:env,team", ("tag", "application=chat")));
        Assert.Equal(["payments 9"], By("team", ("tag", "application=chat"), ("tag", "application="), ("tag", "env=prod"), ("tag", "env=")));
        Assert.Equal(["a;b 4"], By("tag:application", ("tag", "application=a;b")));
        Assert.Equal([" 15"], By("tag:no-such"));
        Restate(November, December);
        Assert.Equal(["chat 0.0002", " 0.0001", "a;b 0.0001"], By("tag:application"));
        Assert.Null(Home.Audit.Verify(null, null).Problem);
        ChangeLabels(Home, "application=chat;env=prod", "application=other");
        Assert.NotNull(Home.Audit.Verify(null, null).Problem);
    }

    [Theory]
    [InlineData("tag", "application", "'tag' is 'application'")]
    [InlineData("tag", "=chat", "'tag' is '=chat'")]
    [InlineData("by", "tag:", "'by' names 'tag:'")]
    [InlineData("by", "tag:a b", "'by' names 'tag:a b'")]
    [InlineData("by", "tag:x'; DROP TABLE hours; --", "'by' names")]
    [InlineData("currency", "eur", "'currency' is 'eur'")]
    public void WrongParameters_SayTheWayOut(string name, string value, string said)
    {
        Assert.Null(ReportQuery.TryRead(asked => asked == name ? [value] : [], _clock.GetUtcNow(), ReportFormat.Json, out var problem));
        Assert.Contains(said, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void PriceThatIsGone_LeavesTheCostAsItWas()
    {
        Home.Append(LedgerFixture.Request("a", November.AddDays(2), model: "vanished"));

        var effect = Restate(November, December, model: "vanished");

        Assert.Null(effect.Entry);
        Assert.Equal(1, Assert.Single(effect.Left).Value);
    }

    [Fact]
    public void ClosedMonth_KeepsItsReport_ByteForByte()
    {
        Home.Append(LedgerFixture.Request("a", October.AddDays(2), team: "shop"), LedgerFixture.Request("b", November.AddDays(-1), cost: 2), LedgerFixture.Request("c", November.AddDays(2)));
        Restate(October, November);
        Close("2026-10");
        var (table, json) = Texts();

        var restated = Restate(October, December, input: "5");
        Home.Append(LedgerFixture.Request("late", October.AddDays(20), team: "late team", cost: 11), LedgerFixture.Request("d", November.AddDays(5)));
        _clock.Advance(TimeSpan.FromDays(40));
        Close("2026-11");
        Restate(October, December, input: "6");

        Assert.Equal((table, json), Texts());
        Assert.Equal(2, restated.Closed);

        (string Table, string Json) Texts()
        {
            var report = ReportOf(October, November, ("by", "team,model"));
            return (ReportTable.Write(report), ReportJson.Format(report));
        }
    }

    [Fact]
    public void ClosedMonth_IsCorrectedInTheNext()
    {
        Home.Append(LedgerFixture.Request("a", October.AddDays(2), team: "shop"), LedgerFixture.Request("n", November.AddDays(2), team: "shop", cost: 3));
        Close("2026-10");
        Restate(October, November);
        Home.Append(LedgerFixture.Request("late", October.AddDays(20), team: "latecomers", cost: 11));

        var november = ReportOf(November, December, ("by", "team"));

        Assert.Equal(3, november.Total.Cost);
        Assert.Equal(1, november.Total.Requests);
        Assert.Equal(11 - 0.000023m, november.Total.Adjustments);
        Assert.Equal([("latecomers", 0m, 11m), ("shop", 3m, -0.000023m)], november.Rows.Select(static row => (row.Keys[0], row.Sums.Cost, row.Sums.Adjustments)).Order());
        Assert.Equal(
            ["latecomers 2026-10 late 1 11", "shop 2026-10 restatement 2 0 -0.000023"],
            november.Adjustments.Select(static group => string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', group.Keys)} {group.Sums.Requests} {UsdText.Format(group.Sums.Cost)}")).Order(StringComparer.Ordinal));
        Assert.Equal("2026-11-21", ReportOf(November, December, ("by", "day")).Adjustments[0].Keys[0]);
        Assert.Contains("Adjustments of closed months", ReportTable.Write(november), StringComparison.Ordinal);
        Assert.Equal(11, ReportOf(November, December, ("as_of", "recorded")).Total.Adjustments);
        Assert.Null(Home.Audit.Verify(null, null).Problem);
    }

    [Fact]
    public void CorrectionAfterTheNextMonthIsOver_IsBookedInItsLastHour()
    {
        Home.Append(LedgerFixture.Request("a", October.AddDays(2)));
        Close("2026-10");
        _clock.Advance(TimeSpan.FromDays(60));

        Assert.Equal(December.AddHours(-1), Restate(October, November).BookedAt);
        Assert.Equal(-0.000023m, ReportOf(November, December).Total.Adjustments);
        Assert.Equal(0, ReportOf(December, December.AddMonths(2)).Total.Adjustments);
    }

    [Theory]
    [InlineData("2026-13", null, "no month")]
    [InlineData("1066-10", null, "no month")]
    [InlineData("'; DROP TABLE corrections; --", null, "no month")]
    [InlineData("2026-11", null, "not over before 2026-12-01T00:00:00Z")]
    [InlineData("9000-12", null, "not over")]
    [InlineData("2026-10", "Mars/Olympus", "no time zone")]
    public void MonthThatCannotBeClosed_SaysWhy(string month, string? zone, string said)
    {
        Home.Append(LedgerFixture.Request("a", October));
        using var store = Home.CorrectionsToWrite();

        Assert.Contains(said, new PeriodCloser(store, _clock).Close(month, zone, "eve", null, out var entry), StringComparison.Ordinal);
        Assert.Null(entry);
        Assert.Empty(store.All());
    }

    [Fact]
    public void Closing_Twice_OrInAnotherZone_IsRefused()
    {
        Home.Append(LedgerFixture.Request("a", October));
        using var store = Home.CorrectionsToWrite();
        var closer = new PeriodCloser(store, _clock);
        Assert.Null(closer.Close("2026-09", "Europe/Berlin", "eve", null, out _));

        Assert.Contains("by eve", closer.Close("2026-09", null, "bob", null, out _), StringComparison.Ordinal);
        Assert.Contains("is closed", closer.Close("2026-01", null, "bob", null, out _), StringComparison.Ordinal);
        Assert.Contains("closed by Europe/Berlin", closer.Close("2026-10", "UTC", "bob", null, out _), StringComparison.Ordinal);
        Assert.Null(closer.Close("2026-10", null, "bob", null, out var entry));
        // October has the hour that clocks go back: its last hour is 22:00 to 23:00 UTC.
        Assert.Equal((October.AddHours(-2), November.AddHours(-1)), (entry!.From, entry.To));
    }

    [Theory]
    [InlineData("Europe/Berlin", 60)]
    [InlineData("Asia/Kolkata", 330)]
    [InlineData("Asia/Kathmandu", 345)]
    public void Boundary_OfAClosedMonthInAZone_IsExact(string zone, int minutes)
    {
        Home.Append(LedgerFixture.Request("a", October));
        Close("2026-10", zone);

        // In Berlin 22:59:59 UTC is still October, 23:00 is November.
        var begins = November.AddMinutes(-minutes);
        Home.Append(LedgerFixture.Request("before", begins.AddMilliseconds(-1), cost: 5), LedgerFixture.Request("after", begins, cost: 7));

        var november = ReportOf("2026-11-01", "2026-12-01", ("tz", zone));
        Assert.Equal((7, 5), (november.Total.Cost, november.Total.Adjustments));
        Assert.Equal("2026-10", Assert.Single(november.Adjustments).Keys[^2]);
    }

    [Fact]
    public void KilledRestatement_CountsNowhere_AndTheNextIsWhole()
    {
        Home.Append([.. Enumerable.Range(0, 10).Select(i => LedgerFixture.Request($"r{i}", November.AddDays(1).AddMinutes(i)))]);
        using (var store = Home.CorrectionsToWrite())
        {
            var requests = store.Read(November, December).Single().Take(5).ToList();
            var lines = requests.ConvertAll(static booked => new RestatedLine(booked.Node, booked.Number, booked.Request.Id, 0, booked.Costs[0]!, booked.Costs[0]! with { Total = 99 }));
            var sums = new AdjustmentSums();
            sums.Add(November.ToUnixTimeMilliseconds(), November.ToUnixTimeMilliseconds(), requests[0].Request, requests[0].Request.Lines[0], lines[0]);
            store.Stage(lines, sums);
        }
        Assert.Equal(0.00123m, ReportOf(November, December).Total.Cost);
        Assert.Null(Home.Audit.Verify(null, null).Problem);

        Assert.Equal(10, Restate(November, December).Entry!.Lines);

        Assert.Equal(0.001m, ReportOf(November, December).Total.Cost);
        Assert.Null(Home.Audit.Verify(null, null).Problem);
    }

    [Fact]
    public void SecondWriter_IsTurnedAway()
    {
        Home.Append(LedgerFixture.Request("a"));
        using var first = Home.CorrectionsToWrite();

        Assert.Contains("being made", Assert.Throws<LedgerStoreException>(() => Home.CorrectionsToWrite()).Message, StringComparison.Ordinal);
        first.Dispose();
        using var second = Home.CorrectionsToWrite();
    }

    [Fact]
    public void LedgerThatIsNotThere_HasNoCorrections()
    {
        Assert.Contains("no ledger", Assert.Throws<LedgerStoreException>(() => Home.CorrectionsToWrite()).Message, StringComparison.Ordinal);
        Assert.Contains("no ledger", Assert.Throws<LedgerStoreException>(() => Home.Corrections()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE corrections SET made_by = 'nobody' WHERE place = 2", "corrections_are_not_changed", "Correction 2")]
    [InlineData("UPDATE corrections SET reason = NULL WHERE place = 1", "corrections_are_not_changed", "Correction 1")]
    [InlineData("DELETE FROM corrections WHERE place = 1", "corrections_are_not_removed", "Correction 1 is missing")]
    [InlineData("DELETE FROM corrections WHERE place = 2", "corrections_are_not_removed", "at the end are missing")]
    [InlineData("DELETE FROM corrections", "corrections_are_not_removed", "All corrections are missing")]
    [InlineData("UPDATE restated_lines SET cost = '0.5' WHERE number = 1", "restated_lines_are_not_changed", "calls of restatement 1")]
    [InlineData("UPDATE restated_lines SET cost_input = 'NaN' WHERE number = 1", "restated_lines_are_not_changed", "never written")]
    [InlineData("DELETE FROM restated_lines WHERE number = 1", "restated_lines_are_not_removed", "calls of restatement 1")]
    [InlineData("UPDATE ADJUSTMENTS SET cost = '-3' WHERE correction = 1", null, "sums of restatement 1")]
    public void Tampering_IsFound(string text, string? trigger, string said)
    {
        Home.Append(LedgerFixture.Request("a", October.AddDays(2)), LedgerFixture.Request("b", October.AddDays(3)));
        Restate(October, November);
        Close("2026-10");
        if (trigger is not null)
        {
            Assert.Contains("append-only", Assert.ThrowsAny<Exception>(() => Home.Tamper(text)).Message, StringComparison.Ordinal);
            Home.DropTrigger(text.Contains("restated_lines", StringComparison.Ordinal) ? "restated_lines" : "corrections", trigger);
        }

        Home.Tamper(text.Replace("ADJUSTMENTS", Home is LedgerHome ? "adjustments" : "adjustment_sums", StringComparison.Ordinal));

        Assert.Contains(said, Home.Audit.Verify(null, null).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RestatingAndClosing_BesideAppends_LosesNoDigit()
    {
        var random = SeededRandom.From(20261121);
        var expected = 0m;
        LedgerRequest Next(int i)
        {
            var cost = LedgerFixture.Amount(random);
            expected += cost;
            return LedgerFixture.Request($"r{i}", October.AddMinutes(random.Next(60 * 24 * 50)), team: random.OneOf(["a", "b", "c"]), cost: cost);
        }
        Home.Append([.. Enumerable.Range(0, 3_000).Select(Next)]);
        var batches = Enumerable.Range(0, 40).Select(batch => Enumerable.Range(0, 25).Select(i => Next(10_000 + (batch * 25) + i)).ToArray()).ToList();

        var appends = Task.Run(() => batches.ForEach(batch => Home.Append(batch)), TestContext.Current.CancellationToken);
        var changed = 0m;
        for (var round = 0; round < 6; round++)
        {
            var total = Restate(October, December, input: (round + 1).ToString(CultureInfo.InvariantCulture)).Total;
            changed += total.After - total.Before;
            if (round == 2)
            {
                Close("2026-10");
            }
        }
        await appends;

        var all = ReportOf(October, December);
        Assert.Equal(4_000, all.Total.Requests + all.Adjustments.Sum(static group => group.Sums.Requests));
        Assert.True(expected + changed == all.Total.Cost + all.Total.Adjustments, $"seed {random.Seed}: {expected + changed} is not {all.Total.Cost + all.Total.Adjustments}");
        // Once more: all that is there costs the same now.
        var last = Restate(October, December, input: "6").Total;
        Assert.Equal(4_000, last.Calls);
        Assert.Equal(4_000 * 0.0004m, last.After);
        var end = ReportOf(October, December);
        Assert.Equal(4_000 * 0.0004m, end.Total.Cost + end.Total.Adjustments);
        Assert.Null(Home.Audit.Verify(null, null).Problem);
    }

    private static Dictionary<LedgerDimension, IReadOnlyList<string>> Model(string name) => new() { [LedgerDimension.Model] = [name] };

    private RestatementEffect Restate(DateTimeOffset from, DateTimeOffset to, string input = "1", string model = "gpt", bool isDryRun = false)
    {
        using var store = isDryRun ? Home.Corrections() : Home.CorrectionsToWrite();
        return LedgerFixture.Restate(store, _clock, from, to, input, model, isDryRun);
    }

    private void Close(string month, string? zone = null)
    {
        using var store = Home.CorrectionsToWrite();
        Assert.Null(new PeriodCloser(store, _clock).Close(month, zone, "eve", "month end", out _));
    }

    private Report ReportOf(DateTimeOffset from, DateTimeOffset to, params (string Name, string Value)[] more) => ReportOf(ReportColumns.Time(from), ReportColumns.Time(to), more);

    private Report ReportOf(string from, string to, params (string Name, string Value)[] more)
    {
        (string Name, string Value)[] all = [("from", from), ("to", to), .. more];
        var query = ReportQuery.TryRead(name => all.Where(pair => pair.Name == name).Select(static pair => pair.Value), _clock.GetUtcNow(), ReportFormat.Json, out var problem);
        Assert.Null(problem);
        return ReportMaker.Make(Home.Reader, query!, _clock.GetUtcNow());
    }
}
