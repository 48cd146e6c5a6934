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
    [InlineData(2, "followed by verify, stats, erase, backup", "ledger")]
    [InlineData(2, "followed by verify, stats, erase, backup", "ledger", "burn")]
    [InlineData(2, "needs '--user'", "ledger", "erase")]
    [InlineData(2, "needs the new file's name", "ledger", "backup")]
    [InlineData(2, "'--from' is 'soon'", "ledger", "verify", "--from", "soon")]
    [InlineData(1, "There is no ledger", "ledger", "stats", "--data", "/nowhere")]
    public async Task Misuse_SaysTheWayOut(int code, string said, params string[] args)
    {
        Assert.Equal(code, await _commands.RunAsync(args));
        Assert.Contains(said, _commands.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_GoodAndTampered()
    {
        Assert.Equal(0, await _commands.RunAsync("ledger", "verify", "--data", _home.Folder));
        Assert.Contains("whole: 3 requests", _commands.Output, StringComparison.Ordinal);

        _home.Tamper("DROP TRIGGER requests_are_not_changed; UPDATE requests SET cost = '0' WHERE id = 'req_2'");
        Assert.Equal(1, await _commands.RunAsync("ledger", "verify", "--data", _home.Folder));
        Assert.Contains("request req_2", _commands.Error, StringComparison.Ordinal);
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
