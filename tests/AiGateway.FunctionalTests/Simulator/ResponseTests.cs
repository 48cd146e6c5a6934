#pragma warning disable OPENAI001 // The client marks its Responses part as experimental; it is what callers use.
using System.ClientModel;
using System.Text;
using OpenAI.Responses;

namespace AiGateway.FunctionalTests.Simulator;

/// <summary>The simulator's responses: created, streamed, stored, continued, cancelled and deleted.</summary>
public sealed class ResponseTests(SimulatorFixture fixture) : IClassFixture<SimulatorFixture>
{
    private const string Model = "simulated/chat";

    private readonly ResponsesClient _responses = fixture.OpenAI.GetResponsesClient();

    [Fact]
    public async Task Input_IsAnsweredWithUsage()
    {
        ResponseResult answer = await _responses.CreateResponseAsync(Model, "What is YARP?");

        Assert.StartsWith("Simulated answer to: What is YARP?", answer.GetOutputText(), StringComparison.Ordinal);
        Assert.Equal(ResponseStatus.Completed, answer.Status);
        Assert.Equal(answer.Usage.InputTokenCount + answer.Usage.OutputTokenCount, answer.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task Stream_IsNumberedWithoutGaps_FromCreatedToCompleted()
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
        Assert.IsType<StreamingResponseCreatedUpdate>(updates[0]);
        Assert.Contains(updates, update => update is StreamingResponseContentPartDoneUpdate);
        Assert.Equal(text.ToString(), Assert.IsType<StreamingResponseCompletedUpdate>(updates[^1]).Response.GetOutputText());
    }

    [Fact]
    public async Task StreamedToolCall_HasItsArgumentsInPiecesAndWhole()
    {
        var options = new CreateResponseOptions(Model, [ResponseItem.CreateUserMessageItem("what time is it")])
        {
            StreamingEnabled = true,
            Tools = { ResponseTool.CreateFunctionTool("get_time", BinaryData.FromString("""{"type":"object","properties":{"zone":{"type":"string"}},"required":["zone"]}"""), strictModeEnabled: true) },
        };
        var pieces = new StringBuilder();
        string? whole = null;
        await foreach (var update in await _responses.CreateResponseStreamingAsync(options))
        {
            if (update is StreamingResponseFunctionCallArgumentsDeltaUpdate delta)
                pieces.Append(delta.Delta);
            if (update is StreamingResponseFunctionCallArgumentsDoneUpdate done)
                whole = done.FunctionArguments.ToString();
        }

        Assert.Equal("""{"zone":"simulated zone"}""", whole);
        Assert.Equal(whole, pieces.ToString());
    }

    [Fact]
    public async Task StoredResponse_CanBeReadContinuedAndDeleted()
    {
        ResponseResult first = await _responses.CreateResponseAsync(Model, "Remember me");
        ResponseResult read = await _responses.GetResponseAsync(first.Id);
        ResponseResult second = await _responses.CreateResponseAsync(Model, "And now?", first.Id);
        var items = await _responses.GetResponseInputItemsAsync(first.Id).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(first.GetOutputText(), read.GetOutputText());
        Assert.Equal(first.Id, second.PreviousResponseId);
        Assert.Equal(2 + first.Usage.TotalTokenCount, second.Usage.InputTokenCount);
        Assert.Single(items);

        ResponseDeletionResult deleted = await _responses.DeleteResponseAsync(first.Id);
        Assert.True(deleted.Deleted);
        await Assert404Async(() => _responses.GetResponseAsync(first.Id));
        await Assert404Async(() => _responses.CreateResponseAsync(Model, "And now?", first.Id));
    }

    [Fact]
    public async Task UnstoredResponse_CannotBeRead()
    {
        ResponseResult answer = await _responses.CreateResponseAsync(new CreateResponseOptions(Model, [ResponseItem.CreateUserMessageItem("x")]) { StoredOutputEnabled = false });

        await Assert404Async(() => _responses.GetResponseAsync(answer.Id));
    }

    [Fact]
    public async Task BackgroundResponse_IsQueued_ThenDoneOrCancelled()
    {
        var options = new CreateResponseOptions(Model, [ResponseItem.CreateUserMessageItem("x")]) { BackgroundModeEnabled = true };
        ResponseResult done = await _responses.CreateResponseAsync(options);
        ResponseResult stopped = await _responses.CreateResponseAsync(options);
        Assert.Equal(ResponseStatus.Queued, done.Status);

        ResponseResult later = await _responses.GetResponseAsync(done.Id);
        ResponseResult cancelled = await _responses.CancelResponseAsync(stopped.Id);

        Assert.Equal(ResponseStatus.Completed, later.Status);
        Assert.Equal(ResponseStatus.Cancelled, cancelled.Status);
    }

    private static async Task Assert404Async<T>(Func<Task<ClientResult<T>>> call)
    {
        var refused = await Assert.ThrowsAsync<ClientResultException>(call);
        Assert.Equal(404, refused.Status);
    }
}
