using AiGateway.Tests.Accounting.Ledger;
using AiGateway.Tests.Storage.Ledger;

namespace AiGateway.Tests.Cli;

/// <summary>The commands about the ledger: reports without a gateway, and what an operator does with the file.</summary>
public sealed class LedgerCommandTests : IDisposable
{
    private static readonly string[] Year = ["--from", "2026-01-01", "--to", "2027-01-01"];

    private readonly Commands _commands = new();
    private readonly LedgerHome _home = new();

    public LedgerCommandTests() =>
        _home.Append(LedgerFixture.Request("req_1", team: "shop", user: "maria"), LedgerFixture.Request("req_2", team: "=search", cost: 1.50m), LedgerFixture.Request("req_3", team: "shop", status: 500));

    [Fact]
    public async Task Report_ByTeam_InEachFormat()
    {
        Assert.Equal(0, await _commands.RunAsync(["report", "--data", _home.Folder, "--by", "team", .. Year]));
        Assert.Contains("shop", _commands.Output, StringComparison.Ordinal);
        Assert.Contains("1.500246", _commands.Output, StringComparison.Ordinal);
        _commands.Forget();
        Assert.Equal(0, await _commands.RunAsync(["report", "--data", _home.Folder, "--by=team", "--format=csv", .. Year]));
        Assert.Contains("'=search,1,0,1,", _commands.Output, StringComparison.Ordinal);
        _commands.Forget();
        Assert.Equal(0, await _commands.RunAsync(["report", "--data", _home.Folder, "--by", "team", "--format", "json", "--team", "shop", .. Year]));
        Assert.Contains("\"requests\": 2", _commands.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("search", _commands.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_FindsTheDataFolderInTheRoutingFile()
    {
        _commands.Write($"host: {{ data_folder: \"{_home.Folder}\" }}\n{Commands.Rules}");

        Assert.Equal(0, await _commands.RunAsync(["report", _commands.File, .. Year]));
        Assert.Contains("1.500246", _commands.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "shoe-size", "report", "--by", "shoe-size")]
    [InlineData(2, "Unknown option", "report", "--shoe-size", "44")]
    [InlineData(1, "There is no ledger", "report", "--data", "/nowhere")]
    [InlineData(2, "followed by verify, export, stats, erase, backup", "ledger")]
    [InlineData(2, "followed by verify, export, stats, erase, backup", "ledger", "burn")]
    [InlineData(2, "needs '--user'", "ledger", "erase")]
    [InlineData(2, "needs the new file's name", "ledger", "backup")]
    [InlineData(2, "'--from' is 'soon'", "ledger", "verify", "--from", "soon")]
    [InlineData(1, "There is no ledger", "ledger", "stats", "--data", "/nowhere")]
    [InlineData(1, "There is no ledger", "ledger", "close", "2026-10", "--data", "/nowhere")]
    [InlineData(1, "There is no ledger", "ledger", "corrections", "--data", "/nowhere")]
    [InlineData(2, "needs the month", "ledger", "close")]
    [InlineData(2, "needs '--from'", "ledger", "restate", "--model", "gpt")]
    [InlineData(2, "'--model' or '--provider'", "ledger", "restate", "--from", "2026-10-01", "--reason", "x")]
    [InlineData(2, "take a date", "ledger", "restate", "--from", "soon", "--model", "m", "--reason", "x")]
    [InlineData(2, "not before", "ledger", "restate", "--from", "2026-10-01", "--to", "2026-10-01", "--model", "m", "--reason", "x")]
    [InlineData(2, "no time zone", "ledger", "restate", "--from", "2026-10-01", "--tz", "Mars", "--model", "m", "--reason", "x")]
    [InlineData(2, "Unknown option '--team'", "ledger", "restate", "--team", "t")]
    [InlineData(2, "'as_of' is 'never'", "report", "--as-of", "never")]
    [InlineData(2, "needs a file", "prices", "diff", "--ledger")]
    public async Task Misuse_SaysTheWayOut(int code, string said, params string[] args)
    {
        Assert.Equal(code, await _commands.RunAsync(args));
        Assert.Contains(said, _commands.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RestateAndClose_FromPriceToReport()
    {
        _commands.Write($"host: {{ data_folder: \"{_home.Folder}\" }}\nprices: {{ openai/gpt: {{ input: 1, output: 2, cached_input: 0.5 }} }}\n{Commands.Rules}");
        string[] order = ["--from", "2026-11-01", "--to", "2026-12-01", "--model", "gpt", "--reason", "contract", "--by", "eve", "--config", _commands.File];

        Assert.Equal(0, await _commands.RunAsync(["ledger", "restate", "--dry-run", .. order]));
        Assert.Contains("    -search  openai/gpt: 1.5 -> 0.0001 (-1.4999), 1 of 1 calls\n".Replace("-search", "=search", StringComparison.Ordinal), _commands.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was written", _commands.Output, StringComparison.Ordinal);
        Assert.Equal(0, await _commands.RunAsync(["ledger", "restate", .. order]));
        Assert.Contains("Restated: correction 1.", _commands.Output, StringComparison.Ordinal);
        Assert.Equal(0, await _commands.RunAsync(["ledger", "restate", .. order]));
        Assert.Contains("Nothing differs", _commands.Output, StringComparison.Ordinal);
        Assert.Equal(0, await _commands.RunAsync("ledger", "close", "2020-01", "--by", "eve", "--config", _commands.File));
        Assert.Equal(1, await _commands.RunAsync("ledger", "close", "2020-01", "--config", _commands.File));
        Assert.Contains("by eve", _commands.Error, StringComparison.Ordinal);
        _commands.Forget();
        Assert.Equal(0, await _commands.RunAsync("ledger", "corrections", "--data", _home.Folder));
        Assert.Contains("eve  restated 3 calls of model=gpt from 2026-11-01T00:00:00Z to 2026-12-01T00:00:00Z: 1.500246 -> 0.0003 USD (contract)", _commands.Output, StringComparison.Ordinal);
        Assert.Contains("eve  closed 2020-01 (UTC): everything before 2020-02-01T00:00:00Z", _commands.Output, StringComparison.Ordinal);
        _commands.Forget();
        Assert.Equal(0, await _commands.RunAsync(["report", "--data", _home.Folder, .. Year]));
        Assert.Contains("0.0003", _commands.Output, StringComparison.Ordinal);
        _commands.Forget();
        Assert.Equal(0, await _commands.RunAsync(["report", "--as-recorded", "--data", _home.Folder, .. Year]));
        Assert.Contains("1.500246", _commands.Output, StringComparison.Ordinal);
        Assert.Contains("as recorded", _commands.Output, StringComparison.Ordinal);
        Assert.Equal(0, await _commands.RunAsync("ledger", "verify", "--data", _home.Folder));
        Assert.Contains("2 corrections", _commands.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PricesDiff_OfTheLedger_SaysWhatTheNewerListWouldHaveCost()
    {
        _commands.Write($"host: {{ data_folder: \"{_home.Folder}\" }}\n{Commands.Rules}");
        var newer = Path.Combine(_home.Folder, "newer.json");
        await File.WriteAllTextAsync(newer, """{"date":"2027-01-01","providers":{"openai":[{"model":"gpt","mode":"chat","prices":[{"standard":{"input":"1","output":"2","cached_input":"0.5"}}]}]}}""", TestContext.Current.CancellationToken);

        Assert.Equal(0, await _commands.RunAsync("prices", "diff", newer, "--ledger", "--from", "2026-11-01", "--to", "2026-12-01", "--config", _commands.File));
        Assert.Contains("    openai/gpt: 1.500246 -> 0.0003 (-1.499946), 3 of 3 calls\n", _commands.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_GoodAndTampered()
    {
        Assert.Equal(0, await _commands.RunAsync("ledger", "verify", "--data", _home.Folder));
        Assert.Contains("whole: 3 requests", _commands.Output, StringComparison.Ordinal);

        _home.Tamper("DROP TRIGGER entries_are_not_changed; UPDATE entries SET cost = '0' WHERE id = 'req_2'");
        Assert.Equal(1, await _commands.RunAsync("ledger", "verify", "--data", _home.Folder));
        Assert.Contains("One of the rows 1 (request req_1) to 3 (request req_3", _commands.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StatsEraseAndBackup_Work()
    {
        Assert.Equal(0, await _commands.RunAsync("ledger", "erase", "--user", "maria", "--data", _home.Folder));
        Assert.Contains("Erased: 1", _commands.Output, StringComparison.Ordinal);
        var copy = Path.Combine(_home.Folder, "copy.db");
        Assert.Equal(0, await _commands.RunAsync("ledger", "backup", copy, "--data", _home.Folder));
        Assert.True(File.Exists(copy));
        _commands.Forget();
        Assert.Equal(0, await _commands.RunAsync("ledger", "stats", "--data", _home.Folder));
        Assert.Contains("requests                    3\n", _commands.Output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _home.Dispose();
        _commands.Dispose();
    }
}
