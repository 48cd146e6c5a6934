using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Reload;

/// <summary>Reloading: whole or not at all, unseen by requests, and visible to operators when it is refused.</summary>
public sealed class ReloadTests
{
    private const int Callers = 8;

    // Each waits for the watcher, which lets writes settle for a fifth of a second.
    private static readonly int Reloads = FullLength.Or(200, 50);

    [Fact]
    public async Task ReloadsUnderLoad_NoRequestFailsOrIsMisrouted()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayServer.ForSimulatorAsync(simulator, AliasFor("v0"));
        var original = await File.ReadAllTextAsync(gateway.RoutingFile, TestContext.Current.CancellationToken);
        var modelOf = new ConcurrentDictionary<string, string> { [VersionOf(original)] = "v0" };
        var (answers, wrong) = (0, new ConcurrentQueue<string>());
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, Callers).Select(caller => CallAsync(SeededRandom.From(caller))).ToArray();

        for (var number = 1; number <= Reloads; number++)
        {
            var model = $"v{number}";
            var good = original.Replace("model: v0", $"model: {model}", StringComparison.Ordinal);
            if (number % 5 == 0)
            {
                await WriteAsync(gateway.RoutingFile, good.Replace("provider: sim-a, model: v", "provider: nobody, model: v", StringComparison.Ordinal));
                await WaitForReloadAsync(gateway.Admin, detail => detail.GetProperty("config_reload").GetString() == "failed");
            }
            modelOf[VersionOf(good)] = model;
            await WriteAsync(gateway.RoutingFile, good);
            await WaitForReloadAsync(gateway.Admin, detail => detail.GetProperty("config_version").GetString() == VersionOf(good) && detail.GetProperty("config_reload").GetString() == "ok");
        }
        await stop.CancelAsync();
        await Task.WhenAll(callers);

        Assert.Empty(wrong);
        Assert.True(answers > Reloads, $"{answers} answers in {Reloads} reloads.");

        async Task CallAsync(SeededRandom choice)
        {
            while (!stop.IsCancellationRequested)
            {
                var answer = await ChatAnswer.AskAsync(gateway.Client, "m", stream: choice.Chance(0.5));
                Interlocked.Increment(ref answers);
                // The simulator names the model that it was asked for.
                if (!answer.IsWhole || !modelOf.TryGetValue(answer.ConfigVersion, out var expected)
                    || !answer.Body.Contains($"\"model\":\"{expected}\"", StringComparison.Ordinal) || answer.Header("x-gateway-model") != expected)
                    wrong.Enqueue(answer.ToString());
            }
        }
    }

    [Fact]
    public async Task BadFile_IsShownToOperatorsAndTheOldStaysInForce()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayServer.ForSimulatorAsync(simulator);
        var good = await File.ReadAllTextAsync(gateway.RoutingFile, TestContext.Current.CancellationToken);
        Assert.Equal(1, await ReloadGaugeAsync(gateway));

        await WriteAsync(gateway.RoutingFile, good.Replace("provider: sim-a", "provider: sim-z", StringComparison.Ordinal));
        var detail = await WaitForReloadAsync(gateway.Admin, detail => detail.GetProperty("config_reload").GetString() == "failed");

        Assert.Equal(VersionOf(good), detail.GetProperty("config_version").GetString());
        Assert.Equal("ready", detail.GetProperty("status").GetString());
        Assert.Contains(detail.GetProperty("config_errors").EnumerateArray(), error => error.GetString()!.Contains("sim-z", StringComparison.Ordinal));
        Assert.Equal(0, await ReloadGaugeAsync(gateway));
        Assert.Contains("aigateway_config_reloads_total{result=\"refused\"} 1", await MetricsAsync(gateway), StringComparison.Ordinal);
        // What is for operators does not go to callers.
        var seenByCallers = await gateway.Client.GetStringAsync(new Uri("readyz", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("sim-z", seenByCallers, StringComparison.Ordinal);
        Assert.True((await ChatAnswer.AskAsync(gateway.Client, "chat", stream: false)).IsWhole);

        await WriteAsync(gateway.RoutingFile, good + "# mended\n");
        detail = await WaitForReloadAsync(gateway.Admin, detail => detail.GetProperty("config_reload").GetString() == "ok");
        Assert.Equal(VersionOf(good + "# mended\n"), detail.GetProperty("config_version").GetString());
        Assert.Equal(1, await ReloadGaugeAsync(gateway));
    }

    [Fact]
    public async Task StreamInFlight_EndsWithTheConfigurationItBeganWith()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayServer.ForSimulatorAsync(simulator, AliasFor("v0"));
        var old = await File.ReadAllTextAsync(gateway.RoutingFile, TestContext.Current.CancellationToken);
        await simulator.Control.SetFaultAsync("pace=50,tokens=40");

        var asking = ChatAnswer.AskAsync(gateway.Client, "m", stream: true);
        await simulator.Control.WaitForStatsAsync(seen => seen.GetProperty("in_flight").GetInt32() == 1);
        // The alias goes, and with it the deployment that is just answering.
        var next = old.Replace(AliasFor("v0").Split('\n')[^1], "", StringComparison.Ordinal);
        await WriteAsync(gateway.RoutingFile, next);
        await WaitForReloadAsync(gateway.Admin, detail => detail.GetProperty("config_version").GetString() == VersionOf(next));
        var answer = await asking;

        Assert.True(answer.IsWhole, answer.ToString());
        Assert.Equal(VersionOf(old), answer.ConfigVersion);
        Assert.Equal(VersionOf(old), (await gateway.ReadRecordsAsync(answer.RequestId)).GetProperty("config_version").GetString());
        Assert.Equal(404, (await ChatAnswer.AskAsync(gateway.Client, "m", stream: true)).Status);
    }

    [Fact]
    public async Task Health_SurvivesReloads()
    {
        await using var simulators = new Pair();
        await simulators.StartAsync();
        await using var gateway = await GatewayServer.ForSimulatorsAsync([simulators.A.Address, simulators.B.Address]);
        await simulators.A.Control.SetFaultAsync("retry-after=600");
        Assert.Equal("chat-b", (await ChatAnswer.AskAsync(gateway.Client, "chat", stream: false)).Deployment);
        await simulators.A.Control.ResetAsync();
        var next = await File.ReadAllTextAsync(gateway.RoutingFile, TestContext.Current.CancellationToken) + "# again\n";

        await WriteAsync(gateway.RoutingFile, next);
        await WaitForReloadAsync(gateway.Admin, detail => detail.GetProperty("config_version").GetString() == VersionOf(next));

        Assert.Equal("chat-b", (await ChatAnswer.AskAsync(gateway.Client, "chat", stream: false)).Deployment);
        Assert.Equal(0, await simulators.A.Control.RequestsAsync());
    }

    [Fact]
    public async Task Hangup_TakesUpSecretsOfAnUnchangedFile()
    {
        await using var simulator = await SimulatorServer.StartAsync(options => options.RequiredApiKey = "sk-new");
        var secret = Path.GetTempFileName();
        await File.WriteAllTextAsync(secret, "sk-old", TestContext.Current.CancellationToken);
        await using var gateway = await GatewayProcess.StartAsync($$"""
            providers:
              p: { kind: openai-compatible, base_url: "{{simulator.Address}}v1", keys: "file:{{secret}}" }
            deployments:
              d: { provider: p, model: m }
            aliases:
              m: { groups: [{ deployments: [d] }] }
            breaker:
              credential_cooldown: 0s
            """);
        Assert.Equal(502, (await ChatAnswer.AskAsync(gateway.Client, "m", stream: false)).Status);

        await File.WriteAllTextAsync(secret, "sk-new", TestContext.Current.CancellationToken);
        await gateway.Process.SignalAsync("HUP");
        await gateway.Process.WaitForLineAsync("is in force as version");

        Assert.True((await ChatAnswer.AskAsync(gateway.Client, "m", stream: false)).IsWhole);
        Assert.False(gateway.Process.HasExited);
        File.Delete(secret);
    }

    [Fact]
    public async Task ConfigMap_IsTakenUpWhenItsSymlinkIsSwapped()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        var folder = Directory.CreateTempSubdirectory("aigateway-configmap-").FullName;
        var (port, adminPort) = (FreePort.Next(), FreePort.Next());
        string Text(string model) => RoutingText.Merge(
            $"""
            host:
              listen: http://127.0.0.1:{port}
              admin:
                listen: http://127.0.0.1:{adminPort}
              records: off
              data_folder: "{folder}/state"
            """,
            RoutingText.ForSimulators([simulator.Address]),
            AliasFor(model));
        // As Kubernetes lays a ConfigMap out: the file is a link through ..data, which is a link to a folder that is replaced.
        await PutAsync("..v1", Text("v1"));
        File.CreateSymbolicLink(Path.Combine(folder, "..data"), "..v1");
        File.CreateSymbolicLink(Path.Combine(folder, "gateway.yaml"), Path.Combine("..data", "gateway.yaml"));
        try
        {
            await using var process = ChildProcess.StartDotnet(GatewayProcess.Dll, ["--config", Path.Combine(folder, "gateway.yaml")]);
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
            using var admin = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{adminPort}/") };
            await process.WaitForHttpAsync(new Uri(admin.BaseAddress, "readyz"));
            Assert.Equal("v1", (await ChatAnswer.AskAsync(client, "m", stream: false)).Header("x-gateway-model"));

            await PutAsync("..v2", Text("v2"));
            File.CreateSymbolicLink(Path.Combine(folder, "..data_tmp"), "..v2");
            File.Move(Path.Combine(folder, "..data_tmp"), Path.Combine(folder, "..data"), overwrite: true);
            Directory.Delete(Path.Combine(folder, "..v1"), recursive: true);
            await WaitForReloadAsync(admin, detail => detail.GetProperty("config_version").GetString() == VersionOf(Text("v2")));

            Assert.Equal("v2", (await ChatAnswer.AskAsync(client, "m", stream: false)).Header("x-gateway-model"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task PutAsync(string name, string text)
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
            await File.WriteAllTextAsync(Path.Combine(folder, name, "gateway.yaml"), text);
        }
    }

    private static string AliasFor(string model) => $$"""
        deployments:
          now: { provider: sim-a, model: {{model}} }
        aliases:
          m: { groups: [{ deployments: [now] }] }
        """;

    private static string VersionOf(string text) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))[..12];

    /// <summary>Writes as editors do: aside, then moved over the old one.</summary>
    private static async Task WriteAsync(string path, string text)
    {
        await File.WriteAllTextAsync(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static async Task<JsonElement> WaitForReloadAsync(HttpClient admin, Func<JsonElement, bool> isWanted)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (true)
        {
            var detail = JsonSerializer.Deserialize<JsonElement>(await admin.GetStringAsync(new Uri("readyz", UriKind.Relative)));
            if (isWanted(detail))
                return detail;
            Assert.True(DateTime.UtcNow < deadline, $"The reload did not come: {detail}");
            await Task.Delay(10);
        }
    }

    private static Task<string> MetricsAsync(GatewayServer gateway) => gateway.Admin.GetStringAsync(new Uri("metrics", UriKind.Relative));

    private static async Task<int> ReloadGaugeAsync(GatewayServer gateway)
    {
        var line = (await MetricsAsync(gateway)).Split('\n').Single(line => line.StartsWith("aigateway_config_last_reload_successful", StringComparison.Ordinal));
        return line.EndsWith(" 1", StringComparison.Ordinal) ? 1 : 0;
    }

    private sealed class Pair : IAsyncDisposable
    {
        public SimulatorServer A { get; private set; } = null!;

        public SimulatorServer B { get; private set; } = null!;

        public async Task StartAsync()
        {
            A = await SimulatorServer.StartAsync();
            B = await SimulatorServer.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await A.DisposeAsync();
            await B.DisposeAsync();
        }
    }
}
