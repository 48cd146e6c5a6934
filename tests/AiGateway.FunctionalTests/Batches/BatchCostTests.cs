using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.Ledger;

namespace AiGateway.FunctionalTests.Batches;

/// <summary>What a batch cost is recorded once: by its own usage when it is seen to have ended, or by its lines when its result is read; by whomever, in any number, before and after a restart.</summary>
public sealed class BatchCostTests(BatchFixture fixture) : IClassFixture<BatchFixture>
{
    [Fact]
    public async Task EndedBatchWithUsage_IsRecordedAtTheBatchPrice_ForItsCreator()
    {
        var batchId = BatchFixture.Id(await fixture.BeginWithAsync(BatchFixture.Lines("other", 3), BatchFixture.Anna));
        // Read by a colleague.
        var ended = await fixture.EndAsync(batchId);

        var record = await fixture.RecordAsync(batchId);
        Assert.Equal("batch", record.GetProperty("operation").GetString());
        Assert.Equal("anna", record.GetProperty("caller").GetString());
        Assert.Equal("apples", record.GetProperty("project").GetString());
        Assert.Equal("other", record.GetProperty("alias").GetString());
        Assert.Equal("gpt-4o", record.GetProperty("upstream_model").GetString());
        Assert.Equal("batch", record.GetProperty("price_set").GetString());
        Assert.Equal(3, record.GetProperty("batch").GetProperty("requests").GetInt32());
        Assert.Equal(0, record.GetProperty("batch").GetProperty("failed_requests").GetInt32());
        var usage = ended.GetProperty("usage");
        // gpt-4o: 2.50 and 10 USD a million, half of it in a batch.
        var cost = (usage.GetProperty("input_tokens").GetInt64() * 1.25m + usage.GetProperty("output_tokens").GetInt64() * 5m) / 1_000_000m;
        Assert.Equal(cost, decimal.Parse(record.GetProperty("cost_usd").GetString()!, CultureInfo.InvariantCulture));
        Assert.Equal(usage.GetProperty("output_tokens").GetInt64(), record.GetProperty("usage").GetProperty("output_tokens").GetInt64());
    }

    [Fact]
    public async Task ResultOfAProviderThatSaysNoUsage_IsPricedByItsLines_ErrorsCostNothing()
    {
        var file = BatchFixture.Lines("quiet", 2) + BatchFixture.Line("quiet", 2, ",\"temperature\":7");
        var batchId = BatchFixture.Id(await fixture.BeginWithAsync(file));
        var ended = await fixture.EndAsync(batchId);
        Assert.Empty(await BatchFixture.RecordsOfAsync(batchId, fixture.Gateway));
        var (_, _, errors) = await fixture.GetAsync($"/v1/files/{ended.GetProperty("error_file_id").GetString()}/content");
        Assert.Contains("\"status_code\":400", errors, StringComparison.Ordinal);

        var (_, _, result) = await fixture.GetAsync($"/v1/files/{ended.GetProperty("output_file_id").GetString()}/content");
        var record = await fixture.RecordAsync(batchId);
        var (input, output) = Sum(result);
        Assert.Equal(input, record.GetProperty("usage").GetProperty("input_tokens").GetInt64());
        Assert.Equal(output, record.GetProperty("usage").GetProperty("output_tokens").GetInt64());
        Assert.Equal((input * 0.075m + output * 0.3m) / 1_000_000m, decimal.Parse(record.GetProperty("cost_usd").GetString()!, CultureInfo.InvariantCulture));
        Assert.Equal(2, record.GetProperty("batch").GetProperty("requests").GetInt32());
        Assert.Equal("gpt-4o-mini", record.GetProperty("model").GetString());
    }

    [Fact]
    public async Task BatchOfWhichEverythingFailed_IsRecordedAsFree()
    {
        var batchId = BatchFixture.Id(await fixture.BeginWithAsync(BatchFixture.Line("fast", 0, ",\"temperature\":7") + BatchFixture.Line("fast", 1, ",\"temperature\":7")));
        await fixture.EndAsync(batchId);

        var record = await fixture.RecordAsync(batchId);
        Assert.Equal("0", record.GetProperty("cost_usd").GetString());
        Assert.Equal(2, record.GetProperty("batch").GetProperty("failed_requests").GetInt32());
    }

    [Fact]
    public async Task BatchsCost_StandsInTheLedger_AndIsSpentOfItsBudget()
    {
        await using var gateway = await GatewayServer.StartAsync($$"""
            providers:
              openai: { base_url: "{{fixture.Simulator.Address}}v1", keys: sk-upstream }
            deployments:
              gpt: { provider: openai, model: gpt-4o }
            aliases:
              fast: { groups: [{ deployments: [gpt] }] }
            budgets: [{ on: gateway, amount: "0.001", per: day, reserve: learned }]
            host:
              ledger:
                durability: batch
            """);
        using var form = new MultipartFormDataContent { { new StringContent("batch"), "purpose" }, { new ByteArrayContent(Encoding.UTF8.GetBytes(BatchFixture.Lines("fast", 200))), "file", "requests.jsonl" } };
        var (_, file, _) = await fixture.SendAsync(HttpMethod.Post, "/v1/files", form, gateway: gateway);
        var (status, begun, text) = await fixture.SendAsync(
            HttpMethod.Post, "/v1/batches", JsonContent.Create(new { input_file_id = BatchFixture.Id(file), endpoint = "/v1/chat/completions", completion_window = "24h" }), gateway: gateway);
        // By what it is expected to cost it may pass while nothing else is there; nothing else may then.
        Assert.True(status == 200, text);
        var chat = new { model = "fast", max_tokens = 1, messages = new[] { new { role = "user", content = "Hi" } } };
        Assert.Equal(402, (await fixture.SendAsync(HttpMethod.Post, "/v1/chat/completions", JsonContent.Create(chat), gateway: gateway)).Status);

        var batchId = BatchFixture.Id(begun);
        await fixture.GetAsync($"/v1/batches/{batchId}", gateway: gateway);
        await fixture.GetAsync($"/v1/batches/{batchId}", gateway: gateway);
        var record = await gateway.WaitForRecordAsync(record => record.GetProperty("operation").GetString() == "batch");
        Assert.Equal(402, (await fixture.SendAsync(HttpMethod.Post, "/v1/chat/completions", JsonContent.Create(chat), gateway: gateway)).Status);
        // What is spent makes no other batch either.
        Assert.Equal(402, (await fixture.SendAsync(
            HttpMethod.Post, "/v1/batches", JsonContent.Create(new { input_file_id = BatchFixture.Id(file), endpoint = "/v1/chat/completions", completion_window = "24h" }), gateway: gateway)).Status);

        await gateway.StopAsync();
        var cost = LedgerRows.One(gateway.DataFolder, "SELECT cost FROM calls WHERE operation = 'batch'");
        Assert.Equal(record.GetProperty("cost_usd").GetString(), Convert.ToString(cost, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task ParallelReaders_RecordOnce()
    {
        var batchId = BatchFixture.Id(await fixture.BeginWithAsync(BatchFixture.Lines("quiet", 50)));
        var outputId = (await fixture.EndAsync(batchId)).GetProperty("output_file_id").GetString();

        // Two processes on one data folder, as during a rolling restart.
        await using var second = await fixture.StartGatewayAsync();
        var readers = Enumerable.Range(0, 32).Select(i => fixture.GetAsync($"/v1/files/{outputId}/content", i % 3 == 0 ? BatchFixture.Anna : BatchFixture.Alice, i % 2 == 0 ? second : fixture.Gateway));
        var results = await Task.WhenAll(readers);

        Assert.Single(results.Select(result => result.Text).Distinct());
        Assert.Single(await RecordsOnceAllAreWrittenAsync(batchId, second));
    }

    [Fact]
    public async Task ReadAgainAfterARestart_RecordsNothingMore()
    {
        var batchId = BatchFixture.Id(await fixture.BeginWithAsync(BatchFixture.Lines("fast", 2)));
        var outputId = (await fixture.EndAsync(batchId)).GetProperty("output_file_id").GetString();
        await fixture.RecordAsync(batchId);

        await using var restarted = await fixture.StartGatewayAsync();
        Assert.Equal(200, (await fixture.GetAsync($"/v1/files/{outputId}/content", gateway: restarted)).Status);
        Assert.Equal(200, (await fixture.GetAsync($"/v1/batches/{batchId}", gateway: restarted)).Status);
        Assert.Contains(batchId, (await fixture.GetAsync("/v1/batches", gateway: restarted)).Text, StringComparison.Ordinal);

        Assert.Single(await RecordsOnceAllAreWrittenAsync(batchId, restarted));
    }

    [Fact]
    public async Task ReaderWhoLeavesInTheMiddle_IsMeteredToTheEnd()
    {
        var batchId = BatchFixture.Id(await fixture.BeginWithAsync(BatchFixture.Lines("quiet", 3000)));
        var outputId = (await fixture.EndAsync(batchId)).GetProperty("output_file_id").GetString();

        using (var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/v1/files/{outputId}/content", UriKind.Relative)))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", BatchFixture.Alice);
            using var response = await fixture.Gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            await using var stream = await response.Content.ReadAsStreamAsync();
            await stream.ReadExactlyAsync(new byte[1000]);
        }
        var record = await fixture.RecordAsync(batchId);
        Assert.Equal(3000, record.GetProperty("batch").GetProperty("requests").GetInt32());

        await fixture.GetAsync($"/v1/files/{outputId}/content");
        Assert.Single(await RecordsOnceAllAreWrittenAsync(batchId));
    }

    [Fact]
    public async Task ResultThatNobodyHasRead_IsNotDeleted()
    {
        var batchId = BatchFixture.Id(await fixture.BeginWithAsync(BatchFixture.Lines("quiet", 2)));
        var outputId = (await fixture.EndAsync(batchId)).GetProperty("output_file_id").GetString();

        var (status, error, _) = await fixture.SendAsync(HttpMethod.Delete, $"/v1/files/{outputId}");
        Assert.Equal(400, status);
        Assert.Equal("result_not_read", error.GetProperty("error").GetProperty("code").GetString());
        await fixture.GetAsync($"/v1/files/{outputId}/content");
        Assert.Equal(200, (await fixture.SendAsync(HttpMethod.Delete, $"/v1/files/{outputId}")).Status);
        Assert.Single(await RecordsOnceAllAreWrittenAsync(batchId));
    }

    [Fact]
    public async Task MessageBatch_IsMeteredOnce_ByItsResults()
    {
        object Request(string id, string text, int maxTokens = 100) => new { custom_id = id, @params = new { max_tokens = maxTokens, messages = new[] { new { role = "user", content = text } }, model = "claude" } };
        var (status, begun, text) = await fixture.SendAsync(HttpMethod.Post, "/v1/messages/batches", JsonContent.Create(new { requests = new[] { Request("a", "One"), Request("b", "Two"), Request("c", "Bad", 0) } }));
        Assert.True(status == 200, text);
        var batchId = BatchFixture.Id(begun);
        var sent = (await fixture.Simulator.Control.LastAsync()).GetProperty("body").GetProperty("requests");
        Assert.All(sent.EnumerateArray(), request => Assert.Equal("claude-sonnet-4-5", request.GetProperty("params").GetProperty("model").GetString()));

        var path = $"/v1/messages/batches/{batchId}";
        Assert.Equal(404, (await fixture.GetAsync(path, BatchFixture.Bob)).Status);
        await fixture.GetAsync(path);
        var (_, ended, _) = await fixture.GetAsync(path);
        Assert.Equal("ended", ended.GetProperty("processing_status").GetString());
        Assert.Equal($"{path}/results", ended.GetProperty("results_url").GetString());
        Assert.Equal(400, (await fixture.SendAsync(HttpMethod.Delete, path)).Status);

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => fixture.GetAsync(path + "/results")));
        Assert.Single(results.Select(result => result.Text).Distinct());
        var record = Assert.Single(await RecordsOnceAllAreWrittenAsync(batchId));
        Assert.Equal("alice", record.GetProperty("caller").GetString());
        Assert.Equal("batch", record.GetProperty("price_set").GetString());
        Assert.Equal(2, record.GetProperty("batch").GetProperty("requests").GetInt32());
        Assert.Equal(1, record.GetProperty("batch").GetProperty("failed_requests").GetInt32());
        Assert.Contains("\"type\":\"errored\"", results[0].Text, StringComparison.Ordinal);

        Assert.Contains(batchId, (await fixture.GetAsync("/v1/messages/batches")).Text, StringComparison.Ordinal);
        Assert.Equal(200, (await fixture.SendAsync(HttpMethod.Delete, path)).Status);
        Assert.DoesNotContain(batchId, (await fixture.GetAsync("/v1/messages/batches")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"requests":[]}""", "'requests' must hold at least one request.")]
    [InlineData("""{"requests":[{"custom_id":"a","params":{"max_tokens":1}}]}""", "requests.0.params.model: Field required")]
    [InlineData("""{"requests":[{"params":{"model":"claude","model":"claude-any/x"}}]}""", "'requests.0.params.model' is there twice.")]
    [InlineData("""{"requests":[{"params":{"model":"claude"},"params":{"model":"x"}}]}""", "'requests.0.params' is there twice.")]
    [InlineData("""{"requests":[{"params":{"model":"claude"}}],"requests":[]}""", "'requests' is there twice.")]
    [InlineData("""{"requests":[{"params":{"model":"claude"}},{"params":{"model":"claude-any/x"}}]}""", "requests.1.params.model is 'claude-any/x', and that of an earlier request 'claude'.")]
    [InlineData("""{"requests":[{"params":{"model":["claude"]}}]}""", "requests.0.params.model: Input should be a valid string")]
    [InlineData("""{"requests":[7]}""", "'requests' must be a list of objects.")]
    [InlineData("""{"requests":[{"params":""", "The body is not valid JSON")]
    public async Task DamagedMessageBatch_IsRefusedInAnthropicsShape(string body, string message)
    {
        var (status, error, text) = await fixture.SendAsync(HttpMethod.Post, "/v1/messages/batches", new StringContent(body));
        Assert.True(status == 400, text);
        Assert.Equal("invalid_request_error", error.GetProperty("error").GetProperty("type").GetString());
        Assert.StartsWith(message, error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_CountTheBatchOnce()
    {
        var batchId = BatchFixture.Id(await fixture.BeginWithAsync(BatchFixture.Lines("any/gpt-4.1-nano", 2)));
        await fixture.EndAsync(batchId);
        await fixture.EndAsync(batchId);
        await fixture.RecordAsync(batchId);

        var metrics = await fixture.Gateway.Admin.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        var counted = metrics.Split('\n').Where(line => line.StartsWith("aigateway_requests_total", StringComparison.Ordinal) && line.Contains("operation=\"batch\"", StringComparison.Ordinal) && line.Contains("alias=\"any/*\"", StringComparison.Ordinal));
        Assert.EndsWith(" 1", Assert.Single(counted).TrimEnd(), StringComparison.Ordinal);
    }

    /// <summary>The batch's records after one more request of each gateway has its own: records are written in order.</summary>
    private async Task<JsonElement[]> RecordsOnceAllAreWrittenAsync(string batchId, params Gateway.GatewayServer[] others)
    {
        Gateway.GatewayServer[] gateways = [fixture.Gateway, .. others];
        foreach (var gateway in gateways)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/models", UriKind.Relative));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", BatchFixture.Alice);
            using var response = await gateway.Client.SendAsync(request);
            await gateway.ReadRecordsAsync(response.Headers.GetValues("x-request-id").Single());
        }
        return await BatchFixture.RecordsOfAsync(batchId, gateways);
    }

    private static (long Input, long Output) Sum(string result)
    {
        var (input, output) = (0L, 0L);
        foreach (var line in result.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var usage = JsonDocument.Parse(line).RootElement.GetProperty("response").GetProperty("body").GetProperty("usage");
            input += usage.GetProperty("prompt_tokens").GetInt64();
            output += usage.GetProperty("completion_tokens").GetInt64();
        }
        return (input, output);
    }
}
