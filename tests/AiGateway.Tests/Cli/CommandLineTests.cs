using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using AiGateway.Tests.Configuration;

namespace AiGateway.Tests.Cli;

/// <summary>What the commands print and return; <c>explain</c> has a class of its own.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly Commands _commands = new();

    public void Dispose() => _commands.Dispose();

    [Fact]
    public async Task NoCommand_StartsTheGateway()
    {
        Assert.Null(await _commands.RunAsync());
        Assert.Null(await _commands.RunAsync("run"));
        Assert.Null(await _commands.RunAsync("--config", "x.yaml"));
        Assert.Null(await _commands.RunAsync("--config=x.yaml"));
        Assert.Null(await _commands.RunAsync("run", "--config", "x.yaml"));
        Assert.Null(await _commands.RunAsync("run", "--config=x.yaml"));
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("chek")]
    [InlineData("keys")]
    [InlineData("keys", "old")]
    [InlineData("check", "a", "b")]
    [InlineData("check", "--frob")]
    [InlineData("run", "--config")]
    [InlineData("run", "--config=")]
    [InlineData("--config=")]
    [InlineData("run", "now")]
    [InlineData("explain", "a.yaml")]
    [InlineData("explain", "a.yaml", "--model", "m", "--tokens", "many")]
    [InlineData("explain", "a.yaml", "--model", "m", "--operation", "dance")]
    [InlineData("explain", "a.yaml", "--model", "m", "--header", "novalue")]
    [InlineData("explain", "a.yaml", "--model", "m", "--key", "k", "--caller", "c")]
    [InlineData("health", "--url", "not-a-url")]
    public async Task WrongCommandLine_SaysSoWithExitCode2(params string[] args)
    {
        Assert.Equal(2, await _commands.RunAsync(args));
        Assert.NotEqual("", _commands.Error);
        Assert.Equal("", _commands.Output);
    }

    [Fact]
    public async Task MisspeltCommand_GetsASuggestionAndTheUsage()
    {
        await _commands.RunAsync("chek");
        Assert.StartsWith("Unknown command 'chek'. Did you mean 'check'?\n", _commands.Error, StringComparison.Ordinal);
        Assert.Contains("AiGateway explain", _commands.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("version")]
    public async Task HelpAndVersion_GoToStandardOutput(string command)
    {
        Assert.Equal(0, await _commands.RunAsync(command));
        Assert.NotEqual("", _commands.Output);
    }

    [Fact]
    public async Task Check_GoodFile_CountsWhatIsOnAndOff()
    {
        _commands.Write(Commands.Rules);
        Assert.Equal(0, await _commands.RunAsync("check", _commands.File));
        Assert.StartsWith($"{_commands.File} is valid: 2 providers (1 off), 5 deployments (1 off), 3 aliases (1 off), 0 callers. Version ", _commands.Output, StringComparison.Ordinal);
        Assert.Contains("  provider openai is off: OPENAI is not set\n", _commands.Output, StringComparison.Ordinal);
        Assert.Contains("  aliases off with them: gpt\n", _commands.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_BadFile_PrintsEveryErrorWithItsPlace()
    {
        _commands.Write(Commands.Rules.Replace("ordered", "orderd", StringComparison.Ordinal) + "\nretrys: {}\n");
        Assert.Equal(1, await _commands.RunAsync("check", _commands.File));
        Assert.Contains($"{_commands.File}:14:30: ", _commands.Error, StringComparison.Ordinal);
        Assert.Contains($"{_commands.File}:18:1: Unknown key 'retrys'", _commands.Error, StringComparison.Ordinal);
        Assert.EndsWith($"{_commands.File} is not valid: 2 errors.\n", _commands.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeysNew_PrintsAKeyAndAnEntryThatLoads()
    {
        Assert.Equal(0, await _commands.RunAsync("keys", "new", "--id", "it's mine", "--team", "t", "--alias", "chat", "--alias", "sim/*", "--expires", "2027-01-01"));

        var text = _commands.Output;
        var key = System.Text.RegularExpressions.Regex.Match(text, "sk-gw-[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        Assert.Equal(49, key.Length);
        var snapshot = Loading.Good(Commands.Rules + "\n" + text[text.IndexOf("callers:", StringComparison.Ordinal)..]);
        var caller = snapshot.Callers.Find(SHA256.HashData(Encoding.UTF8.GetBytes(key)))!;
        Assert.Equal(("it's mine", "t"), (caller.Id, caller.Team));
        Assert.Equal(["chat"], caller.AllowedNames);
        Assert.Equal(["sim/"], caller.AllowedPrefixes);
    }

    [Fact]
    public async Task KeysNew_EachKeyIsAnother()
    {
        await _commands.RunAsync("keys", "new");
        var first = _commands.Output;
        _commands.Forget();
        await _commands.RunAsync("keys", "new");
        Assert.NotEqual(first, _commands.Output);
    }

    [Fact]
    public async Task KeysNew_ValueThatTheFileWouldRefuse_IsMisuse()
    {
        Assert.Equal(2, await _commands.RunAsync("keys", "new", "--expires", "tomorrow"));
        Assert.Contains("'tomorrow' is neither", _commands.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK", 0)]
    [InlineData("HTTP/1.1 503 Service Unavailable", 1)]
    public async Task Health_AsksTheListenerOfTheFile(string status, int expected)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _commands.Write($"host: {{listen: 'http://*:{((IPEndPoint)listener.LocalEndpoint).Port}'}}\nbroken: by now\n");
        var answering = AnswerAsync(listener, status);

        Assert.Equal(expected, await _commands.RunAsync("health", "--config", _commands.File));
        Assert.StartsWith("GET /healthz HTTP/1.1", await answering, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_NobodyListens_Is1()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = $"http://{listener.LocalEndpoint}/healthz";
        listener.Stop();
        Assert.Equal(1, await _commands.RunAsync("health", "--url", url));
        Assert.Contains("does not answer", _commands.Error, StringComparison.Ordinal);
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
}
