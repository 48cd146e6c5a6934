using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AiGateway.Configuration;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.Storage.Postgres;
using AiGateway.TestKit;
using Npgsql;

namespace AiGateway.FunctionalTests.Ledger;

/// <summary>Several gateways on one PostgreSQL: one book of everything, also when the server restarts under load, and each node sees what the others spent.</summary>
public sealed class LedgerInPostgresTests
{
    private const int CallersOfEach = 4;

    private static readonly TimeSpan Before = TimeSpan.FromMilliseconds(FullLength.Or(8000, 1500));

    [Fact]
    public async Task TwoProcessesUnderLoad_ServerRestarts_NothingIsLostAndNothingTwice()
    {
        await using var postgres = await PostgresServer.StartOrSkipAsync();
        await using var simulator = await SimulatorServer.StartAsync();
        using GatewayFolder one = new(), two = new();
        GatewayFolder[] folders = [one, two];
        var answered = new ConcurrentBag<string>();
        using var stop = new CancellationTokenSource();
        var nodes = new List<ChildProcess>();
        var callers = new List<Task>();
        foreach (var folder in folders)
        {
            var (port, adminPort) = (FreePort.Next(), FreePort.Next());
            await File.WriteAllTextAsync(folder.RoutingFile, GatewayServer.WithHost(
                RoutingText.Merge(RoutingText.ForSimulators([simulator.Address]), Store(postgres)), folder, port, adminPort));
            nodes.Add(ChildProcess.StartDotnet(GatewayProcess.Dll, ["--config", folder.RoutingFile]));
            await nodes[^1].WaitForHttpAsync(new Uri($"http://127.0.0.1:{adminPort}/healthz"));
            callers.AddRange(Enumerable.Range(0, CallersOfEach).Select(_ => Task.Run(() => CallAsync(port, answered, stop.Token))));
        }
        await Task.Delay(Before, CancellationToken.None);
        await postgres.StopAsync();
        await Task.Delay(Before / 2, CancellationToken.None);
        await postgres.StartAsync();
        await Task.Delay(Before, CancellationToken.None);
        await stop.CancelAsync();
        await Task.WhenAll(callers);
        foreach (var node in nodes)
        {
            await node.SignalAsync("TERM");
            await node.WaitForExitAsync();
            await node.DisposeAsync();
        }

        var tokens = (await simulator.Control.StatsAsync()).GetProperty("tokens");
        var cost = (tokens.GetProperty("input").GetInt64() * 0.000001m) + (tokens.GetProperty("output").GetInt64() * 0.00001m);
        Assert.True(answered.Count > 50, $"Only {answered.Count} requests were answered.");
        var ids = Read(postgres, "SELECT id FROM calls").ConvertAll(static id => (string)id!);
        Assert.Equal(answered.Order(StringComparer.Ordinal), ids.Order(StringComparer.Ordinal));
        Assert.Equal(cost, Read(postgres, "SELECT SUM(cost) FROM calls").Single());
        Assert.Equal(cost, Read(postgres, "SELECT SUM(cost) FROM hours").Single());
        Assert.Equal(cost, Read(postgres, "SELECT SUM(cost) FROM days").Single());
        Assert.Equal(2L, Read(postgres, "SELECT COUNT(*) FROM nodes WHERE appended > 0").Single());
        using var database = new PostgresDatabase(new PostgresAddress("127.0.0.1", postgres.Port, "postgres", "gateway", null, "disable", null));
        Assert.Null(new PostgresLedgerAudit(database).Verify(null, null).Problem);
        Assert.All(folders, folder => Assert.Empty(Directory.EnumerateFiles(Path.Combine(folder.DataFolder, "ledger-queue"), "*.wal", SearchOption.AllDirectories)));
    }

    [Fact]
    public async Task NodesSeeEachOthersSpend_InReports_Usage_AndBudgetsAfterAStart()
    {
        await using var postgres = await PostgresServer.StartOrSkipAsync();
        await using var simulator = await SimulatorServer.StartAsync();
        var settings = Store(postgres) + $"callers:\n  - {{ id: key-a, team: a, organisation: acme, key_hash: {GatewayServer.HashOf("a")} }}\n";
        await using var first = await GatewayServer.ForSimulatorAsync(simulator, settings);
        await using var second = await GatewayServer.ForSimulatorAsync(simulator, settings);
        await AskAsync(first, "chat");
        await AskAsync(second, "chat");
        await first.StopAsync();
        for (var i = 0; i < 1000 && await RequestsAsync(second) < 2; i++)
            await Task.Delay(10);
        Assert.Equal(2, await RequestsAsync(second));
        using var usage = await SendAsync(second, HttpMethod.Get, "v1/usage", null);
        Assert.Equal(2, JsonSerializer.Deserialize<JsonElement>(await usage.Content.ReadAsStringAsync()).GetProperty("team").GetProperty("month").GetProperty("requests").GetInt64());

        // More than one call costs, and less than two: who begins now must know of both.
        var spent = (decimal)Read(postgres, "SELECT SUM(cost) FROM days").Single()!;
        var budget = (spent * 0.75m).ToString(CultureInfo.InvariantCulture);
        await using var third = await GatewayServer.ForSimulatorAsync(simulator, settings + $"budgets:\n  - {{ on: team, amount: \"{budget}\", per: month }}\n");
        Assert.Equal(HttpStatusCode.PaymentRequired, await AskAsync(third, "chat"));
    }

    private static string Store(PostgresServer postgres) => $"host:\n  ledger:\n    store: {postgres.Url()}?sslmode=disable\n";

    private static async Task CallAsync(int port, ConcurrentBag<string> answered, CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        while (!stop.IsCancellationRequested)
        {
            using var content = new StringContent("""{"model":"chat","messages":[{"role":"user","content":"hello"}],"user":"someone"}""", Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(new Uri("v1/chat/completions", UriKind.Relative), content, CancellationToken.None);
            await answer.Content.ReadAsByteArrayAsync(CancellationToken.None);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            answered.Add(answer.Headers.GetValues("x-request-id").Single());
        }
    }

    private static async Task<HttpStatusCode> AskAsync(GatewayServer gateway, string model)
    {
        using var answer = await SendAsync(gateway, HttpMethod.Post, "v1/chat/completions", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hello"}]}""");
        await answer.Content.ReadAsByteArrayAsync();
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(GatewayServer gateway, HttpMethod method, string path, string? body)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "a");
        return await gateway.Client.SendAsync(request);
    }

    private static async Task<long> RequestsAsync(GatewayServer gateway)
    {
        using var answer = await gateway.Admin.GetAsync(new Uri("admin/report?from=last-month&by=team", UriKind.Relative));
        return answer.IsSuccessStatusCode ? JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync()).GetProperty("total").GetProperty("requests").GetInt64() : 0;
    }

    private static List<object?> Read(PostgresServer postgres, string question)
    {
        using var connection = new NpgsqlConnection($"{postgres.ConnectionString()};Pooling=False;Search Path={LedgerTables.Name}");
        connection.Open();
        using var command = PostgresDatabase.Command(connection, question);
        using var reader = command.ExecuteReader();
        var values = new List<object?>();
        while (reader.Read())
            values.Add(reader.GetValue(0));
        return values;
    }
}
