using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using AiGateway.Cli;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Tests.Configuration;

namespace AiGateway.Tests.Cli;

/// <summary>What each command prints and returns.</summary>
public sealed class CommandLineTests : IDisposable
{
    private const string Rules = """
        providers: {simulated: , openai: {keys: env:OPENAI, optional: true}}
        deployments:
          long: {provider: simulated, model: big}
          seeing: {provider: simulated}
          small: {provider: simulated}
          gpt: {provider: openai}
          any: {provider: simulated, model: "*"}
        aliases:
          chat:
            rules:
              - {name: long prompts, when: {min_input_tokens: 5000}, groups: [{deployments: [long]}]}
              - {name: pictures, when: {images: true}, groups: [{deployments: [seeing]}]}
              - {name: testers, when: {headers: {x-release: next}, tags: {kind: test}}, groups: [{deployments: [small]}]}
              - {groups: [{strategy: ordered, deployments: [gpt, small]}, {deployments: [seeing]}]}
            context_window_fallback: [long]
          gpt: {groups: [{deployments: [gpt]}]}
          "sim/*": {groups: [{deployments: [any]}]}
        """;

    private readonly string _file = Path.GetTempFileName();
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task NoCommand_StartsTheGateway()
    {
        Assert.Null(await RunAsync());
        Assert.Null(await RunAsync("run"));
        Assert.Null(await RunAsync("--config", "x.yaml"));
        Assert.Null(await RunAsync("run", "--config", "x.yaml"));
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("chek")]
    [InlineData("keys")]
    [InlineData("keys", "old")]
    [InlineData("check", "a", "b")]
    [InlineData("check", "--frob")]
    [InlineData("run", "--config")]
    [InlineData("run", "now")]
    [InlineData("explain", "a.yaml")]
    [InlineData("explain", "a.yaml", "--model", "m", "--tokens", "many")]
    [InlineData("explain", "a.yaml", "--model", "m", "--operation", "dance")]
    [InlineData("explain", "a.yaml", "--model", "m", "--header", "novalue")]
    [InlineData("explain", "a.yaml", "--model", "m", "--key", "k", "--caller", "c")]
    [InlineData("health", "--url", "not-a-url")]
    public async Task WrongCommandLine_SaysSoWithExitCode2(params string[] args)
    {
        Assert.Equal(2, await RunAsync(args));
        Assert.NotEqual("", _error.ToString());
        Assert.Equal("", _output.ToString());
    }

    [Fact]
    public async Task MisspeltCommand_GetsASuggestionAndTheUsage()
    {
        await RunAsync("chek");
        Assert.StartsWith("Unknown command 'chek'. Did you mean 'check'?\n", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("AiGateway explain", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("version")]
    public async Task HelpAndVersion_GoToStandardOutput(string command)
    {
        Assert.Equal(0, await RunAsync(command));
        Assert.NotEqual("", _output.ToString());
    }

    [Fact]
    public async Task Check_GoodFile_CountsWhatIsOnAndOff()
    {
        File.WriteAllText(_file, Rules);
        Assert.Equal(0, await RunAsync("check", _file));
        Assert.StartsWith($"{_file} is valid: 2 providers (1 off), 5 deployments (1 off), 3 aliases (1 off), 0 callers. Version ", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("  provider openai is off: OPENAI is not set\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("  aliases off with them: gpt\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_BadFile_PrintsEveryErrorWithItsPlace()
    {
        File.WriteAllText(_file, Rules.Replace("ordered", "orderd", StringComparison.Ordinal) + "\nretrys: {}\n");
        Assert.Equal(1, await RunAsync("check", _file));
        Assert.Contains($"{_file}:14:30: ", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{_file}:18:1: Unknown key 'retrys'", _error.ToString(), StringComparison.Ordinal);
        Assert.EndsWith($"{_file} is not valid: 2 errors.\n", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_NamesTheRuleWhyNotTheOthersAndTheOrder()
    {
        Assert.Equal(0, await ExplainAsync("--model", "chat", "--tokens", "100"));
        Assert.Equal(
            """
            caller: anonymous
            alias:  chat
              long prompts: does not match, the input has about TOKENS tokens
              pictures: does not match, there is no image
              testers: does not match, header x-release is not next
              rule 4: matches (no conditions)
              group 1: small (in the order of the file)
              group 2: seeing (weight 1)
            tried in this order, at most 5 attempts, 2 per deployment:
              1. small: model small at simulated (built in; its answers are made up)
              2. seeing: model seeing at simulated (built in; its answers are made up)
            when the prompt is too long: long

            """.ReplaceLineEndings("\n"),
            System.Text.RegularExpressions.Regex.Replace(_output.ToString(), @"about \d+ tokens", "about TOKENS tokens", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData("long prompts: matches", "--tokens", "6000")]
    [InlineData("pictures: matches", "--images")]
    [InlineData("testers: matches", "--header", "x-release=next", "--header", "x-gateway-tags: a=b, kind=test")]
    [InlineData("rule 4: matches", "--stream", "--tools", "--json-schema", "--user", "u")]
    public async Task Explain_Conditions_SeeWhatTheOptionsSay(string expected, params string[] options)
    {
        Assert.Equal(0, await ExplainAsync(["--model", "chat", .. options]));
        Assert.Contains("  " + expected, _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("completions")]
    [InlineData("responses")]
    [InlineData("embeddings")]
    [InlineData("moderations")]
    [InlineData("image_generations")]
    [InlineData("speech")]
    [InlineData("rerank")]
    [InlineData("transcriptions")]
    public async Task Explain_EveryOperation_HasAPlan(string operation) =>
        Assert.Equal(0, await ExplainAsync("--model", "sim/x", "--operation", operation));

    [Fact]
    public async Task Explain_WildcardAlias_SaysWhatTheStarIs()
    {
        Assert.Equal(0, await ExplainAsync("--model", "sim/gpt-x"));
        Assert.Contains("alias:  sim/* (* is 'gpt-x')", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("1. any: model gpt-x at simulated", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt", "The alias gpt is off: provider openai is off: OPENAI is not set. The request would be refused with 404.")]
    [InlineData("cht", "No alias has the name 'cht': the request would be refused with 404. Did you mean 'chat'? Offered: chat, sim/*.")]
    public async Task Explain_NoPlan_SaysWhyWithExitCode1(string model, string expected)
    {
        Assert.Equal(1, await ExplainAsync("--model", model));
        Assert.Contains(expected, _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_KeyAndCaller_AreWhoseRequestItIs()
    {
        var callers = $"""

            callers:
              - id: a
                key_hash: {KeyHash.Of("key-a")}
                team: search
                aliases: [sim/*]
              - id: b
                key_hash: {KeyHash.Of("key-b")}
                expires: 2020-01-01
            """;
        File.WriteAllText(_file, Rules + callers);

        Assert.Equal(0, await RunAsync("explain", _file, "--model", "sim/x", "--key", "key-a"));
        Assert.Contains("caller: a, team search", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync("explain", _file, "--model", "chat", "--caller", "a"));
        Assert.Contains("The caller may not use it: the request would be refused with 403. Allowed: sim/*.", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync("explain", _file, "--model", "chat", "--caller", "b"));
        Assert.Contains("expired since 2020-01-01", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, await RunAsync("explain", _file, "--model", "chat", "--key", "nobodys"));
        Assert.Contains("refused with 401", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("nobodys", _output.ToString() + _error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_BodyFile_IsScannedAsARequestIs()
    {
        var body = Path.GetTempFileName();
        try
        {
            File.WriteAllText(body, """{"model":"chat","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}""");
            Assert.Equal(0, await ExplainAsync("--model", "chat", "--body", body));
            Assert.Contains("pictures: matches", _output.ToString(), StringComparison.Ordinal);
            File.WriteAllText(body, "{");
            Assert.Equal(2, await ExplainAsync("--model", "chat", "--body", body));
            Assert.Contains("not a good request", _error.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(body);
        }
    }

    [Fact]
    public async Task KeysNew_PrintsAKeyAndAnEntryThatLoads()
    {
        Assert.Equal(0, await RunAsync("keys", "new", "--id", "it's mine", "--team", "t", "--alias", "chat", "--alias", "sim/*", "--expires", "2027-01-01"));

        var text = _output.ToString();
        var key = System.Text.RegularExpressions.Regex.Match(text, "sk-gw-[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        Assert.Equal(49, key.Length);
        var snapshot = Loading.Good(Rules + "\n" + text[text.IndexOf("callers:", StringComparison.Ordinal)..]);
        var caller = snapshot.Callers.Find(SHA256.HashData(Encoding.UTF8.GetBytes(key)))!;
        Assert.Equal(("it's mine", "t"), (caller.Id, caller.Team));
        Assert.Equal(["chat"], caller.AllowedNames);
        Assert.Equal(["sim/"], caller.AllowedPrefixes);
    }

    [Fact]
    public async Task KeysNew_EachKeyIsAnother()
    {
        await RunAsync("keys", "new");
        var first = _output.ToString();
        _output.GetStringBuilder().Clear();
        await RunAsync("keys", "new");
        Assert.NotEqual(first, _output.ToString());
    }

    [Fact]
    public async Task KeysNew_ValueThatTheFileWouldRefuse_IsMisuse()
    {
        Assert.Equal(2, await RunAsync("keys", "new", "--expires", "tomorrow"));
        Assert.Contains("'tomorrow' is neither", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK", 0)]
    [InlineData("HTTP/1.1 503 Service Unavailable", 1)]
    public async Task Health_AsksTheListenerOfTheFile(string status, int expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        File.WriteAllText(_file, $"host: {{listen: 'http://*:{((IPEndPoint)listener.LocalEndpoint).Port}'}}\nbroken: by now\n");
        var answering = AnswerAsync(listener, status);

        Assert.Equal(expected, await RunAsync("health", "--config", _file));
        Assert.StartsWith("GET /healthz HTTP/1.1", await answering, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_NobodyListens_Is1()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://{listener.LocalEndpoint}/healthz";
        listener.Stop();
        Assert.Equal(1, await RunAsync("health", "--url", url));
        Assert.Contains("does not answer", _error.ToString(), StringComparison.Ordinal);
    }

    private static async Task<string> AnswerAsync(TcpListener listener, string status)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        var buffer = new byte[4096];
        var read = await stream.ReadAsync(buffer);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{status}\r\ncontent-length: 0\r\n\r\n"));
        return Encoding.ASCII.GetString(buffer, 0, read);
    }

    private Task<int?> ExplainAsync(params string[] options)
    {
        File.WriteAllText(_file, Rules);
        return RunAsync(["explain", _file, .. options]);
    }

    private Task<int?> RunAsync(params string[] args) =>
        new CommandLine(_output, _error, Loading.NothingSet, TimeProvider.System, static () => new NoPrices()).RunAsync(args);

    private sealed class NoPrices : ICostCalculator
    {
        public Cost Calculate(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, string? responseModel, string? serviceTier, Usage usage, DateTimeOffset at) => Cost.Unknown("no prices");

        public decimal? Estimate(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, int inputTokens, int outputTokens, DateTimeOffset at) => null;

        public ModelFacts? FactsOf(Snapshot snapshot, DeploymentModel deployment, string upstreamModel, DateTimeOffset at) => null;
    }
}
