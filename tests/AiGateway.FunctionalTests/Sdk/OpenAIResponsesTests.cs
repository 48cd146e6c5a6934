#pragma warning disable OPENAI001 // The client marks its Responses part as experimental; it is what callers use.
using System.ClientModel;
using System.Text;
using System.Text.Json;
using OpenAI.Responses;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>The Responses API by the official .NET client: stored responses go back to the deployment that made them, and belong to one tenant.</summary>
public sealed class OpenAIResponsesTests(SdkFixture fixture) : IClassFixture<SdkFixture>
{
    private const string Model = "any/gpt-x";

    private readonly ResponsesClient _responses = fixture.OpenAI.GetResponsesClient();

    [Fact]
    public async Task Input_IsAnsweredWithUsage()
    {
        ResponseResult answer = await _responses.CreateResponseAsync(Model, "What is YARP?");

        Assert.StartsWith("Simulated answer to: What is YARP?", answer.GetOutputText(), StringComparison.Ordinal);
        Assert.Equal(ResponseStatus.Completed, answer.Status);
        Assert.StartsWith("resp_", answer.Id, StringComparison.Ordinal);
        Assert.Equal(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task Stream_IsNumberedWithoutGaps_AndHasOneIdThroughout()
    {
        var text = new StringBuilder();
        var updates = new List<StreamingResponseUpdate>();
        await foreach (var update in await _responses.CreateResponseStreamingAsync(Model, "Stream me"))
        {
            updates.Add(update);
            if (update is StreamingResponseOutputTextDeltaUpdate delta)
                text.Append(delta.Delta);
        }

        Assert.Equal(Enumerable.Range(0, updates.Count), updates.Select(update => update.SequenceNumber));
        var created = Assert.IsType<StreamingResponseCreatedUpdate>(updates[0]).Response;
        var completed = Assert.IsType<StreamingResponseCompletedUpdate>(updates[^1]).Response;
        Assert.Equal(text.ToString(), completed.GetOutputText());
        Assert.Equal(created.Id, completed.Id);
        ResponseResult read = await _responses.GetResponseAsync(created.Id);
        Assert.Equal(text.ToString(), read.GetOutputText());
    }

    [Fact]
    public async Task StoredResponse_CanBeReadContinuedAndDeleted()
    {
        ResponseResult first = await _responses.CreateResponseAsync(Model, "Remember me");
        ResponseResult read = await _responses.GetResponseAsync(first.Id);
        ResponseResult second = await _responses.CreateResponseAsync(Model, "And now?", first.Id);
        ResponseResult third = await _responses.CreateResponseAsync(Model, "And then?", second.Id);
        var items = await _responses.GetResponseInputItemsAsync(first.Id).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(first.Id, read.Id);
        Assert.Equal(first.GetOutputText(), read.GetOutputText());
        Assert.Equal(first.Id, second.PreviousResponseId);
        Assert.Equal(second.Id, third.PreviousResponseId);
        Assert.True(third.Usage.InputTokenCount > second.Usage.InputTokenCount);
        Assert.Single(items);

        ResponseDeletionResult deleted = await _responses.DeleteResponseAsync(first.Id);
        Assert.True(deleted.Deleted);
        Assert.Equal(first.Id, deleted.ResponseId);
        await AssertStatusAsync(404, () => _responses.GetResponseAsync(first.Id));
    }

    [Fact]
    public async Task ResponseOfADeploymentFurtherDown_IsFoundThere()
    {
        // b's own alias made it; a has never seen it.
        ResponseResult made = await _responses.CreateResponseAsync("b/gpt-x", "Where am I?");
        ResponseResult read = await _responses.GetResponseAsync(made.Id);

        Assert.Equal(made.GetOutputText(), read.GetOutputText());
        await AssertStatusAsync(400, () => _responses.CreateResponseAsync("a/gpt-x", "And now?", made.Id));
    }

    [Fact]
    public async Task ReadingAStoredResponse_IsNotBilledAgain()
    {
        ResponseResult made = await _responses.CreateResponseAsync(Model, "Once is enough");
        var read = await _responses.GetResponseAsync(made.Id);

        var record = await RecordOfAsync(read);
        Assert.Equal("stored_response", record.GetProperty("operation").GetString());
        Assert.False(record.TryGetProperty("usage", out _), record.ToString());
        Assert.False(record.TryGetProperty("cost_usd", out _), record.ToString());
    }

    [Fact]
    public async Task BackgroundResponse_IsBilledOnce_WhenItIsRead()
    {
        var options = new CreateResponseOptions("chat", [ResponseItem.CreateUserMessageItem("Take your time")]) { BackgroundModeEnabled = true };
        var made = await _responses.CreateResponseAsync(options);
        var first = await _responses.GetResponseAsync(made.Value.Id);
        var second = await _responses.GetResponseAsync(made.Value.Id);

        Assert.Equal(ResponseStatus.Completed, first.Value.Status);
        var usage = first.Value.Usage;
        Assert.False((await RecordOfAsync(made)).TryGetProperty("cost_usd", out _));
        Assert.False((await RecordOfAsync(second)).TryGetProperty("cost_usd", out _));
        var billed = await RecordOfAsync(first);
        // 1 USD per million tokens in, 10 out.
        Assert.Equal((usage.InputTokenCount + (10m * usage.OutputTokenCount)) / 1_000_000, decimal.Parse(billed.GetProperty("cost_usd").ToString()));
    }

    [Fact]
    public async Task AnotherTenantsKey_FindsNothing()
    {
        ResponseResult mine = await _responses.CreateResponseAsync(Model, "A secret");
        var bob = fixture.ClientOf(SdkFixture.Bob).GetResponsesClient();

        await AssertStatusAsync(404, () => bob.GetResponseAsync(mine.Id));
        await AssertStatusAsync(404, () => bob.DeleteResponseAsync(mine.Id));
        await AssertStatusAsync(400, () => bob.CreateResponseAsync(Model, "And now?", mine.Id));
        ResponseResult still = await _responses.GetResponseAsync(mine.Id);
        Assert.Equal(mine.Id, still.Id);
    }

    [Fact]
    public async Task BackgroundResponse_CanBeCancelled()
    {
        var options = new CreateResponseOptions(Model, [ResponseItem.CreateUserMessageItem("x")]) { BackgroundModeEnabled = true };
        ResponseResult queued = await _responses.CreateResponseAsync(options);
        ResponseResult cancelled = await _responses.CancelResponseAsync(queued.Id);

        Assert.Equal(ResponseStatus.Queued, queued.Status);
        Assert.Equal(ResponseStatus.Cancelled, cancelled.Status);
        Assert.Equal(queued.Id, cancelled.Id);
    }

    private async Task<JsonElement> RecordOfAsync(ClientResult result) =>
        await fixture.Gateway.ReadRecordsAsync(result.GetRawResponse().Headers.Single(header => header.Key.Equals("x-request-id", StringComparison.OrdinalIgnoreCase)).Value);

    private static async Task AssertStatusAsync<T>(int status, Func<Task<ClientResult<T>>> call)
    {
        var refused = await Assert.ThrowsAsync<ClientResultException>(call);
        Assert.Equal(status, refused.Status);
        Assert.Contains("not", refused.Message, StringComparison.OrdinalIgnoreCase);
    }
}
