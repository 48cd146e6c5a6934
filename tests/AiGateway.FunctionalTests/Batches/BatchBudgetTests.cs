using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AiGateway.Admission;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.Pipeline;
using AiGateway.TestKit;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace AiGateway.FunctionalTests.Batches;

/// <summary>A batch holds of budgets the most that it can cost, from its creation until its cost is recorded: over restarts, on several nodes, and for any number of makers.</summary>
public sealed class BatchBudgetTests(BatchFixture fixture) : IClassFixture<BatchFixture>
{
    // Ten requests of 100 output tokens at gpt-4o's price of batches (1.25 and 5 USD a million), and what their input can be at most.
    private const decimal LeastHeld = 10 * 100 * 5m / 1_000_000;
    private const decimal MostHeld = LeastHeld + (10 * 400 * 1.25m / 1_000_000);

    [Fact]
    public async Task BatchBeyondTheBudget_Is402_NamesWhatItMayCost_AndNothingIsSent()
    {
        await using var gateway = await StartAsync(Budget("0.005"));
        var fileId = await UploadAsync(gateway, 10);
        var sent = await fixture.Simulator.Control.RequestsAsync();

        var (status, error, text) = await BeginAsync(gateway, fileId);

        Assert.True(status == 402, text);
        Assert.Equal("insufficient_quota", error.GetProperty("error").GetProperty("type").GetString());
        Assert.Matches("^The budget of the team 'fruit' \\(0.005 USD per day\\) is smaller than what this batch may cost: 0\\.00[5-9]\\d* USD\\. Make one of fewer requests", error.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(sent, await fixture.Simulator.Control.RequestsAsync());
        Assert.Equal((0m, 0m), Standing(gateway));
    }

    [Fact]
    public async Task BatchUnderWay_IsHeld_UntilItsCostIsRecorded()
    {
        await using var gateway = await StartAsync(Budget("0.012"));
        var fileId = await UploadAsync(gateway, 10);
        var (status, batch, text) = await BeginAsync(gateway, fileId);
        Assert.True(status == 200, text);
        Assert.Equal(fileId, batch.GetProperty("input_file_id").GetString());

        var (used, reserved) = Standing(gateway);
        Assert.InRange(used, LeastHeld, MostHeld);
        Assert.Equal(0, reserved);
        var metrics = await gateway.Admin.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains($"aigateway_budget_used_usd{{budget=\"budget of each team\",subject=\"fruit\"}} {used.ToString(CultureInfo.InvariantCulture)}", metrics, StringComparison.Ordinal);
        (status, var error, text) = await BeginAsync(gateway, fileId);
        Assert.True(status == 402, text);
        Assert.Matches("has no room for this batch, which may cost 0\\.00\\d+ USD\\. It renews at ", error.GetProperty("error").GetProperty("message").GetString());

        var cost = await EndAsync(gateway, BatchFixture.Id(batch));
        Assert.InRange(cost, 0.000_001m, LeastHeld);
        Assert.Equal((cost, 0m), Standing(gateway));
        // Its file, as the batch names it, is held for like any other.
        (status, var second, text) = await BeginAsync(gateway, batch.GetProperty("input_file_id").GetString()!);
        Assert.True(status == 200, text);
        Assert.Equal(402, (await BeginAsync(gateway, second.GetProperty("input_file_id").GetString()!)).Status);
    }

    [Fact]
    public async Task ResultWithoutUsage_IsCountedWhenItIsRead_UnderTheBatchsOwnId()
    {
        await using var gateway = await StartAsync(Budget("0.012"), quiet: true);
        var batchId = BatchFixture.Id((await BeginAsync(gateway, await UploadAsync(gateway, 10))).Json);
        await LookAsync(gateway, batchId);
        var (_, ended, _) = await LookAsync(gateway, batchId);
        Assert.InRange(Standing(gateway).Used, LeastHeld, MostHeld);

        Assert.Equal(200, (await fixture.GetAsync($"/v1/files/{ended.GetProperty("output_file_id").GetString()}/content", gateway: gateway)).Status);

        var record = await gateway.WaitForRecordAsync(IsOf(batchId));
        Assert.Equal((CostOf(record), 0m), Standing(gateway));
    }

    [Fact]
    public async Task CancelledBatch_GivesAllBack()
    {
        await using var gateway = await StartAsync(Budget("0.012"));
        var fileId = await UploadAsync(gateway, 10);
        var batchId = BatchFixture.Id((await BeginAsync(gateway, fileId)).Json);

        await fixture.SendAsync(HttpMethod.Post, $"/v1/batches/{batchId}/cancel", gateway: gateway);

        Assert.Equal(0, CostOf(await gateway.WaitForRecordAsync(IsOf(batchId))));
        Assert.Equal((0m, 0m), Standing(gateway));
        Assert.Equal(200, (await BeginAsync(gateway, fileId)).Status);
    }

    [Fact]
    public async Task BatchThatTheProviderRefuses_HoldsNothing()
    {
        await using var gateway = await StartAsync(Budget("0.012"));
        var (status, _, text) = await fixture.SendAsync(HttpMethod.Post, "/v1/batches", JsonContent.Create(new { input_file_id = await UploadAsync(gateway, 10) }), gateway: gateway);
        Assert.True(status == 400, text);
        Assert.Equal((0m, 0m), Standing(gateway));
    }

    [Fact]
    public async Task MessageBatch_IsHeldToo_AndCancelledGivesAllBack()
    {
        // claude-sonnet-4-5: 1.50 and 7.50 USD a million in a batch.
        await using var gateway = await StartAsync(Budget("0.05"));
        object[] requests = [.. Enumerable.Range(0, 4).Select(i => new { custom_id = $"r{i}", @params = new { model = "claude", max_tokens = 1000, messages = new[] { new { role = "user", content = "Hi" } } } })];
        Task<(int Status, JsonElement Json, string Text)> MakeAsync() => fixture.SendAsync(HttpMethod.Post, "/v1/messages/batches", JsonContent.Create(new { requests }), gateway: gateway);
        var (status, batch, text) = await MakeAsync();
        Assert.True(status == 200, text);

        Assert.InRange(Standing(gateway).Used, 0.03m, 0.035m);
        (status, var error, text) = await MakeAsync();
        Assert.True(status == 402, text);
        Assert.Contains("this batch, which may cost 0.03", error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);

        var path = $"/v1/messages/batches/{BatchFixture.Id(batch)}";
        await fixture.SendAsync(HttpMethod.Post, path + "/cancel", gateway: gateway);
        await fixture.GetAsync(path, gateway: gateway);
        Assert.Equal(0, CostOf(await gateway.WaitForRecordAsync(IsOf(BatchFixture.Id(batch)))));
        Assert.Equal((0m, 0m), Standing(gateway));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_ForgivesNothing(bool hasLedger)
    {
        var data = Directory.CreateTempSubdirectory("aigateway-batch-holds-");
        try
        {
            var budget = Budget("0.012") + (hasLedger ? "host:\n  ledger: { durability: batch }\n" : "");
            string batchId, fileId;
            decimal held;
            await using (var first = await StartAsync(budget, data.FullName))
            {
                fileId = await UploadAsync(first, 10);
                batchId = BatchFixture.Id((await BeginAsync(first, fileId, "x-gateway-tags", "team=night")).Json);
                held = Standing(first).Used;
                await first.StopAsync();
            }
            await using (var second = await StartAsync(budget, data.FullName))
            {
                Assert.Equal((held, 0m), Standing(second));
                Assert.Equal(402, (await BeginAsync(second, fileId)).Status);
                var cost = await EndAsync(second, batchId);
                Assert.Equal((cost, 0m), Standing(second));
                var record = await second.WaitForRecordAsync(IsOf(batchId));
                // The tags that the batch was made with.
                Assert.Equal("night", record.GetProperty("tags").GetProperty("team").GetString());
                await second.StopAsync();
            }
            await using var third = await StartAsync(budget, data.FullName);
            // What a batch cost is the ledger's to remember; it holds nothing any more.
            Assert.Equal(200, (await BeginAsync(third, fileId)).Status);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task ManyMakersAtOnce_NeverHoldMoreThanTheBudget()
    {
        await using var gateway = await StartAsync(Budget("0.05"));
        var fileId = await UploadAsync(gateway, 10);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => BeginAsync(gateway, fileId)));

        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 402, answer.Text));
        var made = answers.Count(answer => answer.Status == 200);
        var (used, reserved) = Standing(gateway);
        Assert.Equal(0, reserved);
        Assert.InRange(used, made * LeastHeld, 0.05m);
        // And nobody was refused while there was room.
        Assert.InRange(used + (used / made), 0.05m, decimal.MaxValue);
    }

    [Theory]
    [InlineData("\"max_tokens\":-5")]
    [InlineData("\"max_tokens\":1e400")]
    [InlineData("\"max_tokens\":9223372036854775807")]
    [InlineData("\"max_tokens\":99999999999999999999999")]
    [InlineData("\"max_tokens\":9223372036854775807,\"n\":2147483647")]
    [InlineData("\"n\":128")]
    public async Task LineThatAsksForTooMuch_IsRefusedByTheBudget_AndBreaksNothing(string member)
    {
        await using var gateway = await StartAsync(Budget("0.05"));
        var fileId = await UploadAsync(gateway, 1, "," + member);

        var (status, _, text) = await BeginAsync(gateway, fileId);

        Assert.True(status == 402, text);
        Assert.Equal((0m, 0m), Standing(gateway));
    }

    [Fact]
    public async Task TwoNodesOnOneRedis_HoldTogether_AndTheOtherGivesBack()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        var shared = Budget("0.015") + $"""
            host:
              id_secret: "0123456789abcdef0123456789abcdef"
              redis: "redis://127.0.0.1:{redis.Port.ToString(CultureInfo.InvariantCulture)}"

            """;
        await using var one = await StartAsync(shared);
        await using var two = await StartAsync(shared);
        var fileId = await UploadAsync(one, 10);
        var batchId = BatchFixture.Id((await BeginAsync(one, fileId, key: BatchFixture.Anna)).Json);
        Assert.Equal(402, (await BeginAsync(two, fileId)).Status);
        Assert.Equal(402, (await BeginAsync(one, fileId)).Status);

        // Read by another key, at the node that has no list of it: it is its maker's all the same, and what it held is free at once.
        await EndAsync(two, batchId);
        Assert.Equal("anna", (await two.WaitForRecordAsync(IsOf(batchId))).GetProperty("caller").GetString());
        var begun = await RetryAsync(() => BeginAsync(one, fileId));
        Assert.Equal(402, (await BeginAsync(two, fileId)).Status);
        await EndAsync(one, BatchFixture.Id(begun));
        await RetryAsync(() => BeginAsync(two, fileId));
    }

    [Fact]
    public async Task RestartBesideARedisThatKnows_CountsNothingTwice()
    {
        await using var redis = await RedisServer.StartOrSkipAsync();
        var data = Directory.CreateTempSubdirectory("aigateway-batch-holds-");
        try
        {
            var shared = Budget("0.05") + $$"""
                host:
                  ledger: { durability: batch }
                  redis: "redis://127.0.0.1:{{redis.Port.ToString(CultureInfo.InvariantCulture)}}"

                """;
            decimal cost;
            string fileId;
            await using (var first = await StartAsync(shared, data.FullName))
            {
                fileId = await UploadAsync(first, 10);
                cost = await EndAsync(first, BatchFixture.Id((await BeginAsync(first, fileId)).Json));
                Assert.Equal(200, (await BeginAsync(first, fileId)).Status);
                await first.StopAsync();
            }
            var held = await UsedAsync() - cost;
            Assert.InRange(held, LeastHeld, MostHeld);
            await using var second = await StartAsync(shared, data.FullName);
            Assert.Equal(cost + held, await UsedAsync());
        }
        finally
        {
            data.Delete(recursive: true);
        }

        async Task<decimal> UsedAsync()
        {
            using var client = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint);
            var key = client.GetServer(redis.Endpoint).Keys(pattern: "*:u:*").Single();
            return (long)(await client.GetDatabase().HashGetAllAsync(key)).Single(field => field.Name.ToString().EndsWith(":s", StringComparison.Ordinal)).Value / 1_000_000_000m;
        }
    }

    [Fact]
    public async Task FileFromBeforeItsRequestsWereMeasured_HoldsNothing_ButWhatIsSpentMakesNone()
    {
        const string secret = "0123456789abcdef0123456789abcdef";
        await using var gateway = await StartAsync(Budget("0.000001") + $"host:\n  id_secret: \"{secret}\"\n");
        var fileId = await UploadAsync(gateway, 10);
        using var ids = new ObjectIds(Encoding.UTF8.GetBytes(secret));
        var old = ids.Seal("file-", ids.Open("file-", fileId, "/fruit/apples")! with { Volume = null });
        Assert.Equal(402, (await BeginAsync(gateway, fileId)).Status);

        var (status, batch, text) = await BeginAsync(gateway, old);

        Assert.True(status == 200, text);
        Assert.Equal(0, Standing(gateway).Used);
        await EndAsync(gateway, BatchFixture.Id(batch));
        Assert.Equal(402, (await BeginAsync(gateway, old)).Status);
    }

    private static string Budget(string amount) => $"budgets: [{{ on: team, amount: \"{amount}\", per: day }}]\n";

    private static Func<JsonElement, bool> IsOf(string batchId) => record => record.TryGetProperty("batch", out var batch) && batch.GetProperty("id").GetString() == batchId;

    private static decimal CostOf(JsonElement record) => decimal.Parse(record.GetProperty("cost_usd").GetString()!, CultureInfo.InvariantCulture);

    private Task<GatewayServer> StartAsync(string more, string? data = null, bool quiet = false) => GatewayServer.StartAsync(
        $$"""
        providers:
          openai: { base_url: "{{(quiet ? fixture.Quiet : fixture.Simulator).Address}}v1", keys: sk-upstream }
          anthropic: { base_url: "{{fixture.Simulator.Address}}v1", keys: sk-upstream }
        deployments:
          gpt: { provider: openai, model: gpt-4o }
          claude: { provider: anthropic, model: claude-sonnet-4-5 }
        aliases:
          fast: { groups: [{ deployments: [gpt] }] }
          claude: { groups: [{ deployments: [claude] }] }
        callers:
          - { id: alice, project: apples, team: fruit, key_hash: "{{GatewayServer.HashOf(BatchFixture.Alice)}}" }
          - { id: anna, project: apples, team: fruit, key_hash: "{{GatewayServer.HashOf(BatchFixture.Anna)}}" }
        {{more}}
        """,
        new GatewayServerOptions { DataFolder = data });

    private async Task<string> UploadAsync(GatewayServer gateway, int lines, string? more = null)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("batch"), "purpose" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(BatchFixture.Lines("fast", lines, more ?? ",\"max_tokens\":100"))), "file", "requests.jsonl" },
        };
        var (status, file, text) = await fixture.SendAsync(HttpMethod.Post, "/v1/files", form, gateway: gateway);
        Assert.True(status == 200, text);
        return BatchFixture.Id(file);
    }

    private Task<(int Status, JsonElement Json, string Text)> BeginAsync(GatewayServer gateway, string fileId, string? header = null, string? value = null, string key = BatchFixture.Alice) => fixture.SendAsync(
        HttpMethod.Post, "/v1/batches", JsonContent.Create(new { input_file_id = fileId, endpoint = "/v1/chat/completions", completion_window = "24h" }), key, gateway,
        header is null ? [] : [(header, value!)]);

    private Task<(int Status, JsonElement Json, string Text)> LookAsync(GatewayServer gateway, string batchId) => fixture.GetAsync($"/v1/batches/{batchId}", gateway: gateway);

    /// <summary>Looks at a batch until it has ended, and waits for its record.</summary>
    private async Task<decimal> EndAsync(GatewayServer gateway, string batchId)
    {
        await LookAsync(gateway, batchId);
        var (_, batch, text) = await LookAsync(gateway, batchId);
        Assert.True(batch.GetProperty("status").GetString() == "completed", text);
        return CostOf(await gateway.WaitForRecordAsync(IsOf(batchId)));
    }

    private static async Task<JsonElement> RetryAsync(Func<Task<(int Status, JsonElement Json, string Text)>> begin)
    {
        for (var i = 0; ; i++)
        {
            var (status, batch, text) = await begin();
            if (status == 200)
            {
                return batch;
            }
            Assert.True(i < 500, text);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private static (decimal Used, decimal Reserved) Standing(GatewayServer gateway)
    {
        var standings = new List<BudgetStanding>();
        gateway.Services.GetRequiredService<Limiter>().ReadBudgets(standings);
        return (standings.Sum(standing => standing.Used) / 1_000_000_000m, standings.Sum(standing => standing.Held) / 1_000_000_000m);
    }
}
