using System.Net;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;

namespace AiGateway.FunctionalTests.AdminApi;

/// <summary>Keys and teams made at run time: they work at once, change at once, and once revoked never work again.</summary>
public sealed class KeyLifeTests(TwoSimulators simulators) : IClassFixture<TwoSimulators>
{
    [Fact]
    public async Task AKey_Works_IsChanged_Rotated_SwitchedOff_AndRevokedForGood()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);
        Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(null));

        var first = await node.NewKeyAsync("""{"id":"ci","team":"red","aliases":["chat"]}""");
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(first));
        Assert.Equal(HttpStatusCode.Forbidden, await node.CallAsync(first, "a/other"));

        var changed = await node.AskAsync("PATCH", "keys/ci", """{"aliases":null,"tags":{"cc":"1"}}""");
        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(first, "a/other"));

        var rotated = (await node.AskAsync("POST", "keys/ci/rotate", """{"grace":"1h"}""")).Text("key");
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(first));
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(rotated));
        var last = (await node.AskAsync("POST", "keys/ci/rotate")).Text("key");
        Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(first));
        Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(rotated));
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(last));

        Assert.Equal("disabled", (await node.AskAsync("POST", "keys/ci/disable")).Text("status"));
        Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(last));
        Assert.Equal("active", (await node.AskAsync("POST", "keys/ci/enable")).Text("status"));
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(last));

        Assert.Equal("revoked", (await node.AskAsync("DELETE", "keys/ci")).Text("status"));
        Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(last));
        Assert.Equal(HttpStatusCode.Conflict, (await node.AskAsync("POST", "keys/ci/enable")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await node.AskAsync("POST", "keys", """{"id":"ci"}""")).Status);
        var reused = await node.AskAsync("POST", "keys", $$"""{"id":"ci2","key_hash":"{{GatewayServer.HashOf(last).ToUpperInvariant().Replace("SHA256", "sha256", StringComparison.Ordinal)}}"}""");
        Assert.Equal(HttpStatusCode.Conflict, reused.Status);
        Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(last));
    }

    [Fact]
    public async Task Restart_KeepsKeys_AndWhatWasRevoked()
    {
        using var folder = new GatewayFolder();
        string kept, revoked;
        await using (var before = await StartAsync(dataFolder: folder.DataFolder))
        {
            var node = new AdminNode(before);
            (kept, revoked) = (await node.NewKeyAsync("""{"id":"kept"}"""), await node.NewKeyAsync("""{"id":"revoked"}"""));
            await node.AskAsync("DELETE", "keys/revoked");
            await before.StopAsync();
        }

        await using var after = await StartAsync(dataFolder: folder.DataFolder);
        var again = new AdminNode(after);

        Assert.Equal(HttpStatusCode.OK, await again.CallAsync(kept));
        Assert.Equal(HttpStatusCode.Unauthorized, await again.CallAsync(revoked));
        Assert.Equal(["kept"], (await again.AskAsync("GET", "keys")).Body.GetProperty("data").EnumerateArray().Select(static key => key.GetProperty("id").GetString()));
        Assert.Equal("revoked", (await again.AskAsync("GET", "keys/revoked")).Text("status"));
    }

    [Fact]
    public async Task TheLastKeyRevoked_DoesNotOpenTheGateway()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);
        var key = await node.NewKeyAsync("""{"id":"only"}""");
        await node.AskAsync("DELETE", "keys/only");

        Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(key));
        Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(null));
    }

    [Fact]
    public async Task AStreamInFlight_EndsNormally_WhenItsKeyIsRevoked()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);
        var key = await node.NewKeyAsync("""{"id":"streaming"}""");
        await simulators.A.Control.SetFaultAsync("stall=3,800");
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = new StringContent("""{"model":"chat","stream":true,"max_tokens":60,"messages":[{"role":"user","content":"hello"}]}""", System.Text.Encoding.UTF8, "application/json"),
            Headers = { { "Authorization", $"Bearer {key}" } },
        };

        using var answer = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await node.AskAsync("DELETE", "keys/streaming");
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        await simulators.A.Control.SetFaultAsync(null);

        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(key));
    }

    [Fact]
    public async Task ATeam_GivesItsKeysWhatTheyDoNotSay_AndSwitchesThemAllOff()
    {
        await using var gateway = await StartAsync("limits: [{ on: organisation, match: acme, requests: 2/hour }]");
        var node = new AdminNode(gateway);
        var team = await node.AskAsync("POST", "teams", """{"id":"red","organisation":"acme","aliases":["chat","caht"],"priority":"batch"}""");
        Assert.Equal("The team 'red' may use 'caht', but no alias has such a name. Did you mean 'chat'?", Assert.Single(team.Body.GetProperty("warnings").EnumerateArray()).GetString());
        var key = await node.NewKeyAsync("""{"id":"a","team":"red"}""");
        var free = await node.NewKeyAsync("""{"id":"b","team":"red","aliases":["a/*"]}""");

        Assert.Equal(HttpStatusCode.Forbidden, await node.CallAsync(key, "a/x"));
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(key));
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(free, "a/x"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await node.CallAsync(key));
        var elsewhere = await node.AskAsync("POST", "keys", """{"id":"c","team":"red","organisation":"other"}""");
        Assert.Contains("'acme'", elsewhere.Message, StringComparison.Ordinal);
        Assert.Equal("conflict", (await node.AskAsync("DELETE", "teams/red")).Code);
        await node.AskAsync("POST", "teams/red/disable");
        Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(free, "a/x"));
        Assert.Equal("disabled", (await node.AskAsync("GET", "keys/a")).Text("status"));
    }

    [Fact]
    public async Task TheFileWins_AtOnceAndAfterAReload_AndTheApiSaysSo()
    {
        await using var gateway = await StartAsync($$"""
            callers:
              - { id: alice, key_hash: "{{GatewayServer.HashOf("alice-key")}}" }
            """);
        var node = new AdminNode(gateway);
        var there = await node.AskAsync("POST", "keys", """{"id":"alice"}""");
        Assert.Equal("in_routing_file", there.Code);
        Assert.Matches("line [0-9]+", there.Message);
        Assert.Equal("in_routing_file", (await node.AskAsync("DELETE", "keys/alice")).Code);
        var bob = await node.NewKeyAsync("""{"id":"bob"}""");

        var file = await File.ReadAllTextAsync(gateway.RoutingFile, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(gateway.RoutingFile, file.Replace("callers:\n", $"callers:\n  - {{ id: bob, key_hash: \"{GatewayServer.HashOf("bob-of-the-file")}\" }}\n", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await node.UntilCallIsAsync("bob-of-the-file", HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.Unauthorized, await node.CallAsync(bob));
        var shadowed = await node.AskAsync("GET", "keys/bob");
        Assert.Equal("shadowed", shadowed.Text("status"));
        Assert.Equal("file", shadowed.Text("shadowed_by"));
        await File.WriteAllTextAsync(gateway.RoutingFile, file, TestContext.Current.CancellationToken);
        await node.UntilCallIsAsync(bob, HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync("alice-key"));
    }

    private Task<GatewayServer> StartAsync(string extras = "", string? dataFolder = null) => GatewayServer.ForSimulatorsAsync(
        [simulators.A.Address, simulators.B.Address], AdminNode.Settings + "\n" + TwoSimulators.CalmBreaker + "\n" + extras, new GatewayServerOptions { DataFolder = dataFolder });
}
