using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Lifecycle;

/// <summary>Starting: a newcomer sees where to go; an operator whose start fails sees why, and no stack trace.</summary>
public sealed partial class StartTests
{
    private const string Simulated = """
        providers:
          simulated: {}
        aliases:
          demo/*: { groups: [{ deployments: [demo] }] }
        deployments:
          demo: { provider: simulated, model: "*" }
        """;

    [Fact]
    public async Task Start_ReportsAddressProvidersModelsAndALineThatWorks()
    {
        using var file = new GatewayFile(Simulated);
        await using var process = file.Start();
        await process.WaitForLineAsync("curl ");

        Assert.Contains($"AiGateway listens on {file.Address.GetLeftPart(UriPartial.Authority)}", process.Output, StringComparison.Ordinal);
        Assert.Matches("providers +simulated", process.Output);
        Assert.Matches("models +demo/\\*", process.Output);
        Assert.Contains($"{file.AdminAddress.GetLeftPart(UriPartial.Authority)}/metrics", process.Output, StringComparison.Ordinal);
        var curl = await process.WaitForLineAsync("curl (?<url>\\S+) .*\"model\":\"(?<model>[^\"]+)\"");
        using var client = new HttpClient { BaseAddress = new Uri(new Uri(curl.Groups["url"].Value).GetLeftPart(UriPartial.Authority)) };
        var answer = await ChatAnswer.AskAsync(client, curl.Groups["model"].Value, stream: false);
        Assert.True(answer.IsWhole, answer.ToString());
    }

    [Fact]
    public async Task FileThatDoesNotSpeakOfALedger_KeepsOne()
    {
        using var file = new GatewayFile(Simulated);
        await using var process = file.Start();
        await process.WaitForLineAsync("curl ");
        Assert.Contains($"ledger     {file.PathOf("data")}{Path.DirectorySeparatorChar}ledger.db", process.Output, StringComparison.Ordinal);
        using var client = new HttpClient { BaseAddress = file.Address };
        Assert.True((await ChatAnswer.AskAsync(client, "demo/one", stream: false)).IsWhole);
        await process.SignalAsync("TERM");
        Assert.Equal(0, await process.WaitForExitAsync());

        await using var report = file.Start("report", "--by", "model", "--format", "csv");

        Assert.Equal(0, await report.WaitForExitAsync());
        Assert.Contains("\none,1,0,1,", report.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataFolderThatCannotBeWritten_IsOneLineThatSaysHowToDoWithout()
    {
        using var file = new GatewayFile(Simulated);
        // In place of the folder: a folder without rights would stop no one who is root.
        await File.WriteAllTextAsync(file.PathOf("data"), "", TestContext.Current.CancellationToken);
        await using var process = file.Start();

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains("did not start: The ledger's queue cannot be made", process.Output, StringComparison.Ordinal);
        Assert.Contains("host.ledger.store: off", process.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);

        using var without = new GatewayFile(Simulated, "  ledger: { store: off }\n  id_secret: 0123456789abcdef0123456789abcdef");
        await File.WriteAllTextAsync(without.PathOf("data"), "", TestContext.Current.CancellationToken);
        await using var started = without.Start();
        await started.WaitForLineAsync("ledger     off");
    }

    [Fact]
    public async Task BadFile_PrintsEveryErrorWithItsPlaceAndEnds()
    {
        using var file = new GatewayFile("""
            providers:
              p: { kind: openai-compatible, base_url: "http://127.0.0.1:1/v1", keys: k }
            deployments:
              one: { provider: q, model: m }
              two: { provider: p, model: m, colour: red }
            aliases:
              x: { groups: [{ deployments: [three] }] }
            """);
        await using var process = file.Start();

        Assert.Equal(1, await process.WaitForExitAsync());
        var places = Place().Matches(process.Output).Count;
        Assert.True(places >= 3, process.Output);
        foreach (var word in new[] { "'q'", "colour", "'three'" })
            Assert.Contains(word, process.Output, StringComparison.Ordinal);
        Assert.Contains("did not start", process.Output, StringComparison.Ordinal);
        AssertNoTrace(process.Output);
    }

    [Theory]
    [InlineData("--config", "/nowhere/gateway.yaml")]
    [InlineData("--config=/nowhere/gateway.yaml")]
    [InlineData("run", "--config=/nowhere/gateway.yaml")]
    public async Task MissingFile_IsOneClearLine(params string[] command)
    {
        await using var process = ChildProcess.StartDotnet(GatewayProcess.Dll, command);

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains("/nowhere/gateway.yaml", process.Output, StringComparison.Ordinal);
        AssertNoTrace(process.Output);
    }

    [Fact]
    public async Task PortInUse_IsOneClearLine()
    {
        using var file = new GatewayFile(Simulated);
        using var taken = new TcpListener(IPAddress.Loopback, file.Address.Port);
        taken.Start();
        await using var process = file.Start();

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains("did not start", process.Output, StringComparison.Ordinal);
        Assert.Contains("in use", process.Output, StringComparison.Ordinal);
        Assert.Contains(file.Address.Port.ToString(CultureInfo.InvariantCulture), process.Output, StringComparison.Ordinal);
        AssertNoTrace(process.Output);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "OTEL_EXPORTER_OTLP_PROTOCOL is 'http/json', which is neither grpc nor http/protobuf.")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "no-equals-sign", "did not start: OTLP export cannot be set up")]
    public async Task UnusableTelemetryVariable_IsOneClearLine(string variable, string value, string expected)
    {
        using var file = new GatewayFile(Simulated, "  otlp: { endpoint: http://127.0.0.1:4318 }");
        await using var process = file.Start(new Dictionary<string, string?> { [variable] = value });

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains(expected, process.Output, StringComparison.Ordinal);
        AssertNoTrace(process.Output);
    }

    [Fact]
    public async Task OtlpHeaderWithAComma_IsNamedByItsKeyWithoutItsValue()
    {
        using var file = new GatewayFile(Simulated, "  otlp: { endpoint: http://127.0.0.1:4318, headers: { x-key: env:COLLECTOR_KEY } }");
        await using var process = file.Start(new Dictionary<string, string?> { ["COLLECTOR_KEY"] = "sesame,open" });

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Matches(@"gateway\.yaml:\d+:\d+: The value of 'host\.otlp\.headers\.x-key' holds a comma", process.Output);
        Assert.DoesNotContain("sesame", process.Output, StringComparison.Ordinal);
        AssertNoTrace(process.Output);
    }

    [Fact]
    public async Task HealthCommand_TellsARunningGatewayFromNone()
    {
        using var file = new GatewayFile(Simulated);
        await using (var none = file.Start("health"))
            Assert.Equal(1, await none.WaitForExitAsync());

        await using var gateway = file.Start();
        await gateway.WaitForHttpAsync(new Uri(file.AdminAddress, "healthz"));
        await using var health = file.Start("health");

        Assert.True(await health.WaitForExitAsync() == 0, health.Output);
        AssertNoTrace(health.Output);
    }

    [Fact]
    public async Task MetricsListener_ServesMetricsAndNothingElse()
    {
        var port = FreePort.Next();
        using var file = new GatewayFile(Simulated, $"  metrics_listen: http://127.0.0.1:{port}");
        await using var process = file.Start();
        await process.WaitForHttpAsync(new Uri(file.AdminAddress, "healthz"));
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };

        Assert.Contains("aigateway_config_info", await client.GetStringAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var models = await client.GetAsync(new Uri("v1/models", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, models.StatusCode);
        using var admin = await client.GetAsync(new Uri("admin/requests/x", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, admin.StatusCode);
        // And callers do not get metrics.
        using var callers = new HttpClient { BaseAddress = file.Address };
        using var notHere = await callers.GetAsync(new Uri("metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, notHere.StatusCode);
    }

    private static void AssertNoTrace(string output)
    {
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled", output, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"gateway\.yaml:[0-9]+:[0-9]+: ", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Place();
}
