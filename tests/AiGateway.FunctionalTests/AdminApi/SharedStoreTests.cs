using System.Net;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.AdminApi;

/// <summary>Several nodes on one store: what one changes holds on the others soon, and a store that is away opens nothing.</summary>
public sealed class SharedStoreTests(TwoSimulators simulators) : IClassFixture<TwoSimulators>
{
    [Fact]
    public async Task TwoProcesses_OnOneDataFolder_SeeEachOthersChanges()
    {
        using var folder = new GatewayFolder();
        var settings = AdminNode.Settings + "\n" + TwoSimulators.CalmBreaker;
        await using var one = await GatewayProcess.ForSimulatorsAsync([simulators.A.Address], settings, dataFolder: folder.DataFolder);
        await using var two = await GatewayProcess.ForSimulatorsAsync([simulators.A.Address], settings, dataFolder: folder.DataFolder);

        await ChangesTravelAsync(new AdminNode(one), new AdminNode(two));
    }

    [Fact]
    public async Task TwoNodes_OnOnePostgres_SeeEachOthersChanges_AndWritersOfBothAreInOneOrder()
    {
        await using var postgres = await PostgresServer.StartOrSkipAsync();
        await using var one = await StartAsync(postgres);
        await using var two = await StartAsync(postgres);
        var (first, second) = (new AdminNode(one), new AdminNode(two));

        await ChangesTravelAsync(first, second);

        var made = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => (i % 2 == 0 ? first : second).AskAsync("POST", "keys", $$"""{"id":"n{{i / 2}}","team":"x"}""")));
        Assert.Equal(12, made.Count(static answer => answer.Status == HttpStatusCode.Created));
        Assert.Equal(12, made.Count(static answer => answer is { Status: HttpStatusCode.OK, IsReplay: true }));
        var audit = (await second.AskAsync("GET", "audit?limit=1000")).Body.GetProperty("data").EnumerateArray().Select(static row => row.GetProperty("revision").GetInt64()).ToList();
        Assert.Equal(Enumerable.Range(1, audit.Count).Reverse().Select(static revision => (long)revision), audit);
    }

    [Fact]
    public async Task APostgres_ThatIsAway_KeepsWhatIsKnown_RefusesChanges_AndBringsNothingBack()
    {
        await using var postgres = await PostgresServer.StartOrSkipAsync();
        string good, revoked;
        await using (var before = await StartAsync(postgres))
        {
            var node = new AdminNode(before);
            (good, revoked) = (await node.NewKeyAsync("""{"id":"good"}"""), await node.NewKeyAsync("""{"id":"revoked"}"""));
            await node.AskAsync("DELETE", "keys/revoked");
            await postgres.StopAsync();

            Assert.Equal(HttpStatusCode.OK, await node.CallAsync(good));
            Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(revoked));
            Assert.Equal("store_unavailable", (await node.AskAsync("POST", "keys", """{"id":"more"}""")).Code);
            Assert.Equal(HttpStatusCode.OK, (await node.AskAsync("GET", "keys")).Status);
        }

        await using var after = await StartAsync(postgres);
        var again = new AdminNode(after);
        using var ready = await after.Client.GetAsync(new Uri("readyz", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await again.CallAsync(good));
        Assert.Equal(HttpStatusCode.Unauthorized, await again.CallAsync(null));
        Assert.Equal(HttpStatusCode.OK, await again.CallAsync("file-key"));

        await postgres.StartAsync();
        await again.UntilCallIsAsync(good, HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Unauthorized, await again.CallAsync(revoked));
    }

    [Fact]
    public async Task TheCommandLine_MakesAndRevokesKeys_OfARunningGateway()
    {
        await using var gateway = await GatewayServer.ForSimulatorsAsync([simulators.A.Address], AdminNode.Settings + "\n" + TwoSimulators.CalmBreaker);
        var node = new AdminNode(gateway);

        var made = await RunAsync("keys", "create", "--id", "cli-key", "--team", "red", "--config", gateway.RoutingFile);
        var key = made.Split('\n').Select(static line => line.Trim()).First(static line => line.StartsWith("sk-gw-", StringComparison.Ordinal));
        await node.UntilCallIsAsync(key, HttpStatusCode.OK);
        var list = await RunAsync("keys", "list", "--config", gateway.RoutingFile);
        var revoked = await RunAsync("keys", "revoke", "cli-key", "--config", gateway.RoutingFile);
        await node.UntilCallIsAsync(key, HttpStatusCode.Unauthorized);

        Assert.Contains("cli-key", list, StringComparison.Ordinal);
        Assert.DoesNotContain(key, list, StringComparison.Ordinal);
        Assert.Contains("revoked", revoked, StringComparison.Ordinal);
        Assert.StartsWith("cli:", (await node.AskAsync("GET", "audit?limit=1")).Body.GetProperty("data")[0].GetProperty("actor").GetString(), StringComparison.Ordinal);
    }

    private static async Task ChangesTravelAsync(AdminNode one, AdminNode two)
    {
        var key = await one.NewKeyAsync("""{"id":"travels","team":"red"}""");
        await two.UntilCallIsAsync(key, HttpStatusCode.OK);
        await two.AskAsync("POST", "limits", """{"id":"none","on":"key","match":"travels","requests":"1/month"}""");
        await one.UntilCallIsAsync(key, HttpStatusCode.TooManyRequests);
        await two.AskAsync("DELETE", "limits/none");
        await one.UntilCallIsAsync(key, HttpStatusCode.OK);
        await two.AskAsync("DELETE", "keys/travels");
        await one.UntilCallIsAsync(key, HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.Unauthorized, await two.CallAsync(key));
    }

    private static async Task<string> RunAsync(params string[] args)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        Assert.Equal(0, await Cli.CommandLine.RunAsync(args, output, error));
        Assert.Empty(error.ToString());
        return output.ToString();
    }

    private Task<GatewayServer> StartAsync(PostgresServer postgres) => GatewayServer.ForSimulatorsAsync(
        [simulators.A.Address],
        $$"""
        {{AdminNode.Settings}}
          ledger:
            store: {{postgres.Url()}}
        callers:
          - { id: of-the-file, key_hash: "{{GatewayServer.HashOf("file-key")}}" }
        {{TwoSimulators.CalmBreaker}}
        """);
}
