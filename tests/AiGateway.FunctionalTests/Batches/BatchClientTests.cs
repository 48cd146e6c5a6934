#pragma warning disable OPENAI001 // The client marks its batches as experimental; they are what callers use.
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using OpenAI;
using OpenAI.Files;

namespace AiGateway.FunctionalTests.Batches;

/// <summary>OpenAI's official .NET client: files and batches as its callers use them.</summary>
public sealed class BatchClientTests(BatchFixture fixture) : IClassFixture<BatchFixture>
{
    private OpenAIFileClient Files => Client().GetOpenAIFileClient();

    [Fact]
    public async Task Files_AreUploadedListedReadAndDeleted()
    {
        OpenAIFile uploaded = await Files.UploadFileAsync(BinaryData.FromString("Paris is the capital of France."), "facts.txt", FileUploadPurpose.UserData);
        Assert.Equal("facts.txt", uploaded.Filename);

        OpenAIFile found = await Files.GetFileAsync(uploaded.Id);
        Assert.Equal(uploaded.Id, found.Id);
        BinaryData content = await Files.DownloadFileAsync(uploaded.Id);
        Assert.Equal("Paris is the capital of France.", content.ToString());
        OpenAIFileCollection all = await Files.GetFilesAsync();
        Assert.Contains(all, file => file.Id == uploaded.Id);

        FileDeletionResult deleted = await Files.DeleteFileAsync(uploaded.Id);
        Assert.True(deleted.Deleted);
        Assert.Equal(uploaded.Id, deleted.FileId);
        var gone = await Assert.ThrowsAsync<ClientResultException>(() => Files.GetFileAsync(uploaded.Id));
        Assert.Equal(404, gone.Status);
    }

    [Fact]
    public async Task Batch_RunsFromFileToResult()
    {
        OpenAIFile file = await Files.UploadFileAsync(new MemoryStream(Encoding.UTF8.GetBytes(BatchFixture.Lines("fast", 3))), "requests.jsonl", FileUploadPurpose.Batch);
        var batches = Client().GetBatchClient();
        using var body = BinaryContent.Create(BinaryData.FromObjectAsJson(new { input_file_id = file.Id, endpoint = "/v1/chat/completions", completion_window = "24h" }));
        var operation = await batches.CreateBatchAsync(body, waitUntilCompleted: false);
        Assert.StartsWith("batch_", operation.BatchId, StringComparison.Ordinal);

        JsonElement batch = default;
        for (var polls = 0; polls < 2; polls++)
            batch = JsonDocument.Parse((await operation.GetBatchAsync(null)).GetRawResponse().Content).RootElement;
        Assert.Equal("completed", batch.GetProperty("status").GetString());
        BinaryData result = await Files.DownloadFileAsync(batch.GetProperty("output_file_id").GetString());
        Assert.Equal(3, result.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private OpenAIClient Client() => new(
        new ApiKeyCredential(BatchFixture.Alice),
        new OpenAIClientOptions { Endpoint = new Uri(fixture.Gateway.Address, "v1"), RetryPolicy = new ClientRetryPolicy(0) });
}
