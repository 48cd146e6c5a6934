using AiGateway.Configuration;

namespace AiGateway.Tests.Cli;

/// <summary><c>explain</c> says what the gateway would do, and why.</summary>
public sealed class ExplainCommandTests : IDisposable
{
    private readonly Commands _commands = new();

    public void Dispose() => _commands.Dispose();

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
            System.Text.RegularExpressions.Regex.Replace(_commands.Output, @"about \d+ tokens", "about TOKENS tokens", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Theory]
    [InlineData("long prompts: matches", "--tokens", "6000")]
    [InlineData("pictures: matches", "--images")]
    [InlineData("testers: matches", "--header", "x-release=next", "--header", "x-gateway-tags: a=b, kind=test")]
    [InlineData("rule 4: matches", "--stream", "--tools", "--json-schema", "--user", "u")]
    public async Task Explain_Conditions_SeeWhatTheOptionsSay(string expected, params string[] options)
    {
        Assert.Equal(0, await ExplainAsync(["--model", "chat", .. options]));
        Assert.Contains("  " + expected, _commands.Output, StringComparison.Ordinal);
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
        Assert.Contains("alias:  sim/* (* is 'gpt-x')", _commands.Output, StringComparison.Ordinal);
        Assert.Contains("1. any: model gpt-x at simulated", _commands.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt", "The alias gpt is off: provider openai is off: OPENAI is not set. The request would be refused with 404.")]
    [InlineData("cht", "No alias has the name 'cht': the request would be refused with 404. Did you mean 'chat'? Offered: chat, sim/*.")]
    public async Task Explain_NoPlan_SaysWhyWithExitCode1(string model, string expected)
    {
        Assert.Equal(1, await ExplainAsync("--model", model));
        Assert.Contains(expected, _commands.Output, StringComparison.Ordinal);
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
        _commands.Write(Commands.Rules + callers);

        Assert.Equal(0, await _commands.RunAsync("explain", _commands.File, "--model", "sim/x", "--key", "key-a"));
        Assert.Contains("caller: a, team search", _commands.Output, StringComparison.Ordinal);
        Assert.Equal(1, await _commands.RunAsync("explain", _commands.File, "--model", "chat", "--caller", "a"));
        Assert.Contains("The caller may not use it: the request would be refused with 403. Allowed: sim/*.", _commands.Output, StringComparison.Ordinal);
        Assert.Equal(1, await _commands.RunAsync("explain", _commands.File, "--model", "chat", "--caller", "b"));
        Assert.Contains("expired since 2020-01-01", _commands.Output, StringComparison.Ordinal);
        Assert.Equal(1, await _commands.RunAsync("explain", _commands.File, "--model", "chat", "--key", "nobodys"));
        Assert.Contains("refused with 401", _commands.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("nobodys", _commands.Output + _commands.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_BodyFile_IsScannedAsARequestIs()
    {
        var body = Path.GetTempFileName();
        try
        {
            File.WriteAllText(body, """{"model":"chat","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}""");
            Assert.Equal(0, await ExplainAsync("--model", "chat", "--body", body));
            Assert.Contains("pictures: matches", _commands.Output, StringComparison.Ordinal);
            File.WriteAllText(body, "{");
            Assert.Equal(2, await ExplainAsync("--model", "chat", "--body", body));
            Assert.Contains("not a good request", _commands.Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(body);
        }
    }

    [Theory]
    [InlineData("exact", "passed by: it has neither temperature 0 nor a seed ('requests: all' would cache it)")]
    [InlineData("{ requests: all }", "looked up, and kept for 1h; shared with nobody but anonymous")]
    [InlineData("{ requests: all, ttl: 90m, scope: alias, stale_while_revalidate: 1d }", "looked up, and kept for 90m, served for 1d more while it is renewed; shared by all who may use the alias")]
    [InlineData("{ requests: all }", "asked anew, and kept for 30s; shared with nobody but anonymous, in the namespace 'mine'", "--header", "Cache-Control=no-cache", "--header", "x-gateway-cache-key=mine", "--header", "x-gateway-cache-ttl=30")]
    [InlineData("{ requests: all }", "passed by: its headers say so", "--header", "Cache-Control=no-store")]
    [InlineData("{ requests: all }", "passed by: its answer is stored, or goes on from one that is ('store: false' would change that)", "--operation", "responses")]
    [InlineData("{ requests: all, semantic: { mode: shadow, embedder: static } }", "looked up, and kept for 1h; shared with nobody but anonymous; questions that mean the same are compared on trial")]
    public async Task Explain_Cache_SaysWhatItWouldDo(string cache, string expected, params string[] options)
    {
        WriteCached(cache);

        Assert.Equal(0, await _commands.RunAsync(["explain", _commands.File, "--model", "chat", .. options]));
        Assert.Contains($"\ncache:  {expected}\n", _commands.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_Cache_ShowsTheKeyOfABody()
    {
        var body = Path.GetTempFileName();
        try
        {
            File.WriteAllText(body, """{"model":"chat","temperature":0,"messages":[{"role":"user","content":"hi"}]}""");
            WriteCached("exact");

            Assert.Equal(0, await _commands.RunAsync("explain", _commands.File, "--model", "chat", "--body", body));
            Assert.Matches("\ncache:  looked up, and kept for 1h; shared with nobody but anonymous; key [\\w-]{43}\n", _commands.Output);
        }
        finally
        {
            File.Delete(body);
        }
    }

    private void WriteCached(string cache) => _commands.Write($$"""
        providers: { simulated: {} }
        deployments: { sim: { provider: simulated } }
        aliases: { chat: { groups: [{ deployments: [sim] }], cache: {{cache}} } }
        """);

    private Task<int?> ExplainAsync(params string[] options)
    {
        _commands.Write(Commands.Rules);
        return _commands.RunAsync(["explain", _commands.File, .. options]);
    }
}
