using System.Text.Json;
using AiGateway.Accounting.Reports;
using AiGateway.Tests.Accounting.Ledger;
using AiGateway.Tests.Storage.Ledger;

namespace AiGateway.Tests.Accounting.Reports;

/// <summary>Reports: periods in any time zone, comparison, forecast, and cells that no spreadsheet obeys.</summary>
public sealed class ReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-11-01", "2026-12-01", null, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")]
    [InlineData(null, null, null, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")]
    [InlineData("today", "tomorrow", "Europe/Berlin", "2026-11-20T23:00:00Z", "2026-11-21T23:00:00Z")]
    [InlineData("2026-10-25", "2026-10-26", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]
    [InlineData("2026-03-29", "2026-03-30", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData("2026-09-06", "2026-09-07", "America/Santiago", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z")]
    [InlineData("last-month", "this-month", "America/New_York", "2026-10-01T04:00:00Z", "2026-11-01T04:00:00Z")]
    [InlineData("2026-10-01", "2026-11-01", "Asia/Kolkata", "2026-09-30T18:30:00Z", "2026-10-31T18:30:00Z")]
    [InlineData("2026-11-21T06:00:00+02:00", "2026-11-21T10:00Z", null, "2026-11-21T04:00:00Z", "2026-11-21T10:00:00Z")]
    public void Periods_AreReadInTheirZone(string? from, string? to, string? zone, string expectedFrom, string expectedTo)
    {
        var query = Read(out var problem, ("from", from), ("to", to), ("tz", zone));

        Assert.Null(problem);
        Assert.Equal(expectedFrom, ReportColumns.Time(query!.Sums.From));
        Assert.Equal(expectedTo, ReportColumns.Time(query.Sums.To));
    }

    [Theory]
    [InlineData("from", "yesteryear", "'from'")]
    [InlineData("from", "2026-11-21T06:00:00", "'from'")]
    [InlineData("from", "2026-12-01", "not before")]
    [InlineData("from", "0001-01-01", "longer than")]
    [InlineData("from", "2026-11-21T06:30:00Z", "by the hour")]
    [InlineData("tz", "Mars/Olympus", "IANA")]
    [InlineData("tz", "../../etc/passwd", "IANA")]
    [InlineData("by", "team,shoe-size", "shoe-size")]
    [InlineData("format", "xml", "table, csv, json")]
    [InlineData("limit", "-1", "whole number")]
    [InlineData("offset", "99999999999", "whole number")]
    public void WrongParameters_SayTheWayOut(string name, string value, string said)
    {
        Assert.Null(Read(out var problem, (name, value)));
        Assert.Contains(said, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void DaysOfATimeZone_BeginAtItsMidnight_AndTheLongDayHas25Hours()
    {
        using var home = new LedgerHome();
        var midnight = new DateTimeOffset(2026, 10, 24, 22, 0, 0, TimeSpan.Zero);
        home.Append([.. Enumerable.Range(-1, 27).Select(hour => LedgerFixture.Request($"req_{hour}", midnight.AddHours(hour)))]);
        var query = Read(out _, ("from", "2026-10-24"), ("to", "2026-10-27"), ("tz", "Europe/Berlin"), ("by", "day"))!;

        var rows = ReportMaker.Make(home.Reader, query, Now).Rows.ToDictionary(row => row.Keys[0], row => row.Sums.Requests);

        Assert.Equal(new Dictionary<string, long> { ["2026-10-24"] = 1, ["2026-10-25"] = 25, ["2026-10-26"] = 1 }, rows);
        var hours = ReportMaker.Make(home.Reader, query with { Sums = query.Sums with { By = [LedgerDimension.Hour] } }, Now).Rows;
        Assert.Equal(27, hours.Count);
        Assert.Equal(hours.Select(row => row.Keys[0]).Distinct().Count(), hours.Count);
    }

    [Fact]
    public void HoursInAZoneOfHalfHours_AreThoseOfUtc_AndDaysWithThemAreItsOwn()
    {
        using var home = new LedgerHome();
        var midnight = new DateTimeOffset(2026, 11, 19, 18, 30, 0, TimeSpan.Zero);
        home.Append(LedgerFixture.Request("a", midnight.AddMinutes(-1)), LedgerFixture.Request("b", midnight), LedgerFixture.Request("c", midnight.AddMinutes(29)), LedgerFixture.Request("d", midnight.AddMinutes(30)));
        var query = Read(out _, ("from", "2026-11-19"), ("to", "2026-11-21"), ("tz", "Asia/Kolkata"), ("by", "hour"))!;

        Assert.Equal(
            [("2026-11-19T23:30+05:30", 3L), ("2026-11-20T00:30+05:30", 1L)],
            ReportMaker.Make(home.Reader, query, Now).Rows.Select(row => (row.Keys[0], row.Sums.Requests)));
        Assert.Equal(
            [("2026-11-19", "2026-11-19T23:30+05:30", 1L), ("2026-11-20", "2026-11-19T23:30+05:30", 2L), ("2026-11-20", "2026-11-20T00:30+05:30", 1L)],
            ReportMaker.Make(home.Reader, query with { Sums = query.Sums with { By = [LedgerDimension.Day, LedgerDimension.Hour] } }, Now).Rows.Select(row => (row.Keys[0], row.Keys[1], row.Sums.Requests)));
    }

    [Fact]
    public void RunningMonth_IsComparedWithTheSamePart_AndForecast()
    {
        using var home = new LedgerHome();
        home.Append(
            LedgerFixture.Request("a", new DateTimeOffset(2026, 10, 5, 0, 0, 0, TimeSpan.Zero), team: "a", cost: 2),
            LedgerFixture.Request("b", new DateTimeOffset(2026, 10, 30, 0, 0, 0, TimeSpan.Zero), team: "a", cost: 100),
            LedgerFixture.Request("c", new DateTimeOffset(2026, 11, 5, 0, 0, 0, TimeSpan.Zero), team: "a", cost: 3),
            LedgerFixture.Request("d", new DateTimeOffset(2026, 11, 6, 0, 0, 0, TimeSpan.Zero), team: "b", cost: 38, status: 500),
            LedgerFixture.Request("e", new DateTimeOffset(2026, 11, 6, 0, 0, 0, TimeSpan.Zero), team: "b", model: "mystery", unpriced: "not in the list"));

        var report = ReportMaker.Make(home.Reader, Read(out _, ("by", "team"))!, Now);

        Assert.Equal(41, report.Total.Cost);
        Assert.Equal(2, report.PreviousTotal!.Cost);
        Assert.Equal(60, report.Forecast);
        Assert.Equal([("b", 38m), ("a", 1m)], report.Movers.Select(mover => (mover.Keys[0], mover.Change)));
        Assert.Equal(["b", "a"], report.Rows.Select(row => row.Keys[0]));
        var unpriced = Assert.Single(report.Unpriced);
        Assert.Equal(["openai", "mystery"], unpriced.Keys);
        Assert.Equal(110, unpriced.Sums.UnpricedTokens);
        using var json = JsonDocument.Parse(ReportJson.Format(report));
        Assert.Equal("41", json.RootElement.GetProperty("total").GetProperty("cost_usd").GetString());
        Assert.Contains("mystery", ReportTable.Write(report), StringComparison.Ordinal);
    }

    [Fact]
    public void FilterByEveryDimension_AndByNone()
    {
        using var home = new LedgerHome();
        home.Append(LedgerFixture.Request("a", team: "a"), LedgerFixture.Request("b", team: null, status: 404));
        foreach (var (dimension, value, expected) in ((LedgerDimension, string, long)[])
            [(LedgerDimension.Team, "a", 1), (LedgerDimension.Team, "", 1), (LedgerDimension.Caller, "key", 2), (LedgerDimension.Organisation, "acme", 2), (LedgerDimension.Project, "checkout", 2),
             (LedgerDimension.Alias, "fast", 2), (LedgerDimension.Operation, "chat_completions", 2), (LedgerDimension.Deployment, "dep-gpt", 2), (LedgerDimension.Provider, "openai", 2),
             (LedgerDimension.Model, "gpt", 2), (LedgerDimension.Status, "4xx", 1), (LedgerDimension.Kind, "answer", 2), (LedgerDimension.Kind, "retry", 0)])
        {
            var report = ReportMaker.Make(home.Reader, Read(out _, (LedgerDimensions.NameOf(dimension), value))!, Now);
            Assert.True(expected == report.Total.Requests, $"{dimension}={value}: {report.Total.Requests}");
        }
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tx", "'\tx")]
    [InlineData("\rx", "'\rx")]
    [InlineData("plain", "plain")]
    [InlineData("a=b", "a=b")]
    public void CellsThatLookLikeFormulas_AreTexts(string name, string cell) => Assert.Equal(cell, ReportCsv.Safe(name));

    [Fact]
    public void Csv_QuotesWhatNeedsIt()
    {
        var row = ReportCsv.Row(new LedgerGroup(["a,\"b\"\r\nc", ""], new LedgerSums { Requests = 2, Cost = 0.50m }));

        Assert.StartsWith("\"a,\"\"b\"\"\r\nc\",,2,0,", row, StringComparison.Ordinal);
        Assert.EndsWith(",0.5,0.25,0,0,0\r\n", row, StringComparison.Ordinal);
    }

    [Fact]
    public void Table_ShowsNoControlCharacters()
    {
        using var home = new LedgerHome();
        home.Append(LedgerFixture.Request("a", team: "evil\u001b[2Jteam"));

        Assert.DoesNotContain('\u001b', ReportTable.Write(ReportMaker.Make(home.Reader, Read(out _, ("by", "team"))!, Now)));
    }

    private static ReportQuery? Read(out string? problem, params (string Name, string? Value)[] values) => ReportQuery.TryRead(
        name => values.Where(value => value.Name == name && value.Value is not null).Select(value => value.Value!), Now, ReportFormat.Table, out problem);
}
