using System.Net.Http.Json;
using System.Text.Json;

namespace AiGateway.FunctionalTests.Batches;

/// <summary>Files and batches from upload to result: under the provider's model name, with ids that are good for one tenant only.</summary>
public sealed class BatchFlowTests(BatchFixture fixture) : IClassFixture<BatchFixture>
{
    [Fact]
    public async Task Upload_NamesTheProvidersModelOnEveryLine_AndNothingElseChanges()
    {
        var (status, _, text) = await fixture.UploadAsync(BatchFixture.Lines("fast", 3), fields: [("model", "fast"), ("target_model_names", "fast")]);
        Assert.True(status == 200, text);

        var sent = (await fixture.Simulator.Control.LastAsync()).GetProperty("body_text").GetString()!;
        Assert.Contains(BatchFixture.Lines("gpt-4o-mini", 3), sent, StringComparison.Ordinal);
        Assert.DoesNotContain("fast", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("name=model", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("target_model_names", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UploadBeyondMemory_IsRewrittenFromItsTemporaryFile()
    {
        var (status, uploaded, text) = await fixture.UploadAsync(BatchFixture.Lines("fast", 2000));
        Assert.True(status == 200, text);

        var (_, _, content) = await fixture.GetAsync($"/v1/files/{BatchFixture.Id(uploaded)}/content");
        Assert.Equal(BatchFixture.Lines("gpt-4o-mini", 2000), content);
    }

    [Fact]
    public async Task Batch_GoesFromFileToResult_UnderSealedIds()
    {
        var (_, uploaded, _) = await fixture.UploadAsync(BatchFixture.Lines("fast", 4));
        var fileId = BatchFixture.Id(uploaded);
        var (_, begun, text) = await fixture.BeginAsync(fileId);
        Assert.True(begun.ValueKind == JsonValueKind.Object, text);
        Assert.Equal(fileId, begun.GetProperty("input_file_id").GetString());

        var ended = await fixture.EndAsync(BatchFixture.Id(begun));
        var outputId = ended.GetProperty("output_file_id").GetString()!;
        Assert.StartsWith("file-", outputId, StringComparison.Ordinal);
        var (status, _, result) = await fixture.GetAsync($"/v1/files/{outputId}/content");
        Assert.Equal(200, status);
        Assert.Equal(4, result.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        var (_, file, _) = await fixture.GetAsync($"/v1/files/{fileId}");
        Assert.Equal(fileId, BatchFixture.Id(file));
        var (_, again, _) = await fixture.GetAsync($"/openai/v1/batches/{BatchFixture.Id(begun)}?api-version=preview");
        Assert.Equal(outputId, again.GetProperty("output_file_id").GetString());
    }

    [Fact]
    public async Task AnotherTenant_FindsNothing()
    {
        var batch = await fixture.BeginWithAsync(BatchFixture.Lines("fast", 1));
        var batchId = BatchFixture.Id(batch);
        var fileId = batch.GetProperty("input_file_id").GetString()!;
        var outputId = (await fixture.EndAsync(batchId)).GetProperty("output_file_id").GetString()!;

        foreach (var path in new[] { $"files/{fileId}", $"files/{fileId}/content", $"files/{outputId}/content", $"batches/{batchId}" })
        {
            var (status, error, _) = await fixture.GetAsync("/v1/" + path, BatchFixture.Bob);
            Assert.Equal(404, status);
            Assert.Equal("invalid_request_error", error.GetProperty("error").GetProperty("type").GetString());
        }
        Assert.Equal(404, (await fixture.SendAsync(HttpMethod.Delete, $"/v1/files/{fileId}", key: BatchFixture.Bob)).Status);
        Assert.Equal(404, (await fixture.SendAsync(HttpMethod.Post, $"/v1/batches/{batchId}/cancel", key: BatchFixture.Bob)).Status);
        Assert.Equal(404, (await fixture.BeginAsync(fileId, BatchFixture.Bob)).Status);
    }

    [Fact]
    public async Task DamagedIds_AndIdsOfOtherKinds_AreNotFound()
    {
        var batch = await fixture.BeginWithAsync(BatchFixture.Lines("fast", 1));
        var (batchId, fileId) = (BatchFixture.Id(batch), batch.GetProperty("input_file_id").GetString()!);

        foreach (var id in new[] { "file-abc", "file-", fileId[..^1], fileId + "A", $"file-{batchId["batch_".Length..]}", "..%2Fmodels" })
            Assert.Equal(404, (await fixture.GetAsync($"/v1/files/{id}")).Status);
        Assert.Equal(404, (await fixture.GetAsync($"/v1/batches/batch_{fileId["file-".Length..]}")).Status);
        Assert.Equal(404, (await fixture.BeginAsync($"file-{batchId["batch_".Length..]}")).Status);
    }

    [Fact]
    public async Task Colleague_WhoMayNotUseTheModel_CannotReachItThroughAFileOfAnother()
    {
        var (_, uploaded, _) = await fixture.UploadAsync(BatchFixture.Lines("fast", 1));

        // Same project, so the file is hers to see.
        Assert.Equal(200, (await fixture.GetAsync($"/v1/files/{BatchFixture.Id(uploaded)}", BatchFixture.Anna)).Status);
        var (status, error, _) = await fixture.BeginAsync(BatchFixture.Id(uploaded), BatchFixture.Anna);
        Assert.Equal(403, status);
        Assert.Equal("model_not_allowed", error.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(403, (await fixture.UploadAsync(BatchFixture.Lines("fast", 1), key: BatchFixture.Anna)).Status);
        Assert.Equal(200, (await fixture.UploadAsync(BatchFixture.Lines("other", 1), key: BatchFixture.Anna)).Status);
    }

    [Fact]
    public async Task FileThatNobodyChecked_IsNoBatch()
    {
        var (status, uploaded, text) = await fixture.UploadAsync(BatchFixture.Lines("gpt-4o", 1), "user_data");
        Assert.True(status == 200, text);
        var (begun, error, _) = await fixture.BeginAsync(BatchFixture.Id(uploaded));
        Assert.Equal(400, begun);
        Assert.Contains("purpose 'batch'", error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);

        // A result is a file as well, and no requests that anyone checked.
        var ended = await fixture.EndAsync(BatchFixture.Id(await fixture.BeginWithAsync(BatchFixture.Lines("fast", 1))));
        Assert.Equal(400, (await fixture.BeginAsync(ended.GetProperty("output_file_id").GetString()!)).Status);
    }

    [Theory]
    [InlineData("not json\n", "Line 1 of the file is not a valid JSON object.")]
    [InlineData("[]\n", "Line 1 of the file is not a JSON object.")]
    [InlineData("""{"custom_id":"a"}""", "Line 1 of the file has no 'body'.")]
    [InlineData("""{"body":{}}""", "Line 1 of the file names no model: 'body.model' is missing.")]
    [InlineData("""{"body":{"model":7}}""", "Line 1 of the file has a 'body.model' that is not a string.")]
    [InlineData("""{"body":{"model":"fast","model":"gpt-4o"}}""", "Line 1 of the file has 'body.model' twice.")]
    [InlineData("""{"body":{"model":"fast","\u006dodel":"gpt-4o"}}""", "Line 1 of the file has 'body.model' twice.")]
    [InlineData("""{"body":{"model":"fast"},"body":{"model":"gpt-4o"}}""", "Line 1 of the file has 'body' twice.")]
    [InlineData("{\"body\":{\"model\":\"fast\"}}\r\n\r\n{\"body\":{\"model\":\"other\"}}", "Line 3 of the file names the model 'other', and an earlier one 'fast'.")]
    [InlineData("\n \n", "The file holds no requests.")]
    public async Task DamagedFile_IsRefusedWithItsLine(string file, string message)
    {
        var (status, error, text) = await fixture.UploadAsync(file);
        Assert.True(status == 400, text);
        Assert.StartsWith(message, error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("file", error.GetProperty("error").GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("any/..")]
    [InlineData("any/a\\nb")]
    [InlineData("any/\\u0000")]
    public async Task ModelNameThatIsNone_IsRefused(string model)
    {
        var (status, error, text) = await fixture.UploadAsync(BatchFixture.Lines(model, 1));
        Assert.True(status == 400, text);
        Assert.Equal("model", error.GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task HugeLine_AndHugeFile_AreRefused()
    {
        var (status, error, _) = await fixture.UploadAsync(BatchFixture.Line("fast", 0) + BatchFixture.Line("fast", 1, $",\"user\":\"{new string('x', 200_000)}\""));
        Assert.Equal(400, status);
        Assert.StartsWith("Line 2 of the file is longer than 131072 bytes", error.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);

        Assert.Equal(413, (await fixture.UploadAsync(new string('x', 5 << 20), "user_data")).Status);
    }

    [Fact]
    public async Task Model_IsNamedByLineFieldHeaderOrDefault()
    {
        async Task<string> DeploymentOfAsync(string purpose, (string, string)[]? fields = null, (string, string)[]? headers = null)
        {
            var (status, uploaded, text) = await fixture.UploadAsync("plain text", purpose, fields: fields, headers: headers);
            Assert.True(status == 200, text);
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"/v1/files/{BatchFixture.Id(uploaded)}", UriKind.Relative));
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {BatchFixture.Alice}");
            using var response = await fixture.Gateway.Client.SendAsync(request);
            return response.Headers.GetValues("x-gateway-deployment").Single();
        }
        Assert.Equal("gpt-quiet", await DeploymentOfAsync("user_data", fields: [("model", "quiet")]));
        Assert.Equal("gpt-quiet", await DeploymentOfAsync("user_data", fields: [("target_model_names", "quiet")]));
        Assert.Equal("gpt-quiet", await DeploymentOfAsync("user_data", headers: [("x-gateway-model", "quiet")]));
        Assert.Equal("gpt-other", await DeploymentOfAsync("user_data"));

        Assert.Equal(400, (await fixture.UploadAsync("x", "user_data", fields: [("target_model_names", "fast,quiet")])).Status);
        Assert.Equal(400, (await fixture.UploadAsync(BatchFixture.Lines("fast", 1), fields: [("model", "quiet")])).Status);
        Assert.Equal(404, (await fixture.UploadAsync("x", "user_data", fields: [("model", "nobody")])).Status);
        Assert.Equal(400, (await fixture.UploadAsync("x", "user_data", fields: [("model", "claude")])).Status);
    }

    [Fact]
    public async Task Wildcard_SendsWhatItMatched()
    {
        await fixture.UploadAsync(BatchFixture.Lines("any/gpt-4.1", 2));
        var sent = (await fixture.Simulator.Control.LastAsync()).GetProperty("body_text").GetString()!;
        Assert.Contains(BatchFixture.Lines("gpt-4.1", 2), sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Azure_IsAskedByItsV1Layout()
    {
        var batch = await fixture.BeginWithAsync(BatchFixture.Lines("azure", 1));
        await fixture.EndAsync(BatchFixture.Id(batch));
        var last = await fixture.Quiet.Control.LastAsync();
        Assert.StartsWith("/openai/v1/batches/batch_", last.GetProperty("path").GetString(), StringComparison.Ordinal);
        Assert.Equal("", last.GetProperty("query").GetString());
    }

    [Fact]
    public async Task Upload_FailsOver_AndTheBatchStaysWhereItsFileIs()
    {
        var batch = await fixture.BeginWithAsync(BatchFixture.Lines("falls-over", 1));
        Assert.Equal("completed", (await fixture.EndAsync(BatchFixture.Id(batch))).GetProperty("status").GetString());
        Assert.Equal("gpt", (await fixture.RecordAsync(BatchFixture.Id(batch))).GetProperty("deployment").GetString());
    }

    [Fact]
    public async Task FileInAConversation_IsNamedAsItsProviderKnowsIt_AndKeepsTheConversationThere()
    {
        var (_, uploaded, _) = await fixture.UploadAsync("Paris", "user_data", fields: [("model", "fast")]);
        var fileId = BatchFixture.Id(uploaded);
        object Ask(string model) => new { model, messages = new[] { new { role = "user", content = new object[] { new { type = "file", file = new { file_id = fileId } }, new { type = "text", text = "What is it?" } } } } };

        var (status, _, text) = await fixture.SendAsync(HttpMethod.Post, "/v1/chat/completions", JsonContent.Create(Ask("falls-over")));
        Assert.True(status == 200, text);
        var sent = (await fixture.Simulator.Control.LastAsync()).GetProperty("body").GetProperty("messages")[0].GetProperty("content")[0].GetProperty("file").GetProperty("file_id").GetString()!;
        Assert.StartsWith("file-", sent, StringComparison.Ordinal);
        Assert.True(sent.Length < 40, sent);

        var (refused, error, _) = await fixture.SendAsync(HttpMethod.Post, "/v1/chat/completions", JsonContent.Create(Ask("quiet")));
        Assert.Equal(400, refused);
        Assert.Equal("file_id", error.GetProperty("error").GetProperty("param").GetString());

        // Another tenant's is to its provider what any unknown id is.
        await fixture.SendAsync(HttpMethod.Post, "/v1/chat/completions", JsonContent.Create(Ask("fast")), BatchFixture.Bob);
        Assert.Contains(fileId, (await fixture.Simulator.Control.LastAsync()).GetProperty("body_text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_ShowOnesOwn_InPages()
    {
        var mine = new List<string>();
        for (var i = 0; i < 3; i++)
            mine.Add(BatchFixture.Id((await fixture.UploadAsync($"Bob's {i}", "user_data", BatchFixture.Bob, [("model", "fast")])).Json));
        mine.Reverse();

        var (_, all, _) = await fixture.GetAsync("/v1/files?purpose=user_data", BatchFixture.Bob);
        Assert.Equal(mine, Ids(all));
        var (_, first, _) = await fixture.GetAsync("/v1/files?limit=2", BatchFixture.Bob);
        Assert.Equal(mine[..2], Ids(first));
        Assert.True(first.GetProperty("has_more").GetBoolean());
        var (_, second, _) = await fixture.GetAsync($"/v1/files?limit=2&after={mine[1]}", BatchFixture.Bob);
        Assert.Equal(mine[2..], Ids(second));
        Assert.False(second.GetProperty("has_more").GetBoolean());
        var (_, ascending, _) = await fixture.GetAsync("/v1/files?order=asc", BatchFixture.Bob);
        Assert.Equal(Enumerable.Reverse(mine), Ids(ascending));
        Assert.Empty(Ids((await fixture.GetAsync("/v1/files?purpose=batch", BatchFixture.Bob)).Json));
        Assert.DoesNotContain(mine[0], (await fixture.GetAsync("/v1/files")).Text, StringComparison.Ordinal);

        Assert.Equal(400, (await fixture.GetAsync("/v1/files?limit=0")).Status);
        Assert.Equal(404, (await fixture.GetAsync($"/v1/files?after={mine[0]}")).Status);

        await fixture.SendAsync(HttpMethod.Delete, $"/v1/files/{mine[0]}", key: BatchFixture.Bob);
        Assert.Equal(mine[1..], Ids((await fixture.GetAsync("/v1/files", BatchFixture.Bob)).Json));
        Assert.Equal(404, (await fixture.GetAsync($"/v1/files/{mine[0]}", BatchFixture.Bob)).Status);
    }

    [Fact]
    public async Task CancelledBatch_IsCancelled_AndCostsNothing()
    {
        var batch = await fixture.BeginWithAsync(BatchFixture.Lines("fast", 2));
        var (status, cancelled, text) = await fixture.SendAsync(HttpMethod.Post, $"/v1/batches/{BatchFixture.Id(batch)}/cancel");
        Assert.True(status == 200, text);
        Assert.Equal("cancelled", cancelled.GetProperty("status").GetString());
        var listed = (await fixture.GetAsync("/v1/batches")).Json.GetProperty("data").EnumerateArray().First(item => BatchFixture.Id(item) == BatchFixture.Id(batch));
        Assert.Equal("cancelled", listed.GetProperty("status").GetString());
        Assert.Equal("0", (await fixture.RecordAsync(BatchFixture.Id(batch))).GetProperty("cost_usd").GetString());
    }

    [Fact]
    public async Task WrongMethodsAndBodies_AreRefused()
    {
        Assert.Equal(405, (await fixture.SendAsync(HttpMethod.Delete, "/v1/batches/batch_x")).Status);
        Assert.Equal(405, (await fixture.SendAsync(HttpMethod.Put, "/v1/files")).Status);
        Assert.Equal(404, (await fixture.GetAsync("/v1/files/file-x/elsewhere")).Status);
        Assert.Equal(415, (await fixture.SendAsync(HttpMethod.Post, "/v1/files", JsonContent.Create(new { purpose = "batch" }))).Status);
        Assert.Equal(400, (await fixture.SendAsync(HttpMethod.Post, "/v1/batches", JsonContent.Create(new { endpoint = "/v1/chat/completions" }))).Status);
        Assert.Equal(400, (await fixture.SendAsync(HttpMethod.Post, "/v1/batches", new StringContent("{\"input_file_id\":"))).Status);
        Assert.Equal(400, (await fixture.SendAsync(HttpMethod.Post, "/v1/files", new MultipartFormDataContent { { new StringContent("batch"), "purpose" } })).Status);
        Assert.Equal(401, (await fixture.GetAsync("/v1/files", "sk-nobody")).Status);
    }

    private static IEnumerable<string> Ids(JsonElement list) => list.GetProperty("data").EnumerateArray().Select(BatchFixture.Id);
}
