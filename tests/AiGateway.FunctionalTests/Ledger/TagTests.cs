using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Ledger;

/// <summary>Tags from outside: what is missing or not allowed is refused in the caller's dialect, what is sent is summed by, and reports show it in any currency.</summary>
public sealed class TagTests
{
    private const string Chat = "v1/chat/completions";

    private const string File = """
        host:
          ledger:
            store: sqlite
        tags:
          allowed:
            application: { values: [chat, "search-*"], required: true, report: true }
            cost-center: { required_for: [b], report: true }
          others: drop
        currencies:
          rates:
            EUR: { 2000-01-01: 0.5 }
        callers:
          - { id: key-a, team: a, key_hash: HASH-a }
          - { id: key-b, team: b, key_hash: HASH-b }
          - { id: key-c, team: c, tags: { application: search-own }, key_hash: HASH-c }
        """;

    [Theory]
    [InlineData(Chat, "a", null, "'application' is missing")]
    [InlineData(Chat, "a", "x-gateway-tags: application=chat", "'application' is missing", "x-application=chat")]
    [InlineData(Chat, "a", "Allowed: chat, search-*", "not allowed", "application=poker")]
    [InlineData(Chat, "b", "x-gateway-tags: cost-center=VALUE", "'cost-center' is missing", "application=chat")]
    [InlineData("v1/messages", "a", null, "'application' is missing")]
    [InlineData("v1/responses", "a", null, "'application' is missing")]
    [InlineData("v1beta/models/chat:generateContent", "a", null, "'application' is missing")]
    public async Task MissingOrWrongTag_Is400_AndNothingIsSent(string path, string key, string? also, string said, string? tags = null)
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await StartAsync(simulator);

        using var answer = await AskAsync(gateway, key, path, tags);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var body = await answer.Content.ReadAsStringAsync();
        using var json = JsonDocument.Parse(body);
        var error = json.RootElement.GetProperty("error");
        Assert.Contains(said, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains(also ?? "", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        if (path is Chat)
        {
            Assert.Equal("invalid_tags", error.GetProperty("code").GetString());
        }
        Assert.Equal(0, await simulator.Control.RequestsAsync());
    }

    [Fact]
    public async Task Tags_OfHeaderMetadataAndKey_AreSummed_FilteredAndConverted()
    {
        await using var simulator = await SimulatorServer.StartAsync();
        await using var gateway = await StartAsync(simulator);
        await GoodAsync(gateway, "a", "application=chat,secret=x", null);
        await GoodAsync(gateway, "a", null, "application=search-ui");
        await GoodAsync(gateway, "b", "application=chat,cost-center=4711", null);
        // The key's own tag stands.
        await GoodAsync(gateway, "c", "application=chat", null);

        var report = await ReportAsync(gateway, "by=tag:application", 4);
        Assert.Equal(["chat 2", "search-own 1", "search-ui 1"], Rows(report, "tag:application"));
        Assert.Equal(["b 1"], Rows(await ReportAsync(gateway, "by=team&tag=cost-center%3D4711", 1), "team"));
        var (usd, eur) = (report.GetProperty("total").GetProperty("cost_usd").GetString()!, (await ReportAsync(gateway, "currency=EUR&from=2000-01-02&to=2000-01-03", 0)).GetProperty("rates"));
        Assert.NotEqual("0", usd);
        Assert.Empty(eur.EnumerateObject());
        using var stale = await gateway.Admin.GetAsync(new Uri("admin/report?currency=EUR&from=last-month", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, stale.StatusCode);
        Assert.Contains("no rate for EUR", await stale.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await gateway.StopAsync();
        Assert.Equal(
            ["""{"application":"chat","cost-center":"4711"}""", """{"application":"chat"}""", """{"application":"search-own"}""", """{"application":"search-ui"}"""],
            LedgerRows.Read(gateway.DataFolder, "SELECT tags FROM calls").Select(static row => (string)row[0]!).Order(StringComparer.Ordinal));
    }

    private static Task<GatewayServer> StartAsync(SimulatorServer simulator) => GatewayServer.ForSimulatorAsync(simulator, File
        .Replace("HASH-a", GatewayServer.HashOf("a"), StringComparison.Ordinal).Replace("HASH-b", GatewayServer.HashOf("b"), StringComparison.Ordinal).Replace("HASH-c", GatewayServer.HashOf("c"), StringComparison.Ordinal));

    private static async Task GoodAsync(GatewayServer gateway, string key, string? tags, string? metadata)
    {
        using var answer = await AskAsync(gateway, key, Chat, tags, metadata);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<HttpResponseMessage> AskAsync(GatewayServer gateway, string key, string path, string? tags, string? metadata = null)
    {
        var body = path switch
        {
            "v1/responses" => """{"model":"chat","input":"hi"}""",
            _ when path.StartsWith("v1beta", StringComparison.Ordinal) => """{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}""",
            _ => """{"model":"chat","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}""",
        };
        if (metadata?.Split('=') is [var name, var value])
        {
            body = $$$"""{{{body[..^1]}}},"metadata":{"{{{name}}}":"{{{value}}}"} }""";
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (tags is not null)
        {
            request.Headers.Add("x-gateway-tags", tags);
        }
        return await gateway.Client.SendAsync(request);
    }

    private static string[] Rows(JsonElement report, string dimension) =>
        [.. report.GetProperty("rows").EnumerateArray().Select(row => $"{row.GetProperty(dimension).GetString()} {row.GetProperty("requests").GetInt64()}").Order(StringComparer.Ordinal)];

    private static async Task<JsonElement> ReportAsync(GatewayServer gateway, string query, long requests)
    {
        for (var i = 0; i < 1000; i++)
        {
            using var answer = await gateway.Admin.GetAsync(new Uri($"admin/report?{query}", UriKind.Relative));
            if (answer.IsSuccessStatusCode)
            {
                var report = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());
                if (report.GetProperty("total").GetProperty("requests").GetInt64() >= requests)
                    return report;
            }
            await Task.Delay(10);
        }
        throw new TimeoutException($"The ledger has not {requests} requests.");
    }
}
