using System.Text.RegularExpressions;
using AiGateway.Accounting.Focus;
using AiGateway.Accounting.Ledger;
using AiGateway.Cli;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting.Focus;
using AiGateway.Tests.Accounting.Ledger;
using AiGateway.Tests.Storage.Ledger;

namespace AiGateway.Tests.Cli;

/// <summary>The commands of docs/features/finance-exports.md, as a shell runs them, and the page's own example.</summary>
public sealed partial class FinanceExportsTests : IDisposable
{
    private static readonly DateTimeOffset Day = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly Commands _commands = new();
    private readonly LedgerHome _home = new();
    private readonly string _page = File.ReadAllText(RepositoryRoot.Of("docs", "features", "finance-exports.md"));

    public FinanceExportsTests() => _home.Append(
        Request("a", "gpt-5-mini-2025-08-07", 1_000_000, 100_000, 0.45m), Request("b", "gpt-4o", 1_000_000, 0, 2.5m), Request("c", "gpt-5", 500, 20, 0.000825m), Request("d", "mystery", 500, 20, null));

    [Fact]
    public async Task ThePagesExample_IsWhatTheCommandSays()
    {
        var blocks = Blocks().Matches(_page).Select(match => (Kind: match.Groups[1].Value, Text: match.Groups[2].Value)).ToList();
        var (costs, usage) = (Write("costs.json", blocks.First(block => block.Kind == "json").Text), Write("usage.json", blocks.Last(block => block.Kind == "json").Text));

        Assert.Equal(0, await _commands.RunAsync("reconcile", "--data", _home.Folder, "--provider", "openai", "--file", costs, "--file", usage));

        Assert.Equal(blocks.Single(block => block.Kind == "text").Text, _commands.Output);
    }

    [Fact]
    public void ThePagesCommands_AreUnderstood()
    {
        var lines = Blocks().Matches(_page).Where(match => match.Groups[1].Value == "sh").SelectMany(match => match.Groups[2].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();

        Assert.True(lines.Count >= 9);
        foreach (var line in lines)
        {
            var words = Words().Matches(line.Split('#')[0]).Select(match => match.Value.Trim('"')).Skip(1).ToArray();
            var options = words[0] == "reconcile" ? Options.ParseWithFile(words.AsSpan(1), ReconcileCommand.Valued, []) : Options.ParseWithFile(words.AsSpan(2), FocusExportCommand.Valued, []);
            Assert.True(options.Problem is null, $"{line}: {options.Problem}");
        }
    }

    [Fact]
    public void ThePage_NamesEveryColumnClassAndCause()
    {
        foreach (var column in FocusColumns.Of(FocusVersion.V12).Concat(FocusColumns.Of(FocusVersion.V14)).Where(column => column.Name.StartsWith("x_", StringComparison.Ordinal)))
        {
            Assert.Contains($"`{column.Name}`", _page, StringComparison.Ordinal);
        }
        foreach (var cause in Enum.GetValues<AiGateway.Accounting.Reconciliation.ReconciliationCause>())
        {
            Assert.Contains($"`{AiGateway.Accounting.Reconciliation.ReconciliationCauses.WordOf(cause)}`", _page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Export_WritesAFilePerDay_AndItsSchema()
    {
        var target = Path.Combine(_home.Folder, "out");

        Assert.Equal(0, await _commands.RunAsync("ledger", "export", "--data", _home.Folder, "--output", target, "--from", "2026-11-19", "--to", "2026-11-21"));

        Assert.Equal(["focus-2026-11-19.csv", "focus-2026-11-20.csv", "focus-schema.json"], Directory.GetFiles(target).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(FocusRules.Validate(await File.ReadAllTextAsync(Path.Combine(target, "focus-2026-11-19.csv"), TestContext.Current.CancellationToken), FocusVersion.V14));
        var lines = FocusRules.Validate(await File.ReadAllTextAsync(Path.Combine(target, "focus-2026-11-20.csv"), TestContext.Current.CancellationToken), FocusVersion.V14);
        Assert.Equal(2.950825m, lines.Sum(line => FocusRules.Amount(line["BilledCost"])));
        Assert.Contains("2.950825 USD; without a price and in no amount: 2 lines", _commands.Output, StringComparison.Ordinal);
        using var schema = System.Text.Json.JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(target, "focus-schema.json"), TestContext.Current.CancellationToken));
        Assert.Equal("1.4", schema.RootElement.GetProperty("FocusVersion").GetString());
        Assert.Equal(lines[0].Keys, schema.RootElement.GetProperty("ColumnDefinition").EnumerateArray().Select(column => column.GetProperty("ColumnName").GetString()!));
    }

    [Theory]
    [InlineData(2, "needs '--output'", "ledger", "export")]
    [InlineData(2, "Known: focus", "ledger", "export", "--output", "x", "--format", "parquet")]
    [InlineData(2, "hour or day", "ledger", "export", "--output", "x", "--by", "week")]
    [InlineData(2, "1.2, 1.3, 1.4", "ledger", "export", "--output", "x", "--focus-version", "2")]
    [InlineData(2, "whole days", "ledger", "export", "--output", "x", "--from", "2026-11-20T05:00:00Z")]
    [InlineData(2, "not before", "ledger", "export", "--output", "x", "--from", "2026-11-20", "--to", "2026-11-20")]
    [InlineData(2, "'--from' is 'soon'", "ledger", "export", "--output", "x", "--from", "soon")]
    [InlineData(1, "There is no ledger", "ledger", "export", "--output", "/tmp", "--data", "/nowhere")]
    [InlineData(2, "needs '--file'", "reconcile")]
    [InlineData(2, "table, csv, json", "reconcile", "--file", "x", "--format", "xml")]
    [InlineData(2, "no time zone", "reconcile", "--file", "x", "--tz", "Mars")]
    [InlineData(2, "cannot be read", "reconcile", "--file", "x", "--mapping", "/nowhere/mapping.yaml")]
    [InlineData(2, "no amount", "reconcile", "--file", "x", "--tolerance", "-1")]
    [InlineData(2, "no rate", "reconcile", "--file", "x", "--rate", "EUR=much")]
    [InlineData(2, "Write a pair", "reconcile", "--file", "x", "--map", "x")]
    [InlineData(2, "known are day", "reconcile", "--file", "x", "--column", "colour=red")]
    [InlineData(2, "the day and the amount", "reconcile", "--file", "x", "--column", "day=d")]
    [InlineData(2, "'--to' is 'soon'", "reconcile", "--file", "x", "--to", "soon")]
    [InlineData(1, "no such file", "reconcile", "--file", "/nowhere/x", "--data", "/nowhere")]
    public async Task Misuse_SaysTheWayOut(int code, string said, params string[] args)
    {
        Assert.Equal(code, await _commands.RunAsync(args));
        Assert.Contains(said, _commands.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MappingFile_SaysWhatOptionsSay_AndOptionsWin()
    {
        var bill = Write("vendor.csv", "usage_date,cost,sku\n2026-11-20,0.40,Mini (chat) v2\n2026-11-20,2.50,gpt-4o\n");
        var mapping = Write("vendor.yaml", """
            columns: { day: usage_date, amount: cost, model: sku }
            models: { "Mini (chat) v2": gpt-5-mini-2025-08-07 }
            rates: { eur: "1.125" }
            providers: openai
            tolerance: "0.001"
            """);

        Assert.Equal(0, await _commands.RunAsync("reconcile", "--data", _home.Folder, "--file", bill, "--mapping", mapping, "--format", "csv"));

        Assert.Contains("gpt-5-mini-2025-08-07,0.45,0.4,", _commands.Output, StringComparison.Ordinal);
        Assert.Contains("gpt-4o,2.5,2.5,", _commands.Output, StringComparison.Ordinal);
        _commands.Forget();
        Assert.Equal(0, await _commands.RunAsync("reconcile", "--data", _home.Folder, "--file", bill, "--mapping", mapping, "--map", "Mini (chat) v2=gpt-5", "--format", "csv"));
        Assert.Contains("gpt-5,0.000825,0.4,", _commands.Output, StringComparison.Ordinal);
        // JSON is YAML too.
        Assert.Equal(0, await _commands.RunAsync("reconcile", "--data", _home.Folder, "--file", bill, "--mapping", Write("vendor.json", """{"columns":{"day":"usage_date","amount":"cost"}}""")));
    }

    [Theory]
    [InlineData("columns: { day: d, price: p }", "There is no column for 'price': known are day")]
    [InlineData("colums: { day: d }", ":1:1: Unknown key 'colums' at the top of the file. Did you mean 'columns'?")]
    [InlineData("models:\n  a: [b]", ":2:6:")]
    [InlineData("rates: { EUR: much }", "is not a decimal number")]
    [InlineData("rates: { EUR: 0 }", "For 'EUR' there is no rate above 0")]
    [InlineData("tz: Mars", "no time zone")]
    [InlineData("a: &x b", "anchors")]
    [InlineData("\t", "mapping.yaml")]
    [InlineData("", "is empty")]
    public async Task MappingFile_ThatIsWrong_SaysPlaceAndWayOut(string text, string said)
    {
        Assert.Equal(2, await _commands.RunAsync("reconcile", "--data", _home.Folder, "--file", "x", "--mapping", Write("mapping.yaml", text)));
        Assert.Contains(said, _commands.Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _home.Dispose();
        _commands.Dispose();
    }

    private static LedgerRequest Request(string id, string model, long input, long output, decimal? cost) => LedgerFixture.Call(
        id, Day, model, new Usage { InputTokens = input, OutputTokens = output }, new Cost(cost, cost is null ? "no price" : null) { Input = cost ?? 0, PriceSet = cost is null ? null : "standard" });

    private string Write(string name, string text)
    {
        var path = Path.Combine(_home.Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    [GeneratedRegex("```(sh|json|text)\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Words();
}
