using System.Globalization;
using System.Net;
using System.Text.Json;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;

namespace AiGateway.FunctionalTests.AdminApi;

/// <summary>Limits and budgets made at run time: they hold at once, begin with what was spent, and callers see what is left.</summary>
public sealed class RuntimeBudgetTests(TwoSimulators simulators) : IClassFixture<TwoSimulators>
{
    private const string Ledger = """
          ledger:
            store: sqlite
        """;

    [Fact]
    public async Task ABudget_MadeInTheMiddleOfAMonth_BeginsWithWhatWasSpent_AndShowsWhatIsLeft()
    {
        await using var gateway = await StartAsync();
        await simulators.A.Control.SetFaultAsync("tokens=40");
        var node = new AdminNode(gateway);
        var key = await node.NewKeyAsync("""{"id":"ci"}""");
        var spent = 0m;
        for (var i = 0; i < 10; i++)
            spent += (await node.SpendAsync(key)).Cost;
        await UntilLedgerHasAsync(node, key, spent);

        // Nothing is left of this one, and of the next one there is.
        await node.AskAsync("POST", "budgets", $$"""{"id":"small","on":"key","match":"ci","amount":"{{spent.ToString(CultureInfo.InvariantCulture)}}"}""");
        Assert.Equal(HttpStatusCode.PaymentRequired, await node.CallAsync(key));
        var raised = await node.AskAsync("PATCH", "budgets/small", """{"amount":"5"}""");
        Assert.Equal(HttpStatusCode.OK, raised.Status);
        var usage = Budget(await node.UsageAsync(key));

        Assert.Equal("small", usage.GetProperty("id").GetString());
        Assert.Equal("5", usage.GetProperty("amount_usd").GetString());
        Assert.Equal(spent, Usd(usage, "used_usd"));
        Assert.Equal(5 - spent, Usd(usage, "left_usd"));
        var (status, cost) = await node.SpendAsync(key);
        Assert.Equal(HttpStatusCode.OK, status);

        // Counted once, however often it was changed, removed and made again.
        await node.AskAsync("DELETE", "budgets/small");
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(key));
        await UntilLedgerHasAsync(node, key, spent + (2 * cost));
        await node.AskAsync("POST", "budgets", $$"""{"id":"small","on":"key","match":"ci","amount":"{{(spent + (4 * cost)).ToString(CultureInfo.InvariantCulture)}}","reserve":"learned"}""");
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(key));
        await node.AskAsync("PATCH", "budgets/small", $$"""{"amount":"{{(spent + (3 * cost)).ToString(CultureInfo.InvariantCulture)}}"}""");
        Assert.Equal(HttpStatusCode.PaymentRequired, await node.CallAsync(key));
    }

    [Fact]
    public async Task ALimit_HoldsAtOnce_IsChangedAtOnce_AndGoesAtOnce()
    {
        await using var gateway = await StartAsync();
        var node = new AdminNode(gateway);
        var key = await node.NewKeyAsync("""{"id":"ci","team":"red"}""");
        var other = await node.NewKeyAsync("""{"id":"other","team":"blue"}""");

        var made = await node.AskAsync("POST", "limits", """{"on":"team","match":"red","requests":"2/hour"}""");
        Assert.Equal("team red", made.Text("id"));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], [await node.CallAsync(key), await node.CallAsync(key), await node.CallAsync(key)]);
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(other));
        await node.AskAsync("PATCH", "limits/team%20red", """{"requests":"3/hour"}""");
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests], [await node.CallAsync(key), await node.CallAsync(key)]);
        await node.AskAsync("DELETE", "limits/team%20red");
        Assert.Equal(HttpStatusCode.OK, await node.CallAsync(key));
        Assert.Equal("conflict", (await node.AskAsync("POST", "limits", """{"id":"x","on":"key","concurrent":1}""")) is { Status: HttpStatusCode.Created } ? (await node.AskAsync("POST", "budgets", """{"id":"x","on":"key","amount":"1"}""")).Code : "");
        var warned = await node.AskAsync("POST", "limits", """{"on":"team","match":"rde","requests":"2/hour"}""");
        Assert.Contains("Did you mean 'red'?", warned.Body.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
    }

    private static JsonElement Budget(JsonElement usage) => Assert.Single(usage.GetProperty("budgets").EnumerateArray());

    private static decimal Usd(JsonElement budget, string name) => decimal.Parse(budget.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);

    private static Task UntilLedgerHasAsync(AdminNode node, string key, decimal spent) => AdminNode.UntilAsync(
        async () => await node.UsageAsync(key) is var usage && usage.TryGetProperty("key", out var own) && decimal.Parse(own.GetProperty("month").GetProperty("cost_usd").GetString()!, CultureInfo.InvariantCulture) >= spent,
        $"the ledger has {spent} USD");

    private Task<GatewayServer> StartAsync() => GatewayServer.ForSimulatorsAsync([simulators.A.Address, simulators.B.Address], AdminNode.Settings + "\n" + Ledger + "\n" + TwoSimulators.CalmBreaker);
}
