using AiGateway.Accounting.Reports;
using AiGateway.Configuration;
using AiGateway.Tests.Accounting.Ledger;
using AiGateway.Tests.Storage.Ledger;

namespace AiGateway.Tests.Accounting.Reports;

/// <summary>Reports in another currency: each day by its rate, exact, and never by a rate that is not there.</summary>
public sealed class CurrencyTests : IDisposable
{
    private static readonly DateTimeOffset October = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly LedgerHome _home = new();
    private readonly string _file = Path.GetTempFileName();

    public CurrencyTests() => _home.Append(
        LedgerFixture.Request("a", October.AddHours(1), team: "shop", cost: 1),
        LedgerFixture.Request("b", October.AddDays(1), team: "shop", cost: 10),
        LedgerFixture.Request("c", October.AddDays(4), team: "search", cost: 0.000000000123m),
        LedgerFixture.Request("d", October.AddDays(-20), team: "shop", cost: 5));

    public void Dispose()
    {
        File.Delete(_file);
        _home.Dispose();
    }

    [Fact]
    public void EachDay_CountsByItsRate_AndTheReportNamesThem()
    {
        var report = Make("date,currency,rate\n2026-10-01,EUR,0.8612\n2026-10-01,GBP,0.7\n\n2026-10-02,EUR,0.87\n");

        Assert.Equal(["search 0.00000000010701", "shop 9.5612"], report.Rows.Select(static row => $"{row.Keys[0]} {ReportColumns.Amount(row.Sums, 0)}").Order(StringComparer.Ordinal));
        Assert.Equal("9.56120000010701", ReportColumns.Amount(report.Total, 0));
        Assert.Equal(["2026-10-01=0.8612", "2026-10-02=0.87"], report.Rates.Select(static rate => CurrencyRates.Write(rate.Key, rate.Value)));
        // The month before has no rates: nothing to compare with, and no reason to refuse.
        Assert.Null(report.PreviousTotal);
        Assert.Contains("\"cost_eur\": \"9.5612\"", ReportJson.Format(report), StringComparison.Ordinal);
        Assert.Contains("\"2026-10-02\": \"0.87\"", ReportJson.Format(report), StringComparison.Ordinal);
        Assert.Contains("EUR for one USD: 2026-10-01=0.8612 2026-10-02=0.87", ReportTable.Write(report), StringComparison.Ordinal);
        Assert.EndsWith(",cost_eur,cost_per_request_eur,saved_eur,error_share,adjustments_eur,rates\r\n", ReportCsv.Head(report), StringComparison.Ordinal);
        Assert.EndsWith(",2026-10-01=0.8612 2026-10-02=0.87\r\n", ReportCsv.Row(report.Rows[0], ReportCsv.RatesOf(report)), StringComparison.Ordinal);
    }

    [Fact]
    public void DaysOfATimeZone_HaveTheRatesOfTheirDays()
    {
        // 22:30 UTC on the 30th is the 1st in Berlin.
        _home.Append(LedgerFixture.Request("midnight", October.AddMinutes(-90), team: "night", cost: 1));

        var report = Make("2026-09-30,EUR,0.5\n2026-10-01,EUR,0.9\n", ("tz", "Europe/Berlin"), ("team", "night"));

        Assert.Equal(0.9m, report.Total.Cost);
    }

    [Theory]
    [InlineData("2026-10-02,EUR,0.87\n", "no rate for EUR on 2026-10-01")]
    [InlineData("2026-08-01,EUR,0.87\n", "the last before it is of 2026-08-01")]
    [InlineData("2026-10-01,GBP,0.87\n", "no rate for EUR")]
    [InlineData("", "no rate for EUR")]
    [InlineData("2026-10-01,EUR,-0.87\n", ":1:")]
    [InlineData("2026-10-01,EUR,0\n", ":1:")]
    [InlineData("2026-10-01,EUR,1e3\n", ":1:")]
    [InlineData("2026-10-01,EUR,NaN\n", ":1:")]
    [InlineData("2026-10-01,EUR,1000000001\n", ":1:")]
    [InlineData("2026-10-01,EUR,\"0,87\"\n", ":1:")]
    [InlineData("2026-10-01,EUR,0.9\n2026-02-30,EUR,0.87\n", ":2:")]
    [InlineData("2026-10-01,EUR,0.9\n2026-10-01,EUR,0.87\n", "two rates on 2026-10-01")]
    public void WrongRates_SayWhereAndWhy(string rates, string said) =>
        Assert.Contains(said, Assert.Throws<CurrencyException>(() => Make(rates)).Message, StringComparison.Ordinal);

    [Fact]
    public void MissingFile_IsNamed() =>
        Assert.Contains("/nowhere/rates.csv", Assert.Throws<CurrencyException>(() => CurrencyRates.Read("EUR", new CurrenciesConfig { File = "/nowhere/rates.csv" })).Message, StringComparison.Ordinal);

    [Fact]
    public void RatesOfTheRoutingFile_ComeBeforeTheFile()
    {
        File.WriteAllText(_file, "2026-10-01,EUR,0.9\n");
        var rates = CurrencyRates.Read("EUR", new CurrenciesConfig
        {
            File = _file,
            Rates = new Dictionary<string, IReadOnlyDictionary<string, decimal>> { ["EUR"] = new Dictionary<string, decimal> { ["2026-10-01"] = 0.8m } },
        });

        Assert.Equal(0.8m, rates.On(new DateOnly(2026, 11, 1), out var since));
        Assert.Equal(new DateOnly(2026, 10, 1), since);
        Assert.Throws<CurrencyException>(() => rates.On(new DateOnly(2026, 11, 2), out _));
    }

    private Report Make(string rates, params (string Name, string Value)[] more)
    {
        File.WriteAllText(_file, rates);
        (string Name, string Value)[] all = [("from", "2026-10-01"), ("to", "2026-11-01"), ("by", "team"), ("currency", "EUR"), .. more];
        var query = ReportQuery.TryRead(name => all.Where(pair => pair.Name == name).Select(static pair => pair.Value), Now, ReportFormat.Json, out var problem);
        Assert.Null(problem);
        return ReportMaker.Make(_home.Reader, query!, Now, CurrencyRates.Read("EUR", new CurrenciesConfig { File = _file }));
    }
}
