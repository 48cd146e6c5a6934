using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Failover;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Ledger;

/// <summary>The ledger seen from outside: what it says equals what the provider served, to the last digit, and each caller sees its own only.</summary>
public sealed class LedgerTests
{
    private const string On = "host:\n  ledger:\n    store: sqlite\n";

    private const int Callers = 16;

    private const string Teams = """
        callers:
          - { id: key-a1, team: a, project: one, organisation: acme, key_hash: HASH-a1 }
          - { id: key-a2, team: a, project: two, organisation: acme, key_hash: HASH-a2 }
          - { id: key-b1, team: b, project: one, organisation: acme, key_hash: HASH-b1 }
        """;

    private static readonly int EachSends = FullLength.Or(300, 25);

    [Fact]
    public async Task ParallelCallersAndFailures_LedgerEqualsWhatWasServed()
    {
        var random = SeededRandom.From(5);
        await using var simulator = await SimulatorServer.StartAsync();
        await simulator.Control.SetFaultAsync("status=503,share=0.2");
        await using var gateway = await GatewayServer.ForSimulatorAsync(simulator, On + """
            retries:
              base_delay: 1ms
            breaker:
              failure_ratio: 1
              minimum_attempts: 100000
            """);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var choice = SeededRandom.From(caller);
            for (var i = 0; i < EachSends; i++)
                await ChatAnswer.AskAsync(gateway.Client, "chat", stream: choice.Chance(0.5), $"{caller}-{i}");
        })));
        await gateway.StopAsync();

        var tokens = (await simulator.Control.StatsAsync()).GetProperty("tokens");
        var (input, output) = (tokens.GetProperty("input").GetInt64(), tokens.GetProperty("output").GetInt64());
        var lines = LedgerRows.Read(gateway.DataFolder, "SELECT input, output, cost, cost_input, cost_output, kind, outcome FROM calls");
        Assert.Equal((long)(Callers * EachSends), LedgerRows.One(gateway.DataFolder, "SELECT COUNT(*) FROM requests"));
        Assert.Equal(await simulator.Control.RequestsAsync(), lines.Count);
        Assert.Equal(input, lines.Sum(line => (long?)line[0] ?? 0));
        Assert.Equal(output, lines.Sum(line => (long?)line[1] ?? 0));
        Assert.Equal((input * 0.000001m) + (output * 0.00001m), lines.Sum(line => Amount(line[2])));
        Assert.Equal(output * 0.00001m, lines.Sum(line => Amount(line[4])));
        Assert.Contains(lines, line => (string)line[5]! == "retry" && (string)line[6]! == "server_error" && line[2] is null);
        Assert.Equal((input * 0.000001m) + (output * 0.00001m), LedgerRows.Read(gateway.DataFolder, "SELECT cost FROM hours").Sum(row => Amount(row[0])));
        Assert.Equal((input * 0.000001m) + (output * 0.00001m), LedgerRows.Read(gateway.DataFolder, "SELECT cost FROM days").Sum(row => Amount(row[0])));
    }

    [Fact]
    public async Task CutStreamAndCallerGone_CarryWhatWasProduced_AsEstimates()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayServer.ForSimulatorAsync(simulator, On);
        var cut = await ChatAnswer.AskAsync(gateway.Client, "a/gpt!cut=5", stream: true);
        Assert.True(cut.IsBroken);
        await gateway.StopAsync();

        var line = LedgerRows.Read(gateway.DataFolder, "SELECT estimated, output, request_outcome FROM calls").Single();
        Assert.Equal(1L, line[0]);
        Assert.True((long)line[1]! > 0);
        Assert.Equal("cut_by_upstream", line[2]);
    }

    [Fact]
    public async Task RefusedKeysAndMalformedRequests_AreNotInTheLedger_FailuresAre()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayServer.ForSimulatorAsync(simulator, On + WithKeys());
        await AskAsync(gateway, "wrong", "chat");
        await AskAsync(gateway, "a1", "no such model");
        await AskAsync(gateway, "a1", "a/gpt!status=400");
        await gateway.StopAsync();

        var rows = LedgerRows.Read(gateway.DataFolder, "SELECT status, error, caller, alias, tags_key IS NULL FROM requests ORDER BY number");
        Assert.Equal([404L, 400L], rows.Select(row => row[0]));
        Assert.Equal(["unknown_model", "provider_refused"], rows.Select(row => row[1]));
        Assert.All(rows, row => Assert.Equal("key-a1", row[2]));
    }

    [Fact]
    public async Task Usage_ShowsOwnKeyProjectAndTeam_NobodyElses()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayServer.ForSimulatorAsync(simulator, On + WithKeys());
        await AskAsync(gateway, "a1", "chat");
        await AskAsync(gateway, "a2", "chat");
        await AskAsync(gateway, "a2", "chat");
        await AskAsync(gateway, "b1", "chat");
        await WaitForRequestsAsync(gateway, 4);

        var usage = await UsageAsync(gateway, "a1");
        Assert.Equal("key-a1", usage.GetProperty("key").GetProperty("id").GetString());
        Assert.Equal(1, Requests(usage, "key"));
        Assert.Equal(1, Requests(usage, "project"));
        Assert.Equal(3, Requests(usage, "team"));
        Assert.Equal("chat-model", usage.GetProperty("key").GetProperty("month").GetProperty("models")[0].GetProperty("model").GetString());
        Assert.Equal(1, Requests(await UsageAsync(gateway, "b1"), "team"));
        using var refused = await gateway.Client.GetAsync(new Uri("v1/usage", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task AdminReport_IsJsonOrCsv_AndNotSentTwice()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayServer.ForSimulatorAsync(simulator, On + WithKeys());
        await AskAsync(gateway, "a1", "chat");
        await AskAsync(gateway, "b1", "chat");
        await WaitForRequestsAsync(gateway, 2);

        using var first = await gateway.Admin.GetAsync(new Uri("admin/report?by=team,model&from=last-month&to=next-month&team=a", UriKind.Relative));
        using var json = JsonDocument.Parse(await first.Content.ReadAsStringAsync());
        Assert.Equal(1, json.RootElement.GetProperty("total").GetProperty("requests").GetInt64());
        Assert.Equal("a", json.RootElement.GetProperty("rows")[0].GetProperty("team").GetString());
        Assert.NotNull(first.Headers.ETag);

        // A minute may end between two questions, and the forecast's tag with it.
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri("admin/report?by=team&from=2026-01-01&to=2026-02-01", UriKind.Relative));
        using var past = await gateway.Admin.GetAsync(again.RequestUri);
        again.Headers.IfNoneMatch.Add(past.Headers.ETag!);
        using var unchanged = await gateway.Admin.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        var csv = await gateway.Admin.GetStringAsync(new Uri("admin/report?by=team&format=csv&limit=1&offset=1", UriKind.Relative));
        Assert.Equal(2, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        using var wrong = await gateway.Admin.GetAsync(new Uri("admin/report?by=shoe-size", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        // The caller's listener knows no such path.
        using var outside = await AskWithAsync(gateway, "a1", HttpMethod.Get, "admin/report");
        Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
    }

    [Fact]
    public async Task AdminFocusExport_IsCsvOfOneDay_ForAdministratorsOnly()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayServer.ForSimulatorAsync(simulator, On + WithKeys());
        await AskAsync(gateway, "a1", "chat");
        await AskAsync(gateway, "b1", "chat");
        await WaitForRequestsAsync(gateway, 2);

        // Both days of a midnight that falls into the test.
        var days = await Task.WhenAll(gateway.Admin.GetStringAsync(new Uri("admin/export/focus?day=yesterday", UriKind.Relative)), gateway.Admin.GetStringAsync(new Uri("admin/export/focus?day=today&by=day", UriKind.Relative)));

        Assert.All(days, day => Assert.StartsWith("BilledCost,", day, StringComparison.Ordinal));
        Assert.All((string[])["input", "output"], name => Assert.Equal(2, days.Sum(day => day.Split($",{name},").Length - 1)));
        using var wrong = await gateway.Admin.GetAsync(new Uri("admin/export/focus?day=someday", UriKind.Relative));
        using var unknown = await gateway.Admin.GetAsync(new Uri("admin/export/focus?shoe-size=44", UriKind.Relative));
        using var posted = await gateway.Admin.PostAsync(new Uri("admin/export/focus", UriKind.Relative), null);
        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.MethodNotAllowed], new[] { wrong, unknown, posted }.Select(answer => answer.StatusCode));
        using var outside = await AskWithAsync(gateway, "a1", HttpMethod.Get, "admin/export/focus");
        Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
    }

    [Fact]
    public async Task FullQueueThatBlocks_RefusesInTheCallersDialect_BeforeAnythingIsSent()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayServer.ForSimulatorAsync(simulator, """
            host:
              ledger:
                max_queue: 1MiB
                on_full: block
            """);
        // A folder in the place of the file: the store can take nothing.
        await WaitForStoreFaultAsync(gateway);
        var filler = new string('x', 200);
        var sent = 0;
        HttpStatusCode status;
        do
        {
            using var answer = await AskWithAsync(gateway, null, HttpMethod.Post, "v1/messages", $$"""{"model":"chat","max_tokens":5,"metadata":{"user_id":"{{filler}}"},"messages":[{"role":"user","content":"hi"}]}""", string.Join(',', Enumerable.Range(0, 30).Select(i => $"tag{i}={filler}")));
            status = answer.StatusCode;
            if (status == HttpStatusCode.ServiceUnavailable)
            {
                using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
                Assert.Equal("error", body.RootElement.GetProperty("type").GetString());
                Assert.NotNull(answer.Headers.RetryAfter);
                Assert.Equal(sent, await simulator.Control.RequestsAsync());
            }
            else
            {
                sent++;
            }
        }
        while (status == HttpStatusCode.OK && sent < 5000);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
    }

    [Fact]
    public async Task LedgerOff_LeavesNoFile_AndSaysSo()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await GatewayServer.ForSimulatorAsync(simulator, "host:\n  ledger:\n    store: off\n");
        await ChatAnswer.AskAsync(gateway.Client, "chat", stream: false);
        using var usage = await gateway.Client.GetAsync(new Uri("v1/usage", UriKind.Relative));
        using var report = await gateway.Admin.GetAsync(new Uri("admin/report", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, usage.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, report.StatusCode);
        Assert.False(File.Exists(Path.Combine(gateway.DataFolder, "ledger.db")));
    }

    private static async Task WaitForStoreFaultAsync(GatewayServer gateway)
    {
        var path = Path.Combine(gateway.DataFolder, "ledger.db");
        for (var i = 0; i < 500 && !File.Exists(path); i++)
            await Task.Delay(10);
        foreach (var file in Directory.EnumerateFiles(gateway.DataFolder, "ledger.db*"))
            File.Delete(file);
        Directory.CreateDirectory(path);
    }

    private static string WithKeys() => Teams
        .Replace("HASH-a1", GatewayServer.HashOf("a1"), StringComparison.Ordinal).Replace("HASH-a2", GatewayServer.HashOf("a2"), StringComparison.Ordinal).Replace("HASH-b1", GatewayServer.HashOf("b1"), StringComparison.Ordinal);

    private static decimal Amount(object? text) => text is string digits ? decimal.Parse(digits, CultureInfo.InvariantCulture) : 0;

    private static long Requests(JsonElement usage, string subject) => usage.GetProperty(subject).GetProperty("month").GetProperty("requests").GetInt64();

    private static async Task WaitForRequestsAsync(GatewayServer gateway, long count)
    {
        for (var i = 0; i < 1000; i++)
        {
            // Just after a first start there is no file yet.
            using var answer = await gateway.Admin.GetAsync(new Uri("admin/report?from=last-month", UriKind.Relative));
            if (answer.IsSuccessStatusCode)
            {
                using var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
                if (report.RootElement.GetProperty("total").GetProperty("requests").GetInt64() >= count)
                    return;
            }
            await Task.Delay(10);
        }
        throw new TimeoutException($"The ledger has not {count} requests.");
    }

    private static async Task<JsonElement> UsageAsync(GatewayServer gateway, string key)
    {
        using var answer = await AskWithAsync(gateway, key, HttpMethod.Get, "v1/usage");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
    }

    private static async Task AskAsync(GatewayServer gateway, string key, string model)
    {
        using var answer = await AskWithAsync(gateway, key, HttpMethod.Post, "v1/chat/completions", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"hello"}]}""");
        await answer.Content.ReadAsByteArrayAsync();
    }

    private static async Task<HttpResponseMessage> AskWithAsync(GatewayServer gateway, string? key, HttpMethod method, string path, string? body = null, string? tags = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (tags is not null)
            request.Headers.TryAddWithoutValidation("x-gateway-tags", tags);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await gateway.Client.SendAsync(request);
    }
}
