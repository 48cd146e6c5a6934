using System.Text.RegularExpressions;
using AiGateway.Accounting.Focus;
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
    [InlineData(2, "by the hour of UTC", "reconcile", "--file", "x", "--tz", "Asia/Kolkata")]
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

    public void Dispose()
    {
        _home.Dispose();
        _commands.Dispose();
    }

    private static AiGateway.Accounting.Ledger.LedgerRequest Request(string id, string model, long input, long output, decimal? cost)
    {
        var request = LedgerFixture.Request(id, Day);
        request.Lines[0] = new AiGateway.Accounting.Ledger.LedgerLine
        {
            Kind = AiGateway.Accounting.Ledger.LedgerCallKind.Answer,
            Deployment = "openai",
            Provider = "openai",
            Model = model,
            UpstreamModel = model,
            Dialect = "openai",
            Outcome = "succeeded",
            Usage = new Usage { InputTokens = input, OutputTokens = output },
            Cost = new Cost(cost, cost is null ? "no price" : null) { Input = cost ?? 0, PriceSet = cost is null ? null : "standard" },
        };
        return request;
    }

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
