namespace AiGateway.Tests.Configuration;

/// <summary>References to the environment and to files, missing ones, and what "optional" does with them.</summary>
public sealed class EnvironmentTests
{
    private const string Mixed = """
        providers:
          openai: {keys: "${OPENAI_API_KEY}"}
          simulated:
        deployments:
          mini: {provider: openai}
          sim: {provider: simulated}
        aliases:
          chat: {groups: [{deployments: [mini]}, {deployments: [sim]}], context_window_fallback: [mini]}
          only: {groups: [{deployments: [mini]}]}
        """;

    private static string Optional => Mixed.Replace("{keys:", "{optional: true, keys:", StringComparison.Ordinal);

    [Fact]
    public void MissingVariable_IsAnErrorWithTheWayOut() =>
        Assert.Equal(["gateway.yaml:2:18: OPENAI_API_KEY is not set. Set it, write ${OPENAI_API_KEY:-default}, or give the provider 'optional: true' to switch it off without it."], Loading.Errors(Mixed));

    [Theory]
    [InlineData("http/json")]
    [InlineData("GRPC")]
    public void UnknownOtlpProtocol_IsAnErrorWithTheAllowedOnes(string protocol) =>
        Assert.Equal(
            [$"gateway.yaml: OTEL_EXPORTER_OTLP_PROTOCOL is '{protocol}', which is neither grpc nor http/protobuf. Set it to one of them, unset it, or write 'host.otlp.protocol'."],
            Loading.Errors(Yaml.Minimal, Loading.Only(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol))));

    [Theory]
    [InlineData("", "http/protobuf", true)]
    [InlineData("", "grpc", false)]
    [InlineData("", "", false)]
    [InlineData("host: {otlp: {protocol: http/protobuf}}\n", "http/json", true)]
    public void OtlpProtocol_OfTheFileComesBeforeTheVariables(string host, string variable, bool http) =>
        Assert.Equal(http, Loading.Good(Yaml.With(host), Loading.Only(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"), ("OTEL_EXPORTER_OTLP_PROTOCOL", variable))).Host.Otlp!.HttpProtobuf);

    [Fact]
    public void EmptyVariable_CountsAsMissing() =>
        Assert.Single(Loading.Errors(Mixed, Loading.Only(("OPENAI_API_KEY", ""))));

    [Fact]
    public void MissingVariableOfAnOptionalProvider_SwitchesItAndAllThatNeedsItOff()
    {
        var snapshot = Loading.Good(Optional);

        Assert.Equal(["simulated"], snapshot.Providers.Keys);
        Assert.Equal(["sim"], snapshot.Deployments.Keys);
        Assert.Equal("OPENAI_API_KEY is not set", snapshot.ProvidersOff.Single().Reason);
        var chat = Assert.Single(snapshot.Aliases.All);
        Assert.Equal("sim", Assert.Single(Assert.Single(Assert.Single(chat.Rules).Groups).Members).Deployment.Id);
        Assert.Empty(chat.ContextWindowFallback);
        Assert.Equal("only", snapshot.AliasesOff.Single().Name);
    }

    [Fact]
    public void SetVariable_GivesTheKeyAndNeverPrintsIt()
    {
        var snapshot = Loading.Good(Mixed, Loading.Only(("OPENAI_API_KEY", "sk-secret")));

        var key = Assert.Single(snapshot.Providers["openai"].Keys);
        Assert.Equal("Bearer sk-secret", key.HeaderValue.Reveal());
        Assert.Equal("openai#1", key.Id);
        Assert.DoesNotContain("sk-secret", $"{snapshot.Config} {snapshot.Config.Providers["openai"]} {key.HeaderValue}", StringComparison.Ordinal);
    }

    [Fact]
    public void MissingVariableAnywhereInAnOptionalProvider_IsTheReason()
    {
        var yaml = Optional.Replace("optional: true,", "optional: true, base_url: \"${OPENAI_BASE_URL}\", headers: {x-org: env:OPENAI_ORG},", StringComparison.Ordinal);
        Assert.Equal("OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_ORG are not set", Loading.Good(yaml).ProvidersOff.Single().Reason);
    }

    [Fact]
    public void SecondKeyWithAnEmptyDefault_IsPassedOver()
    {
        var yaml = Mixed.Replace("keys: \"${OPENAI_API_KEY}\"", "keys: [env:OPENAI_API_KEY, \"${SECOND_KEY:-}\", \"${THIRD_KEY:-}\"]", StringComparison.Ordinal);

        var snapshot = Loading.Good(yaml, Loading.Only(("OPENAI_API_KEY", "a"), ("THIRD_KEY", "c")));

        Assert.Equal(["Bearer a", "Bearer c"], snapshot.Providers["openai"].Keys.Select(key => key.HeaderValue.Reveal()));
    }

    [Fact]
    public void OnlyEmptyKeys_CountAsNone()
    {
        var yaml = Mixed.Replace("${OPENAI_API_KEY}", "${OPENAI_API_KEY:-}", StringComparison.Ordinal);
        Assert.StartsWith("gateway.yaml:2:18: None of its keys is set.", Assert.Single(Loading.Errors(yaml)), StringComparison.Ordinal);
        Assert.Equal("none of its keys is set", Loading.Good(yaml.Replace("{keys:", "{optional: true, keys:", StringComparison.Ordinal)).ProvidersOff.Single().Reason);
    }

    [Fact]
    public void FileReference_IsReadWithoutItsLineBreak()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "sk-from-file\n");
            var yaml = Mixed.Replace("\"${OPENAI_API_KEY}\"", $"file:{file}", StringComparison.Ordinal);
            Assert.Equal("Bearer sk-from-file", Loading.Good(yaml).Providers["openai"].Keys.Single().HeaderValue.Reveal());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void MissingFileOfAnOptionalProvider_IsTheReason()
    {
        var yaml = Optional.Replace("\"${OPENAI_API_KEY}\"", "file:/no/such/file", StringComparison.Ordinal);
        Assert.Equal("The secret file '/no/such/file' does not exist", Loading.Good(yaml).ProvidersOff.Single().Reason);
    }

    [Theory]
    [InlineData("${PORT}", "http://localhost:9000")]
    [InlineData("${PORT:-1}", "http://localhost:9000")]
    [InlineData("${OTHER:-9100}", "http://localhost:9100")]
    public void References_MayStandAnywhereInAValue(string port, string expected) =>
        Assert.Equal(expected, Loading.Good(Yaml.With($"host: {{listen: 'http://localhost:{port}'}}\n"), Loading.Only(("PORT", "9000"))).Host.Listen.ToString());

    [Fact]
    public void References_GiveNumbersAndDurationsToo()
    {
        var snapshot = Loading.Good(Yaml.With("retries: {max_attempts: \"${N}\", base_delay: \"${D:-10ms}\"}\n"), Loading.Only(("N", "7")));
        Assert.Equal(7, snapshot.Aliases.Find("chat")!.Retries.MaxAttempts);
        Assert.Equal(TimeSpan.FromMilliseconds(10), snapshot.Aliases.Find("chat")!.Retries.BaseDelay);
    }

    [Fact]
    public void ValueFromTheEnvironment_IsNotPrintedInErrors()
    {
        var error = Assert.Single(Loading.Errors(Yaml.With("host: {listen: \"${ADDRESS}\"}\n"), Loading.Only(("ADDRESS", "my-secret"))));
        Assert.Contains("'${ADDRESS}'", error, StringComparison.Ordinal);
        Assert.DoesNotContain("my-secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public void DoubledDollar_StandsForItself() =>
        Assert.Equal("a${b}c", Loading.Good(Yaml.With("host: {records: 'a$${b}c'}\n")).Host.Records);

    [Fact]
    public void RuleWhoseProvidersAreAllOff_LeadsNowhereRatherThanElsewhere()
    {
        var result = Loading.Text("""
            providers: {mistral: {keys: env:MISTRAL, optional: true}, simulated: }
            deployments: {eu: {provider: mistral}, sim: {provider: simulated}}
            aliases:
              chat:
                rules:
                  - {name: legal, when: {teams: [legal]}, groups: [{deployments: [eu]}]}
                  - {groups: [{deployments: [sim]}]}
            """);

        var rules = result.Snapshot!.Aliases.Find("chat")!.Rules;
        Assert.Equal(["legal", "rule 2"], rules.Select(rule => rule.Name));
        Assert.Empty(rules[0].Groups);
        Assert.Equal("gateway.yaml:6:9: Rule 'legal' of the alias 'chat' leads nowhere, because all its providers are off: requests that it matches are refused. Switch a provider on, or add one that is.", result.Warnings.Single().ToString());
    }
}
