using System.Text;
using AiGateway.Cli;
using AiGateway.TestKit;
using AiGateway.Tests.Accounting.Ledger;
using AiGateway.Tests.Configuration;
using AiGateway.Tests.Storage.Ledger;

namespace AiGateway.Tests.Cli;

public sealed class PricesCommandTests : IDisposable
{
    private const string List = """
        {
        "date": "2026-11-21",
        "providers": {
        "openai": [
        {"model":"a","aliases":["a-1"],"mode":"chat","prices":[{"from":"2026-01-01","standard":{"input":"1","output":"2"},"batch":{"input":"0.5","output":"1"}}]},
        {"model":"b","prices":[{"standard":{"input":"3","output":"4"}}]}
        ]
        }
        }

        """;

    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly MemoryStream _lines = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("prices").FullName;
    private readonly string _list;

    public PricesCommandTests()
    {
        _list = Path.Combine(_folder, "prices.json");
        File.WriteAllText(_list, List);
    }

    private string Lines => Encoding.UTF8.GetString(_lines.ToArray());

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
        _error.Dispose();
        _lines.Dispose();
    }

    [Fact]
    public async Task Cost_ReadsLinesInOrder_AndGoesOnAfterBadOnes()
    {
        const string Input = "\uFEFF" + """
            {"id":1,"provider":"openai","model":"a","api":"responses","at":"2026-06-01","usage":{"input_tokens":1000000}}

            nonsense
            {"id":2,"provider":"openai","model":"b","api":"responses","at":"2026-06-01","usage":{"input_tokens":1}}
            """;

        Assert.Equal(ExitCode.Bad, await RunAsync(Input.ReplaceLineEndings("\r\n"), "cost", "--prices", _list));
        Assert.Equal("""
            {"id":1,"cost_usd":"1","parts":{"input":"1"}}
            {"error":"the line is not valid JSON at byte 1"}
            {"id":2,"cost_usd":"0.000003","parts":{"input":"0.000003"}}

            """.ReplaceLineEndings("\n"), Lines);
        Assert.Contains("1 bad line:", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cost_LineBeyondAllMeasure_IsAnErrorAndNoMemory()
    {
        var good = """{"id":2,"provider":"openai","model":"b","api":"responses","at":"2026-06-01","usage":{"input_tokens":1}}""" + "\n";

        Assert.Equal(ExitCode.Bad, await RunAsync(good + new string('x', 3_000_000) + "\n" + good + new string('y', 2_000_000), "cost", "--prices", _list));
        Assert.Equal(["id", "error", "id", "error"], Lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('"')[1]));
    }

    [Fact]
    public async Task Cost_ManyLines_AreAllPriced()
    {
        var line = """{"provider":"openai","model":"b","api":"responses","at":"2026-06-01","usage":{"input_tokens":1}}""" + "\n";

        Assert.Equal(ExitCode.Good, await RunAsync(string.Concat(Enumerable.Repeat(line, 5_000)), "cost", "--prices", _list));
        Assert.Equal(5_000, Lines.Count(letter => letter == '\n'));
    }

    [Fact]
    public async Task Cost_WithARoutingFile_UsesItsPrices_WhereKeysAreMissing()
    {
        var file = Path.Combine(_folder, "gateway.yaml");
        await File.WriteAllTextAsync(file, "providers: {mine: {kind: openai, keys: env:NOT_SET}}\nprices: {mine/a: {discount: 0.25}}\n", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Good, await RunAsync("""{"provider":"mine","model":"a","api":"responses","at":"2026-06-01","usage":{"input_tokens":1000000}}""", "cost", "--prices", _list, "--config", file));
        Assert.Contains("\"cost_usd\":\"0.75\"", Lines, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cost_FilesThatAreNot_AreMisuse()
    {
        Assert.Equal(ExitCode.Misuse, await RunAsync("", "cost", "/no/such/file"));
        Assert.Equal(ExitCode.Misuse, await RunAsync("", "cost", "--prices", "/no/such/list"));
        Assert.Equal(ExitCode.Misuse, await RunAsync("", "cost", "--config", "/no/such/file"));
    }

    [Theory]
    [InlineData("costs", "'prices' is followed by cost, check, diff or set, not by 'costs'. Did you mean 'cost'?")]
    [InlineData("diff one", "'prices diff' needs two files")]
    [InlineData("check --what", "Unknown option '--what'.")]
    public async Task WrongCommandLine_IsSaid(string line, string problem)
    {
        var command = new PricesCommand(() => Stream.Null, () => Stream.Null, _output, _error, Loading.NothingSet, TimeProvider.System);

        Assert.StartsWith(problem, (await command.RunAsync(line.Split(' '))).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_NamesFileAndLine()
    {
        Assert.Equal(ExitCode.Good, await RunAsync("", "check", _list));
        await File.WriteAllTextAsync(_list, List.Replace("\"input\":\"3\"", "\"inptu\":\"3\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Bad, await RunAsync("", "check", _list));
        Assert.Contains($"{_list}:6: error: openai/b: 'inptu'", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diff_SaysWhatChanged_AndWhatThatCosts()
    {
        var newer = Path.Combine(_folder, "newer.json");
        await File.WriteAllTextAsync(newer, List.Replace("\"input\":\"3\"", "\"input\":\"6\"", StringComparison.Ordinal).Replace("\"model\":\"a\"", "\"model\":\"c\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var usage = Path.Combine(_folder, "usage.jsonl");
        await File.WriteAllTextAsync(usage, """
            {"provider":"openai","model":"b","api":"responses","at":"2026-06-01","usage":{"input_tokens":1000000}}
            {"id":"req_1","time":"2026-06-01T00:00:00Z","operation":"chat_completions","provider":"openai","model":"b","usage":{"input_tokens":1000000,"output_tokens":0}}
            """, TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Good, await RunAsync("", "diff", _list, newer, "--usage", usage));
        Assert.Equal("""
            + openai/c
                from 2026-01-01, standard, input: 1
                from 2026-01-01, standard, output: 2
                from 2026-01-01, batch, input: 0.5
                from 2026-01-01, batch, output: 1
            ~ openai/b
                from the start, standard, input: 3 -> 6 (+100%)
            - openai/a

            Effect on the usage in USD (calls without a price count 0 and are told apart):
                openai/b: 6 -> 12 (+100%), 2 calls
                all: 6 -> 12 (+100%), 2 calls

            """.ReplaceLineEndings("\n"), _output.ToString());
    }

    [Fact]
    public async Task Diff_WithALedger_PricesItsCallsAnew()
    {
        var newer = Path.Combine(_folder, "newer.json");
        await File.WriteAllTextAsync(newer, List.Replace("\"input\":\"3\"", "\"input\":\"6\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        using var ledger = new LedgerHome();
        ledger.Append(
            LedgerFixture.Request("1", model: "b"), LedgerFixture.Request("2", LedgerFixture.At.AddDays(-40), model: "b"), LedgerFixture.Request("3", model: "nobody's"));

        foreach (var path in (string[])[ledger.File, ledger.Folder])
        {
            _output.GetStringBuilder().Clear();
            Assert.Equal(ExitCode.Good, await RunAsync("", "diff", _list, newer, "--usage", path, "--from", "2026-11-01", "--to", "2026-12-01"));
            // 100 × 3 + 10 × 4, and 100 × 6 + 10 × 4
            Assert.Contains("    openai/b: 0.00034 -> 0.00064 (+88.24%), 1 calls\n    all: 0.00034 -> 0.00064 (+88.24%), 2 calls, unpriced 1 -> 1\n", _output.ToString(), StringComparison.Ordinal);
        }
        Assert.Equal(ExitCode.Misuse, await RunAsync("", "diff", _list, newer, "--usage", "/no/such/file"));
        Assert.Equal(ExitCode.Misuse, await RunAsync("", "diff", _list, newer, "--usage", _folder));
        Assert.Equal(ExitCode.Misuse, await RunAsync("", "diff", _list, newer, "--usage", ledger.File, "--from", "soon"));
    }

    [Fact]
    public async Task Set_AddsAPeriod_AndLeavesEveryOtherByte()
    {
        Assert.Equal(ExitCode.Good, await RunAsync("", "set", "--file", _list, "--model", "openai/a-1", "--from", "2026-12-01", "--input", "1.5", "--output", "3.0"));

        Assert.Equal(
            List.Replace("{\"from\":\"2026-01-01\",\"standard\"", "{\"from\":\"2026-01-01\",\"until\":\"2026-12-01\",\"standard\"", StringComparison.Ordinal)
                .Replace("\"output\":\"1\"}}", "\"output\":\"1\"}},{\"from\":\"2026-12-01\",\"standard\":{\"input\":\"1.5\",\"output\":\"3\"}}", StringComparison.Ordinal),
            await File.ReadAllTextAsync(_list, TestContext.Current.CancellationToken));
        Assert.Contains("batch of the period before do not go on", _output.ToString(), StringComparison.Ordinal);

        // The same day again: a tier is added, the figures are replaced.
        Assert.Equal(ExitCode.Good, await RunAsync("", "set", "--file", _list, "--model", "openai/a", "--from", "2026-12-01", "--tier", "batch", "--input", "0.7", "--output", "1.4"));
        Assert.Equal(ExitCode.Good, await RunAsync("", "set", "--file", _list, "--model", "openai/a", "--from", "2026-12-01", "--input", "1.4", "--output", "2.8"));
        Assert.Contains("{\"from\":\"2026-12-01\",\"standard\":{\"input\":\"1.4\",\"output\":\"2.8\"},\"batch\":{\"input\":\"0.7\",\"output\":\"1.4\"}}]}", await File.ReadAllTextAsync(_list, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal([_list], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Set_ModelThatIsNotThere_GetsALine()
    {
        Assert.Equal(ExitCode.Good, await RunAsync("", "set", "--file", _list, "--model", "openai/new", "--from", "2026-12-01T08:00:00Z", "--input", "1", "--output", "2"));

        Assert.Equal(
            List.Replace("\"output\":\"4\"}}]}", "\"output\":\"4\"}}]},\n{\"model\":\"new\",\"mode\":\"chat\",\"prices\":[{\"from\":\"2026-12-01T08:00:00Z\",\"standard\":{\"input\":\"1\",\"output\":\"2\"}}]}", StringComparison.Ordinal),
            await File.ReadAllTextAsync(_list, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(2, "--model", "a", "--from", "2026-12-01", "--input", "1")]
    [InlineData(2, "--model", "openai/a", "--input", "1")]
    [InlineData(2, "--model", "openai/a", "--from", "soon", "--input", "1")]
    [InlineData(2, "--model", "openai/a", "--from", "0001-01-01", "--input", "1")]
    [InlineData(2, "--model", "openai/a", "--from", "2026-12-01")]
    [InlineData(2, "--model", "openai/a", "--from", "2026-12-01", "--input", "-1")]
    [InlineData(2, "--model", "openai/a", "--from", "2026-12-01", "--input", "1e3")]
    [InlineData(2, "--model", "openai/a", "--from", "2026-12-01", "--input", "NaN")]
    [InlineData(2, "--model", "openai/a", "--from", "2026-12-01", "--input", "1", "--tier", "gold")]
    [InlineData(1, "--model", "openai/a", "--from", "2025-12-01", "--input", "1", "--output", "2")] // before the last period
    [InlineData(1, "--model", "openai/a", "--from", "2026-12-01", "--input", "100", "--output", "2")] // a hundred times
    [InlineData(1, "--model", "openai/a", "--from", "2026-12-01", "--input", "1", "--cached-input", "2", "--output", "2")] // dearer from cache
    [InlineData(1, "--model", "openai/a", "--from", "2026-12-01", "--input", "1")] // a chat model without output
    [InlineData(1, "--model", "openai/a", "--from", "2026-12-01", "--tier", "batch", "--input", "1")] // no such period
    [InlineData(1, "--model", "nobody/a", "--from", "2026-12-01", "--input", "1", "--output", "2")]
    public async Task Set_Nonsense_IsRefused_AndTheFileStays(int exitCode, params string[] args)
    {
        Assert.Equal(exitCode, await RunAsync("", ["set", "--file", _list, .. args]));
        Assert.NotEqual("", _error.ToString());
        Assert.Equal(List, await File.ReadAllTextAsync(_list, TestContext.Current.CancellationToken));
        Assert.Equal([_list], Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task Set_InTheBuiltInList_ChangesOneLine()
    {
        var before = await File.ReadAllLinesAsync(RepositoryRoot.Of("config", "prices.json"), TestContext.Current.CancellationToken);
        File.Copy(RepositoryRoot.Of("config", "prices.json"), _list, overwrite: true);

        Assert.Equal(ExitCode.Good, await RunAsync("", "set", "--file", _list, "--model", "openai/gpt-6-astra", "--from", "2027-01-01", "--input", "12", "--output", "60"));

        var after = await File.ReadAllLinesAsync(_list, TestContext.Current.CancellationToken);
        Assert.Equal(before.Length, after.Length);
        Assert.Equal(1, before.Zip(after).Count(pair => pair.First != pair.Second));
        Assert.Contains("The period before also has cached_input, cache_write, per_1k_web_searches, per_1k_file_searches, tiers;", _output.ToString(), StringComparison.Ordinal);
    }

    private async Task<int> RunAsync(string input, params string[] args)
    {
        var command = new PricesCommand(() => new MemoryStream(Encoding.UTF8.GetBytes(input)), () => new Kept(_lines), _output, _error, Loading.NothingSet, TimeProvider.System);
        var (exitCode, problem) = await command.RunAsync(args);
        Assert.Null(problem);
        return exitCode;
    }

    // What is written is read after the command has closed its output.
    private sealed class Kept(MemoryStream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
