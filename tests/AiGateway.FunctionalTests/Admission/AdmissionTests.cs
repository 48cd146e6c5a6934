using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Admission;

/// <summary>Limits and budgets as callers meet them: who is refused, in what words, and that nothing more passes at any concurrency.</summary>
public sealed class AdmissionTests(TwoSimulators simulators) : IClassFixture<TwoSimulators>
{
    private static readonly string Callers = $$"""
        callers:
          - { id: alice, team: red, project: p, key_hash: "{{GatewayServer.HashOf("alice-key")}}" }
          - { id: bob, team: red, project: p, key_hash: "{{GatewayServer.HashOf("bob-key")}}" }
          - { id: carol, team: blue, project: q, key_hash: "{{GatewayServer.HashOf("carol-key")}}" }
        """;

    [Fact]
    public async Task ManyCallers_NoMorePassThanTheLimit_AndOtherTeamsGoOn()
    {
        await using var gateway = await StartAsync("""
            limits:
              - { on: team, requests: 20/hour }
              - { on: key, match: bob, requests: 5/hour }
            """);

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => AskAsync(gateway, i % 2 == 0 ? "alice-key" : "bob-key")));
        var other = await AskAsync(gateway, "carol-key");

        Assert.Equal(20, answers.Count(answer => answer.Status == 200));
        Assert.InRange(answers.Where((answer, i) => i % 2 == 1).Count(answer => answer.Status == 200), 0, 5);
        Assert.All(answers.Where(answer => answer.Status != 200), answer => Assert.Equal(429, answer.Status));
        Assert.Equal(200, other.Status);
        Assert.Equal("19", other.Header("x-ratelimit-remaining-requests"));
        Assert.Equal(21, (await simulators.A.Control.StatsAsync()).GetProperty("requests").GetInt32());
    }

    [Fact]
    public async Task Refused_InOpenAIsShape_WithWhoseLimitAndHowLong()
    {
        await using var gateway = await StartAsync("limits: [{ on: team, requests: 1/minute }]");
        await AskAsync(gateway, "alice-key");

        var refused = await AskAsync(gateway, "bob-key");

        Assert.Equal(429, refused.Status);
        Assert.Equal("requests", refused.Error.GetProperty("type").GetString());
        Assert.Equal("rate_limit_exceeded", refused.Error.GetProperty("code").GetString());
        Assert.StartsWith("Rate limit reached for the team 'red': 1 requests per minute. Please try again in ", refused.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.InRange(int.Parse(refused.Header("Retry-After"), CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal("0", refused.Header("x-ratelimit-remaining-requests"));
        var record = await gateway.ReadRecordsAsync(refused.RequestId);
        Assert.Equal("rate_limited", record.GetProperty("error").GetProperty("type").GetString());
        Assert.Empty(record.GetProperty("attempts").EnumerateArray());
    }

    [Fact]
    public async Task Refused_InAnthropicsShape_OnItsPath()
    {
        await using var gateway = await StartAsync("limits: [{ on: gateway, requests: 1/minute }]");
        await AskAsync(gateway, "alice-key");
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/messages")
        {
            Content = new StringContent("""{"model":"chat","max_tokens":10,"messages":[{"role":"user","content":"a"}]}""", Encoding.UTF8, "application/json"),
            Headers = { { "x-api-key", "bob-key" } },
        };

        using var answer = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var body = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.Equal("rate_limit_error", body.GetProperty("error").GetProperty("type").GetString());
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task Tokens_AreHeldByWhatIsExpected_AndSettledByWhatWasUsed()
    {
        await using var gateway = await StartAsync("limits: [{ on: team, tokens: 3000/hour }]");
        await simulators.A.Control.SetFaultAsync("tokens=40");

        // An answer of unknown length holds a thousand tokens: three at a time, if all held theirs to the end of the hour; but each uses some fifty.
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await AskAsync(gateway, "alice-key")).Status);
        }
        var stats = (await simulators.A.Control.StatsAsync()).GetProperty("tokens");
        var left = int.Parse((await AskAsync(gateway, "carol-key")).Header("x-ratelimit-remaining-tokens"), CultureInfo.InvariantCulture);
        Assert.InRange(left, 1_800, 3_000);
        Assert.True(stats.ValueKind != JsonValueKind.Undefined);
    }

    [Fact]
    public async Task Concurrent_StreamsCountUntilTheyEnd_AlsoWhenTheirCallerHangsUp()
    {
        await using var gateway = await StartAsync("limits: [{ on: key, concurrent: 2 }]");
        await simulators.A.Control.SetFaultAsync("pace=100,tokens=400");
        var first = await OpenStreamAsync(gateway);
        var second = await OpenStreamAsync(gateway);

        var third = await AskAsync(gateway, "alice-key");
        Assert.Equal(429, third.Status);
        Assert.Contains("2 requests at the same time", third.Error.GetProperty("message").GetString(), StringComparison.Ordinal);

        await simulators.A.Control.SetFaultAsync(null);
        first.Dispose();
        await simulators.A.Control.WaitForStatsAsync(seen => seen.GetProperty("aborted").GetInt32() == 1);
        var answered = await AskUntilAsync(gateway, 200);
        Assert.Equal(200, answered.Status);
        second.Dispose();
    }

    [Fact]
    public async Task DeploymentsOwnQuota_SendsTheRestElsewhere_WithoutAskingItsProvider()
    {
        await using var gateway = await StartAsync("limits: [{ on: deployment, match: chat-a, requests: 3/hour }]");

        var answers = new List<ChatAnswer>();
        for (var i = 0; i < 8; i++)
        {
            answers.Add(await AskAsync(gateway, "alice-key"));
        }

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(3, answers.Count(answer => answer.Deployment == "chat-a"));
        Assert.Equal(3, await simulators.A.Control.RequestsAsync());
        var record = await gateway.ReadRecordsAsync(answers[^1].RequestId);
        Assert.Equal("not_admitted succeeded", TwoSimulators.AttemptsOf(record));
    }

    [Fact]
    public async Task Shadow_RefusesNothing_AndCounts()
    {
        await using var gateway = await StartAsync("limits: [{ id: trial, on: team, requests: 1/hour, shadow: true }]");

        Assert.Equal(200, (await AskAsync(gateway, "alice-key")).Status);
        var second = await AskAsync(gateway, "alice-key");

        Assert.Equal(200, second.Status);
        Assert.Empty(second.Header("x-ratelimit-limit-requests"));
        var metrics = await gateway.Admin.GetStringAsync("metrics", TestContext.Current.CancellationToken);
        Assert.Contains("""aigateway_admission_decisions_total{limit="trial",measure="requests",result="shadow_refused"} 1""", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Budget_IsNeverPassed_AtAnyConcurrency_AndSaysWhenItRenews()
    {
        // chat-model costs 1 USD a million tokens in, 10 out: an answer of 40 tokens some 0.0004 USD, at most 100 tokens 0.001.
        await using var gateway = await StartAsync("budgets: [{ on: team, match: red, amount: \"0.01\", per: day, warn_at: 50% }]");
        await simulators.A.Control.SetFaultAsync("tokens=40");

        var answers = await Task.WhenAll(Enumerable.Range(0, 80).Select(_ => AskAsync(gateway, "alice-key", ""","max_tokens":100""")));
        for (var i = 0; i < 40; i++)
        {
            answers = [.. answers, await AskAsync(gateway, "alice-key", ""","max_tokens":100""")];
        }

        var spent = 0m;
        foreach (var answer in answers.Where(answer => answer.Status == 200))
        {
            spent += decimal.Parse(answer.Header("x-gateway-cost"), CultureInfo.InvariantCulture);
        }
        Assert.InRange(spent, 0.005m, 0.01m);
        var refused = answers[^1];
        Assert.Equal(402, refused.Status);
        Assert.Equal("insufficient_quota", refused.Error.GetProperty("code").GetString());
        Assert.Matches(@"^The budget of the team 'red' \(0\.01 USD per day\) has no room for this request\. It renews at \d{4}-\d\d-\d\d 00:00 UTC", refused.Error.GetProperty("message").GetString());
        Assert.Empty(refused.Header("Retry-After"));
        Assert.Contains(answers, answer => answer.Header("x-gateway-budget-warning").StartsWith("budget of team red: ", StringComparison.Ordinal));
        Assert.Equal(200, (await AskAsync(gateway, "carol-key")).Status);
    }

    [Fact]
    public async Task Budget_TellsItsWebhook_AndMetricsShowHowItStands()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        await using var gateway = await StartAsync($$"""
            budgets: [{ id: red, on: team, match: red, amount: "0.001", per: day, warn_at: 40%, notify: [finance] }]
            webhooks:
              finance: { url: "{{receiver.Address}}", secret: "{{WebhookReceiver.Secret}}" }
            """);
        await simulators.A.Control.SetFaultAsync("tokens=40");
        receiver.Status = 500;

        Assert.Equal(200, (await AskAsync(gateway, "alice-key", ""","max_tokens":40""")).Status);
        Assert.Equal(402, (await AskAsync(gateway, "alice-key", ""","max_tokens":40""")).Status);
        await UntilAsync(() => receiver.Asked > 0);
        receiver.Status = 204;
        await UntilAsync(() => receiver.Taken.Count == 2);

        Assert.Equal("budget.threshold:0.4 budget.spent", receiver.Types);
        Assert.Equal(0, receiver.Wrong);
        var metrics = await gateway.Admin.GetStringAsync("metrics", TestContext.Current.CancellationToken);
        Assert.Contains("""aigateway_budget_limit_usd{budget="red",subject="red"} 0.001""", metrics, StringComparison.Ordinal);
        Assert.Contains("""aigateway_budget_reserved_usd{budget="red",subject="red"} 0""", metrics, StringComparison.Ordinal);
        Assert.Contains("""aigateway_webhook_deliveries_total{outcome="succeeded",webhook="finance"} """, metrics, StringComparison.Ordinal);
        Assert.Contains("""aigateway_admission_estimate_ratio_count{alias="chat",kind="output"} 1""", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SpentBudget_GoesOnWithTheCheaperAlias_AndSaysSo()
    {
        await using var gateway = await StartAsync("budgets: [{ id: red, on: team, match: red, amount: \"0.0001\", then_alias: b/small }]");

        var answer = await AskAsync(gateway, "alice-key");

        Assert.Equal(200, answer.Status);
        Assert.Equal("any-b", answer.Deployment);
        Assert.Equal("red: answered by b/small", answer.Header("x-gateway-degraded"));
        Assert.Equal("small", answer.Header("x-gateway-model"));
    }

    [Fact]
    public async Task DearerFallbackThanTheBudget_IsPassedOver_AndTheRecordSaysWhy()
    {
        await using var gateway = await StartAsync("""
            budgets: [{ on: team, match: red, amount: "0.01" }]
            deployments:
              dear-b: { provider: sim-b, model: dear }
            aliases:
              dearer: { groups: [{ deployments: [chat-a] }, { deployments: [dear-b] }] }
            prices:
              sim-b/dear: { input: "1", output: "1000" }
            """);
        await simulators.A.Control.SetFaultAsync("status=500");

        var answer = await AskAsync(gateway, "alice-key", ""","max_tokens":100""", "dearer");

        Assert.Equal(502, answer.Status);
        Assert.Equal(0, await simulators.B.Control.RequestsAsync());
        var record = await gateway.ReadRecordsAsync(answer.RequestId);
        Assert.Contains("not_admitted", TwoSimulators.AttemptsOf(record), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("month")]
    [InlineData("rolling_day")]
    public async Task Restart_ForgivesNothing(string period)
    {
        using var folder = new GatewayFolder();
        var budget = $"budgets: [{{ on: team, amount: \"0.002\", per: {period} }}, {{ on: key, match: bob, amount: \"0.002\", per: {period} }}]";
        var spent = 0m;
        await using (var before = await StartAsync(budget, folder.DataFolder))
        {
            await simulators.A.Control.SetFaultAsync("tokens=40");
            for (var answer = await AskAsync(before, "bob-key", ""","max_tokens":60"""); answer.Status == 200; answer = await AskAsync(before, "bob-key", ""","max_tokens":60"""))
            {
                spent += decimal.Parse(answer.Header("x-gateway-cost"), CultureInfo.InvariantCulture);
            }
            await before.StopAsync();
        }
        Assert.InRange(spent, 0.001m, 0.002m);

        await using var after = await StartAsync(budget, folder.DataFolder);
        await simulators.A.Control.SetFaultAsync("tokens=40");

        Assert.Equal(402, (await AskAsync(after, "alice-key", ""","max_tokens":60""")).Status);
        Assert.Equal(402, (await AskAsync(after, "bob-key", ""","max_tokens":60""")).Status);
        Assert.Equal(200, (await AskAsync(after, "carol-key", ""","max_tokens":60""")).Status);
    }

    [Fact]
    public async Task TeamsOfOneName_InTwoOrganisations_AreTwo()
    {
        await using var gateway = await StartAsync($$"""
            limits: [{ on: team, requests: 1/hour }]
            callers:
              - { id: dave, team: red, organisation: elsewhere, key_hash: "{{GatewayServer.HashOf("dave-key")}}" }
            """);

        Assert.Equal(200, (await AskAsync(gateway, "alice-key")).Status);
        Assert.Equal(200, (await AskAsync(gateway, "dave-key")).Status);
        Assert.Equal(429, (await AskAsync(gateway, "bob-key")).Status);
    }

    [Fact]
    public async Task Reload_KeepsWhatWasUsed()
    {
        await using var gateway = await StartAsync("limits: [{ id: day, on: team, requests: 2/day }]");
        await AskAsync(gateway, "alice-key");
        await AskAsync(gateway, "alice-key");
        var text = await File.ReadAllTextAsync(gateway.RoutingFile, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(gateway.RoutingFile, text.Replace("2/day", "3/day", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        var answered = await AskUntilAsync(gateway, 200);
        var refused = await AskAsync(gateway, "alice-key");

        Assert.Equal(200, answered.Status);
        Assert.Equal(429, refused.Status);
    }

    private async Task<GatewayServer> StartAsync(string limits, string? dataFolder = null)
    {
        await simulators.A.Control.ResetAsync();
        await simulators.B.Control.ResetAsync();
        // In lists of the short form, as people write them.
        return await simulators.AnotherGatewayAsync((dataFolder is null ? "" : "host:\n  ledger:\n    store: sqlite\n") + Callers + "\n" + limits.Replace("limits: [", "limits:\n  [", StringComparison.Ordinal).Replace("budgets: [", "budgets:\n  [", StringComparison.Ordinal), new GatewayServerOptions { DataFolder = dataFolder });
    }

    private static async Task<ChatAnswer> AskAsync(GatewayServer gateway, string key, string more = "", string model = "chat")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
        {
            Content = new StringContent($$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello there"}]{{more}}}""", Encoding.UTF8, "application/json"),
            Headers = { { "Authorization", "Bearer " + key } },
        };
        using var answer = await gateway.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return new ChatAnswer((int)answer.StatusCode, answer.Headers, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), IsBroken: false);
    }

    private static async Task<ChatAnswer> AskUntilAsync(GatewayServer gateway, int status)
    {
        for (var i = 0; ; i++)
        {
            var answer = await AskAsync(gateway, "alice-key");
            if (answer.Status == status || i == 200)
            {
                return answer;
            }
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; !isSo(); i++)
        {
            Assert.True(i < 400, "it did not happen within 20 s");
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<HttpResponseMessage> OpenStreamAsync(GatewayServer gateway)
    {
        using var request = ChatAnswer.Request("chat", stream: true);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer alice-key");
        return await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }
}
