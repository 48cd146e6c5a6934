using AiGateway.Accounting;
using AiGateway.Accounting.Corrections;
using AiGateway.Accounting.Focus;
using AiGateway.Accounting.Ledger;
using AiGateway.Accounting.Reports;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting.Ledger;
using AiGateway.Tests.Storage.Ledger;

namespace AiGateway.Tests.Accounting.Focus;

/// <summary>Pins what docs/features/finance-exports.md promises of the FOCUS export: the published column rules hold, and lines sum to the ledger.</summary>
public sealed class FocusExportTests : IDisposable
{
    private static readonly DateTimeOffset Day = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    private readonly LedgerHome _home = new();

    [Theory]
    [InlineData(FocusVersion.V12)]
    [InlineData(FocusVersion.V13)]
    [InlineData(FocusVersion.V14)]
    internal void HostileRandomDays_KeepTheRules_AndSumToTheLedger(FocusVersion version)
    {
        var random = SeededRandom.From(7);
        _home.Append([.. Enumerable.Range(0, 400).Select(i => LedgerFixture.Random(random, $"req_{i}"))]);
        var options = new FocusOptions { Version = version, List = new ListPrices(AccountingFixture.Catalogue, null) };
        decimal sum = 0, ledger = 0;
        for (var day = Day.AddDays(-70); day < Day.AddDays(70); day = day.AddDays(1))
        {
            var lines = FocusRules.Validate(Csv(day, options), version);
            sum += lines.Sum(line => FocusRules.Amount(line["EffectiveCost"]));
            ledger += _home.Reader.Sum(new LedgerQuery { From = day, To = day.AddDays(1) }).Sum(group => group.Sums.Cost);
        }

        Assert.Equal(ledger, sum);
        Assert.Equal(_home.Sum().Sum(group => group.Sums.Cost), sum);
    }

    [Fact]
    public void EachTokenClass_HasALine_WithItsOwnPrice()
    {
        var usage = new Usage { InputTokens = 1_000, CachedInputTokens = 400, CacheWriteTokens = 100, CacheWrite1hTokens = 50, AudioInputTokens = 20, OutputTokens = 90, ReasoningTokens = 60, WebSearches = 2 };
        Append("a", usage, Priced(new PriceConfig { Input = 2, CachedInput = 0.5m, CacheWrite = 2.5m, CacheWrite1h = 4, AudioInput = 40, Output = 8, Per1kWebSearches = 10 }, usage));

        var lines = FocusRules.Validate(Csv(Day), FocusVersion.V14).ToDictionary(line => line["x_TokenClass"]);

        Assert.Equal(
            ["audio_input 20 0.0008 40", "cache_write 100 0.00025 2.5", "cache_write_1h 50 0.0002 4", "cached_input 400 0.0002 0.5", "input 430 0.00086 2", "output 30 0.00024 8", "reasoning 60 0.00048 8", "web_search 2 0.02 0.01"],
            lines.Values.Select(line => $"{line["x_TokenClass"]} {line["ConsumedQuantity"]} {line["EffectiveCost"]} {line["ContractedUnitPrice"]}").Order(StringComparer.Ordinal));
        Assert.All(lines.Values, line => Assert.Equal("priced", line["x_CostStatus"]));
        Assert.Equal("1000000 Tokens", lines["input"]["PricingUnit"]);
        Assert.Equal("0.00043", lines["input"]["PricingQuantity"]);
        Assert.Equal("2026-11-21T12:00:00Z", lines["input"]["ChargePeriodStart"]);
        Assert.Equal("2026-12-01T00:00:00Z", lines["input"]["BillingPeriodEnd"]);
    }

    [Fact]
    public void UnpricedReportedEstimatedAndMixedCalls_SayWhatTheyAre()
    {
        var usage = new Usage { InputTokens = 10, OutputTokens = 5 };
        Append("a", usage, Cost.Unknown("no price for x/y"), model: "unpriced");
        Append("b", usage, new Cost(0.25m, null) { Other = 0.25m, Reported = 0.25m, PriceSet = Cost.ReportedSet }, model: "reported");
        Append("c", usage with { Estimated = true }, new Cost(0.00002m, null) { Input = 0.00001m, Output = 0.00001m }, model: "estimated");
        // Two prices in one amount: a batch.
        Append("d", new Usage { InputTokens = 3, Requests = 2 }, new Cost(0.00001m, null) { Input = 0.00001m }, model: "mixed");

        var lines = FocusRules.Validate(Csv(Day), FocusVersion.V14);

        string[] Of(string model) => [.. lines.Where(line => line["x_Model"] == model).Select(line => $"{line["x_TokenClass"]} {line["x_CostStatus"]} {line["EffectiveCost"]} {line["x_IsEstimated"]}")];
        Assert.Equal(["input unpriced 0 false", "output unpriced 0 false"], Of("unpriced"));
        Assert.Equal(["call reported 0.25 false", "input included 0 false", "output included 0 false"], Of("reported"));
        Assert.Equal(["input priced 0.00001 true", "output priced 0.00001 true"], Of("estimated"));
        Assert.Equal(["input mixed 0.00001 false"], Of("mixed"));
        Assert.All(lines.Where(line => line["x_CostStatus"] == "unpriced"), line => Assert.Equal("no price for x/y", line["x_UnpricedReason"]));
        Assert.Equal("8 lines, 0.25003 USD; without a price and in no amount: 2 lines; estimated: 2 lines", FocusTotals.Of(FocusExport.Make(_home.Reader, Day, new FocusOptions())));
    }

    [Fact]
    public void HostileTagsAndNames_AreDataInEveryColumn()
    {
        var tags = """{"app":"=HYPERLINK(\"http://x\")","quote\"d":"a,b\r\n\"c\"","aigateway/team":"not mine"}""";
        _home.Append(LedgerFixture.Request("a", team: "=cmd|' /C calc'!A0", caller: "@key", model: "-1+1", tags: tags), LedgerFixture.Request("b", team: "  ", model: "line\r\nbreak"));

        var csv = Csv(Day);
        var lines = FocusRules.Validate(csv, FocusVersion.V14);

        var hostile = lines.First(line => line["x_Model"] == "'-1+1");
        Assert.Equal("'=cmd|' /C calc'!A0", hostile["SubAccountId"]);
        Assert.Equal("'@key", hostile["x_Key"]);
        using var parsed = System.Text.Json.JsonDocument.Parse(hostile["Tags"]);
        Assert.Equal("=HYPERLINK(\"http://x\")", parsed.RootElement.GetProperty("app").GetString());
        Assert.Equal("a,b\r\n\"c\"", parsed.RootElement.GetProperty("quote\"d").GetString());
        Assert.Equal("not mine", parsed.RootElement.GetProperty("_aigateway/team").GetString());
        Assert.Equal("=cmd|' /C calc'!A0", parsed.RootElement.GetProperty("aigateway/team").GetString());
        Assert.Contains(lines, line => line["x_Model"] == "line\r\nbreak" && line["SubAccountId"].Length == 0);
    }

    [Fact]
    public void ChosenTags_AndDays_MakeFewerLines()
    {
        _home.Append([.. Enumerable.Range(0, 20).Select(i => LedgerFixture.Request($"req_{i}", Day.AddHours(i), tags: $$"""{"app":"shop","run":"{{i}}"}"""))]);

        Assert.Equal(40, FocusExport.Make(_home.Reader, Day, new FocusOptions { Period = TimeSpan.FromDays(1) }).Count(line => line.Key.Class is CostClass.Input or CostClass.CachedInput));
        var lines = FocusExport.Make(_home.Reader, Day, new FocusOptions { Period = TimeSpan.FromDays(1), Tags = ["app"] });
        Assert.Single(lines, line => line.Key.Class == CostClass.Input);
        Assert.Equal(20, lines.First(line => line.Key.Class == CostClass.Input).Calls);
    }

    [Fact]
    public void LateRows_AreFound_AndTheNextDayIsNotRead()
    {
        // Appended long after their day, and before it: the queue waited, a clock was set.
        _home.Append(LedgerFixture.Request("early", Day.AddHours(3)));
        _home.Append([.. Enumerable.Range(0, 50).Select(i => LedgerFixture.Request($"before_{i}", Day.AddDays(-30).AddMinutes(i)))]);
        _home.Append([.. Enumerable.Range(0, 50).Select(i => LedgerFixture.Request($"day_{i}", Day.AddMinutes(i)))]);
        _home.Append([.. Enumerable.Range(0, 50).Select(i => LedgerFixture.Request($"after_{i}", Day.AddDays(1).AddMinutes(i)))]);
        _home.Append(LedgerFixture.Request("late", Day.AddHours(5)));

        var count = 0;
        _home.Reader.Read(Day, _ => count++);

        Assert.Equal(52, count);
    }

    [Fact]
    public void ADayWhoseRowsAreGone_IsRefused_AndSoIsOneThatWasChanged()
    {
        _home.Append(LedgerFixture.Request("old", Day.AddDays(-10)), LedgerFixture.Request("new", Day));
        _home.Store.Sweep(Day.AddDays(-5));

        Assert.Contains("Retention", Assert.Throws<LedgerStoreException>(() => Csv(Day.AddDays(-10))).Message, StringComparison.Ordinal);
        _home.Tamper("DROP TRIGGER entries_are_not_changed; UPDATE entries SET cost = '7'");
        Assert.Contains("ledger verify", Assert.Throws<LedgerStoreException>(() => Csv(Day)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RestatementsClosedMonthsAndLateRecords_KeepTheRules_AndTheSum()
    {
        var clock = new TestClock(new DateTimeOffset(2026, 11, 21, 12, 40, 0, TimeSpan.Zero));
        using var home = new LedgerHome(clock);
        var october = new DateTimeOffset(2026, 10, 30, 10, 0, 0, TimeSpan.Zero);
        home.Append(LedgerFixture.Request("old", october), LedgerFixture.Request("open", Day));
        Restate(home, clock, october.AddDays(-1), Day.AddDays(1), "1");
        using (var store = home.CorrectionsToWrite())
        {
            Assert.Null(new PeriodCloser(store, clock).Close("2026-10", null, "eve", "month end", out _));
        }
        home.Append(LedgerFixture.Request("late", october.AddHours(1), cost: 0.5m, team: "slow"));
        Restate(home, clock, october.AddDays(-1), Day.AddDays(1), "3");

        List<Dictionary<string, string>> Lines(DateTimeOffset from) => [.. Enumerable.Range(0, 40).SelectMany(i => FocusRules.Validate(Csv(from.AddDays(i), home: home), FocusVersion.V14))];
        var (closed, all) = (FocusRules.Validate(Csv(new DateTimeOffset(2026, 10, 30, 0, 0, 0, TimeSpan.Zero), home: home), FocusVersion.V14), Lines(new DateTimeOffset(2026, 10, 20, 0, 0, 0, TimeSpan.Zero)));

        Assert.Equal(0.0001m, closed.Sum(line => FocusRules.Amount(line["BilledCost"])));
        Assert.Contains(closed, line => line["ChargeCategory"] == "Adjustment" && line["SubAccountId"] == "slow" && line["BilledCost"] == "-0.5");
        Assert.Contains(all, line => line["ChargeClass"] == "Correction" && line["ChargeDescription"] == "gpt: late of 2026-10" && line["BilledCost"] == "0.5");
        Assert.Contains(all, line => line["ChargeClass"] == "Correction" && line["ChargeDescription"].Contains("restatement", StringComparison.Ordinal));
        // All three cost what they cost at the last price: 60 × 3 + 40 × 0.5 + 10 × 2, by the million.
        Assert.Equal(3 * 0.00022m, all.Sum(line => FocusRules.Amount(line["EffectiveCost"])));
    }

    public void Dispose() => _home.Dispose();

    private static void Restate(LedgerHome home, TestClock clock, DateTimeOffset from, DateTimeOffset to, string input)
    {
        using var store = home.CorrectionsToWrite();
        LedgerFixture.Restate(store, clock, from, to, input);
    }

    private string Csv(DateTimeOffset day, FocusOptions? options = null, LedgerHome? home = null)
    {
        options ??= new FocusOptions();
        var columns = FocusColumns.Of(options.Version);
        return FocusCsv.Head(columns) + string.Concat(FocusExport.Make((home ?? _home).Reader, day, options).Select(line => FocusCsv.Row(columns, line)));
    }

    private void Append(string id, Usage usage, Cost cost, string model = "gpt") => _home.Append(LedgerFixture.Call(id, LedgerFixture.At, model, usage, cost));

    [Fact]
    public void ListPrices_StandBesideDiscounts_AndAreTheOnesThatAppliedWhereTheListHasNone()
    {
        var usage = new Usage { InputTokens = 1_000_000, OutputTokens = 500_000, ReasoningTokens = 200_000 };
        Append("own", usage, Priced(new PriceConfig { Input = 0.5m, Output = 4 }, usage), "gpt-4o");
        Append("unlisted", usage, Priced(new PriceConfig { Input = 3, Output = 6 }, usage), "nobody-knows-it");
        var lines = FocusRules.Validate(Csv(Day, new FocusOptions { List = new ListPrices(AccountingFixture.Catalogue, null) }), FocusVersion.V14);

        // gpt-4o: 2.5 and 10 by the list.
        Assert.Equal(
            ["gpt-4o input 0.5 0.5 2.5 2.5", "gpt-4o output 1.2 4 3 10", "gpt-4o reasoning 0.8 4 2 10", "nobody-knows-it input 3 3 3 3", "nobody-knows-it output 1.8 6 1.8 6", "nobody-knows-it reasoning 1.2 6 1.2 6"],
            lines.Select(line => $"{line["x_Model"]} {line["x_TokenClass"]} {line["ContractedCost"]} {line["ContractedUnitPrice"]} {line["ListCost"]} {line["ListUnitPrice"]}").Order(StringComparer.Ordinal));
        Assert.Equal(_home.Sum().Sum(group => group.Sums.Cost), lines.Sum(line => FocusRules.Amount(line["BilledCost"])));
    }

    private static Cost Priced(PriceConfig price, Usage usage) => new CostCalculator(AccountingFixture.Catalogue).Calculate(
        AccountingFixture.Snapshot(("openai/gpt", price)), AccountingFixture.Deployment("openai", "gpt"), "gpt", null, null, usage, LedgerFixture.At);
}
