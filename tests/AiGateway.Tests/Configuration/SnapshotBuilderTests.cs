using System.Security.Cryptography;
using System.Text;
using AiGateway.Configuration;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Tests.Configuration;

/// <summary>What a good file resolves to.</summary>
public sealed class SnapshotBuilderTests
{
    [Fact]
    public void NothingSaid_TheDocumentedDefaultsHold()
    {
        var snapshot = Loading.Good(Yaml.Minimal);

        var deployment = snapshot.Deployments["sim"];
        Assert.Equal(new TimeoutsModel(Seconds(5), Seconds(120), Seconds(120), Seconds(600)), deployment.Timeouts);
        Assert.Equal(new BreakerModel(0.5, 10, Seconds(30), Seconds(15), Seconds(5), Seconds(60)), deployment.Breaker);
        var alias = snapshot.Aliases.Find("chat")!;
        Assert.Equal(new RetriesModel(5, 2, TimeSpan.FromMilliseconds(250), Seconds(10)), alias.Retries);
        Assert.Equal(new HoldBackModel(1, Seconds(1)), alias.HoldBack);
        Assert.Null(alias.KeepAlive);
        Assert.Equal(new BodyLimitsModel(20 << 20, 25 << 20, 50 << 20, 1 << 20), snapshot.BodyLimits);
        Assert.Null(snapshot.Cors);
        Assert.Equal(new ListenAddress(IsHttps: false, "localhost", 8080), snapshot.Host.Listen);
        Assert.Equal(new ListenAddress(IsHttps: false, "127.0.0.1", 8081), snapshot.Host.AdminListen);
        Assert.Null(snapshot.Host.Otlp);
    }

    [Fact]
    public void DialectsOfAProvider_StandInForThePresets()
    {
        var snapshot = Loading.Good("""
            providers:
              ollama: {}
              here: {kind: openai-compatible, base_url: "http://localhost:9000", dialects: [anthropic, openai]}
            deployments:
              a: {provider: ollama}
              b: {provider: here}
            aliases:
              x: {groups: [{deployments: [a, b]}]}
            """);

        Assert.Equal([Dialect.OpenAIChat, Dialect.OpenAIResponses], snapshot.Providers["ollama"].Preset.Dialects);
        Assert.Equal([Dialect.Anthropic, Dialect.OpenAIChat], snapshot.Providers["here"].Preset.Dialects);
    }

    [Fact]
    public void InnerSections_OverrideOuterOnesValueByValue()
    {
        var snapshot = Loading.Good("""
            providers:
              ollama: {timeouts: {connect: 1s, idle: 7s}}
            deployments:
              a: {provider: ollama, timeouts: {idle: 8s}, breaker: {window: 60s}}
              b: {provider: ollama}
            aliases:
              x: {groups: [{deployments: [a, b]}], retries: {max_attempts: 9}}
            timeouts: {connect: 2s, idle: 6s, total: 100s}
            retries: {max_attempts: 3, max_delay: 4s}
            breaker: {window: 45s, break: 20s}
            """);

        Assert.Equal(new TimeoutsModel(Seconds(1), Seconds(120), Seconds(8), Seconds(100)), snapshot.Deployments["a"].Timeouts);
        Assert.Equal(Seconds(7), snapshot.Deployments["b"].Timeouts.Idle);
        Assert.Equal(Seconds(1), snapshot.Providers["ollama"].ConnectTimeout);
        Assert.Equal((Seconds(60), Seconds(20)), (snapshot.Deployments["a"].Breaker.Window, snapshot.Deployments["a"].Breaker.Break));
        Assert.Equal((9, Seconds(4)), (snapshot.Aliases.Find("x")!.Retries.MaxAttempts, snapshot.Aliases.Find("x")!.Retries.MaxDelay));
    }

    [Fact]
    public void Deployment_SendsItsIdUnlessItSaysOtherwise()
    {
        var snapshot = Loading.Good("""
            providers: {simulated: }
            deployments:
              gpt-x: {provider: simulated, operations: [responses, embeddings]}
              "q\"ü": {provider: simulated}
              any: {provider: simulated, model: "*"}
            aliases:
              "x/*": {groups: [{deployments: [gpt-x, 'q"ü', any]}]}
            """);

        Assert.Equal("gpt-x", snapshot.Deployments["gpt-x"].UpstreamModel);
        Assert.Equal("\"gpt-x\"", Encoding.UTF8.GetString(snapshot.Deployments["gpt-x"].UpstreamModelJson.Span));
        Assert.Equal("\"q\\\"ü\"", Encoding.UTF8.GetString(snapshot.Deployments["q\"ü"].UpstreamModelJson.Span));
        Assert.Null(snapshot.Deployments["any"].UpstreamModel);
        Assert.True(snapshot.Deployments["any"].UpstreamModelJson.IsEmpty);
        Assert.Equal([Operation.Responses, Operation.Embeddings, Operation.StoredResponse], snapshot.Deployments["gpt-x"].Operations);
    }

    [Fact]
    public void Groups_KeepOrderWeightsAndStrategy()
    {
        var snapshot = Loading.Good("""
            providers: {simulated: }
            deployments: {a: {provider: simulated}, b: {provider: simulated}, c: {provider: simulated}}
            aliases:
              x:
                rules:
                  - {when: {percent: {of: 2.5%, by: header:x-user}}, groups: [{strategy: cheapest, deployments: [a]}]}
                  - groups: [{deployments: [{deployment: b, weight: 3}, c, {deployment: a, weight: 0}]}]
            """);

        var rules = snapshot.Aliases.Find("x")!.Rules;
        Assert.Equal(2.5m, rules[0].When!.Percent!.Of);
        Assert.Equal("x", rules[0].PercentSeed);
        Assert.Equal(GroupStrategy.Cheapest, rules[0].Groups[0].Strategy);
        Assert.Null(rules[1].When);
        Assert.Equal([("b", 3), ("c", 1), ("a", 0)], rules[1].Groups[0].Members.Select(member => (member.Deployment.Id, member.Weight)));
        Assert.Equal(4, rules[1].Groups[0].TotalWeight);
    }

    [Fact]
    public void Callers_AreFoundByTheHashOfTheirKey()
    {
        var snapshot = Loading.Good(Yaml.With($"""
            callers:
              - id: a
                key_hash: {KeyHash.Of("key-a")}
                team: t
                tags: {"{cost: '1'}"}
                aliases: [chat, gpt-*]
                expires: 2027-06-30
              - {"{id: b, key_hash: '" + KeyHash.Of("key-b") + "', aliases: ['*'], disabled: true, expires: 2027-01-01T12:00:00+02:00}"}
            """));

        var a = snapshot.Callers.Find(SHA256.HashData("key-a"u8))!;
        Assert.Equal(("a", "t", false), (a.Id, a.Team, a.AllowsEverything));
        Assert.Equal(["chat"], a.AllowedNames);
        Assert.Equal(["gpt-"], a.AllowedPrefixes);
        Assert.Equal(new DateTimeOffset(2027, 6, 30, 0, 0, 0, TimeSpan.Zero), a.Expires);
        var b = snapshot.Callers.Find(SHA256.HashData("key-b"u8))!;
        Assert.True(b.Disabled && b.AllowsEverything);
        Assert.Equal(new DateTimeOffset(2027, 1, 1, 10, 0, 0, TimeSpan.Zero), b.Expires);
        Assert.Null(snapshot.Callers.Find(SHA256.HashData("key-c"u8)));
    }

    [Fact]
    public void LongestPrefix_WinsAndExactNamesBeforeIt()
    {
        var aliases = Loading.Good("""
            providers: {simulated: }
            deployments: {a: {provider: simulated}}
            aliases:
              "*": {groups: [{deployments: [a]}]}
              "gpt-*": {groups: [{deployments: [a]}]}
              gpt-4: {groups: [{deployments: [a]}]}
            """).Aliases;

        Assert.Equal("gpt-4", aliases.Find("gpt-4")!.Name);
        Assert.Equal("gpt-*", aliases.Find("gpt-5")!.Name);
        Assert.Equal("*", aliases.Find("claude")!.Name);
    }

    [Fact]
    public void State_IsTheSameAfterAReload()
    {
        var loader = Loading.Loader(Loading.Only(("K", "one"), ("L", "two")));
        var bytes = Encoding.UTF8.GetBytes("""
            providers: {openai: {keys: [env:K, env:L]}}
            deployments: {a: {provider: openai}}
            aliases: {x: {groups: [{deployments: [a]}]}}
            """);
        var first = loader.Load(bytes, "gateway.yaml").Snapshot!;
        var swapped = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("[env:K, env:L]", "[env:L, env:K]", StringComparison.Ordinal));
        var second = loader.Load(swapped, "gateway.yaml").Snapshot!;

        Assert.NotEqual(first.Version, second.Version);
        Assert.Same(first.Deployments["a"].State, second.Deployments["a"].State);
        Assert.Same(first.Providers["openai"].State, second.Providers["openai"].State);
        Assert.Same(first.Providers["openai"].Keys[0].State, second.Providers["openai"].Keys[1].State);
    }

    [Fact]
    public void Version_IsTheBeginningOfTheContentsHash()
    {
        var snapshot = Loading.Good(Yaml.Minimal);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Yaml.Minimal)))[..12], snapshot.Version);
    }

    [Theory]
    [InlineData("512KB", 512_000)]
    [InlineData("1MiB", 1 << 20)]
    [InlineData("1.5 mb", 1_500_000)]
    [InlineData("2048", 2048)]
    public void Sizes_AreRead(string text, long bytes) =>
        Assert.Equal(bytes, Loading.Good(Yaml.With($"body_limits: {{json: {text}}}\n")).BodyLimits.Json);

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("2s", 2_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    public void Durations_AreRead(string text, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Loading.Good(Yaml.With($"timeouts: {{total: {text}}}\n")).Deployments["sim"].Timeouts.Total);

    [Fact]
    public void Prices_AreExact() =>
        Assert.Equal(0.1000000000000000000000000001m, Loading.Good(Yaml.With("prices: {a/b: {input: \"0.1000000000000000000000000001\"}}\n")).Prices["a/b"].Input);

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);
}
