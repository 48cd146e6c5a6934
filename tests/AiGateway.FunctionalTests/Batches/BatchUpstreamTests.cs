using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Batches;

/// <summary>Providers that break off, stall or answer nonsense while a batch's result is read, and what finance gets of it.</summary>
public sealed class BatchUpstreamTests : IAsyncLifetime
{
    private const string Batch = """{"id":"batch_1","object":"batch","input_file_id":"file-1","output_file_id":"file-2","status":"completed","request_counts":{"total":2,"completed":2,"failed":0}}""";

    private ScriptedUpstream _upstream = null!;
    private GatewayServer _gateway = null!;

    private static string Line(string usage) => $$$"""{"custom_id":"a","response":{"status_code":200,"body":{"model":"gpt-4o-mini"{{{usage}}}}},"error":null}""" + "\n";

    private static string GoodLine => Line(",\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5}");

    public async ValueTask InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync();
        _gateway = await GatewayServer.StartAsync($$"""
            providers:
              openai: { base_url: "{{_upstream.Address}}v1", keys: sk-upstream }
              unlisted: { kind: openai-compatible, base_url: "{{_upstream.Address}}v1", keys: sk-upstream }
            deployments:
              gpt: { provider: openai, model: gpt-4o-mini }
              unlisted: { provider: unlisted, model: gpt-4o-mini }
            aliases:
              fast: { groups: [{ deployments: [gpt] }] }
              unlisted: { groups: [{ deployments: [unlisted] }] }
            retries: { max_attempts: 3, base_delay: 1ms }
            """);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task ResultThatBreaksOff_IsNotRecorded_TheNextWholeOneIs()
    {
        var (batchId, path) = await EndedBatchAsync();
        _upstream.Respond = _ => Result(GoodLine + GoodLine) with { Pieces = GoodLine.Length, Reset = true };
        using (var response = await _gateway.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead))
        {
            _upstream.Committed();
            await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());
            var cut = await _gateway.ReadRecordsAsync(response.Headers.GetValues("x-request-id").Single());
            Assert.Equal("cut_by_upstream", cut.GetProperty("outcome").GetString());
        }
        Assert.Empty(await BatchFixture.RecordsOfAsync(batchId, _gateway));

        _upstream.Respond = _ => Result(GoodLine + GoodLine);
        await _gateway.Client.GetStringAsync(path);
        var record = await RecordAsync(batchId);
        Assert.Equal(20, record.GetProperty("usage").GetProperty("input_tokens").GetInt32());
        // 0.15 and 0.60 USD a million, half of it in a batch.
        Assert.Equal((20 * 0.075m + 10 * 0.3m) / 1_000_000m, decimal.Parse(record.GetProperty("cost_usd").GetString()!, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task ReaderWhoLeavesWhileTheProviderIsSilent_IsMeteredToTheEnd()
    {
        var (batchId, path) = await EndedBatchAsync();
        _upstream.Clear();
        _upstream.Respond = _ => Result(GoodLine + GoodLine) with { Pieces = GoodLine.Length, WaitsForCommit = true };
        using (var response = await _gateway.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead))
        {
            await using var stream = await response.Content.ReadAsStreamAsync();
            await stream.ReadExactlyAsync(new byte[GoodLine.Length]);
        }
        await _gateway.WaitForRecordAsync(record => record.TryGetProperty("outcome", out var outcome) && outcome.GetString() == "caller_gone");
        Assert.Empty(await BatchFixture.RecordsOfAsync(batchId, _gateway));
        _upstream.Committed();

        Assert.Equal(2, (await RecordAsync(batchId)).GetProperty("batch").GetProperty("requests").GetInt32());
    }

    [Theory]
    [InlineData("damaged line\n")]
    [InlineData("{\"custom_id\":\"b\",\"response\":{\"status_code\":200,\"body\":{\"model\":\"gpt-4o-mini\"}},\"error\":null}\n")]
    public async Task LineThatSaysNoUsage_MakesTheCostUnknown_NotZero(string line)
    {
        var (batchId, path) = await EndedBatchAsync();
        _upstream.Respond = _ => Result(GoodLine + line);
        Assert.Equal(GoodLine + line, await _gateway.Client.GetStringAsync(path));

        var record = await RecordAsync(batchId);
        Assert.False(record.TryGetProperty("cost_usd", out _));
        Assert.StartsWith("1 of the batch's results", record.GetProperty("unpriced").GetString(), StringComparison.Ordinal);
        Assert.Equal(10, record.GetProperty("usage").GetProperty("input_tokens").GetInt32());
    }

    [Fact]
    public async Task ProviderWithoutBatchPrices_IsUnpriced()
    {
        var (batchId, path) = await EndedBatchAsync("unlisted");
        _upstream.Respond = _ => Result(GoodLine);
        await _gateway.Client.GetStringAsync(path);
        Assert.True((await RecordAsync(batchId)).TryGetProperty("unpriced", out _));
    }

    [Fact]
    public async Task CreationThatMayHaveReachedTheProvider_IsNotSentAgain()
    {
        var fileId = await UploadAsync("fast");
        _upstream.Clear();
        _upstream.Respond = _ => UpstreamAnswer.Json("""{"error":{"message":"overloaded","type":"server_error"}}""", 503);
        using var response = await _gateway.Client.PostAsync(new Uri("/v1/batches", UriKind.Relative), Json($$"""{"input_file_id":"{{fileId}}"}"""));
        Assert.True((int)response.StatusCode >= 500, response.StatusCode.ToString());
        Assert.Single(_upstream.Received);
    }

    [Theory]
    [InlineData(200, "<html>")]
    [InlineData(200, "{\"object\":\"file\"}")]
    [InlineData(404, "{\"error\":{\"message\":\"No such File object: file-1\",\"type\":\"invalid_request_error\"}}")]
    [InlineData(401, "{\"error\":{\"message\":\"Bad key sk-upstream\",\"code\":\"invalid_api_key\"}}")]
    public async Task NonsenseAndErrors_BecomeErrors_AndRestNobody(int status, string body)
    {
        var fileId = await UploadAsync("fast");
        _upstream.Respond = _ => UpstreamAnswer.Json(body, status);
        using (var response = await _gateway.Client.GetAsync(new Uri($"/v1/files/{fileId}", UriKind.Relative)))
        {
            var text = await response.Content.ReadAsStringAsync();
            Assert.Equal(status == 404 ? 404 : 502, (int)response.StatusCode);
            Assert.True(JsonDocument.Parse(text).RootElement.TryGetProperty("error", out _), text);
            Assert.DoesNotContain("sk-upstream", text, StringComparison.Ordinal);
        }
        _upstream.Respond = _ => UpstreamAnswer.Json("""{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4o-mini","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""");
        using var chat = await _gateway.Client.PostAsync(new Uri("/v1/chat/completions", UriKind.Relative), Json("""{"model":"fast","messages":[{"role":"user","content":"hi"}]}"""));
        Assert.Equal(200, (int)chat.StatusCode);
    }

    private static UpstreamAnswer Result(string lines) => new() { ContentType = "application/octet-stream", Body = Encoding.UTF8.GetBytes(lines) };

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private Task<JsonElement> RecordAsync(string batchId) =>
        _gateway.WaitForRecordAsync(record => record.TryGetProperty("batch", out var batch) && batch.GetProperty("id").GetString() == batchId);

    private async Task<string> UploadAsync(string model)
    {
        _upstream.Respond = _ => UpstreamAnswer.Json("""{"id":"file-1","object":"file","purpose":"batch"}""");
        using var form = new MultipartFormDataContent { { new StringContent("batch"), "purpose" }, { new StringContent(BatchFixture.Lines(model, 2)), "file", "a.jsonl" } };
        using var response = await _gateway.Client.PostAsync(new Uri("/v1/files", UriKind.Relative), form);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return BatchFixture.Id(JsonDocument.Parse(text).RootElement);
    }

    /// <summary>A batch that has ended, its provider saying nothing of usage, and where its result is.</summary>
    private async Task<(string BatchId, Uri Result)> EndedBatchAsync(string model = "fast")
    {
        var fileId = await UploadAsync(model);
        _upstream.Respond = _ => UpstreamAnswer.Json(Batch);
        using var response = await _gateway.Client.PostAsync(new Uri("/v1/batches", UriKind.Relative), Json($$"""{"input_file_id":"{{fileId}}"}"""));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        var batch = JsonDocument.Parse(text).RootElement;
        Assert.Equal(fileId, batch.GetProperty("input_file_id").GetString());
        return (BatchFixture.Id(batch), new Uri($"/v1/files/{batch.GetProperty("output_file_id").GetString()}/content", UriKind.Relative));
    }
}
