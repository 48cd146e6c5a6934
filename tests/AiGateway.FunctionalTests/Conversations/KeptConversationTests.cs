#pragma warning disable OPENAI001 // The client marks its Responses part as experimental; it is what callers use.
using System.ClientModel;
using System.Text;
using System.Text.Json;
using AiGateway.TestKit;
using OpenAI.Responses;

namespace AiGateway.FunctionalTests.Conversations;

/// <summary>A model of another dialect keeps a conversation for OpenAI's Responses client as OpenAI's own would, because the gateway does: by the official .NET client.</summary>
public sealed class KeptConversationTests : IAsyncLifetime
{
    private const string Model = "claude";
    private ConversationGateway _gateway = null!;
    private ResponsesClient _responses = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await ConversationGateway.StartAsync();
        _responses = _gateway.ClientOf();
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task ThreeTurnsWithATool_ReachTheProviderAsOneConversation()
    {
        var weather = ResponseTool.CreateFunctionTool("get_weather", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}"""), strictModeEnabled: false, "The weather");
        _gateway.Upstream.Answer = ClaudeAnswers.Call("toolu_1", "get_weather", """{"city":"Bonn"}""");
        ResponseResult first = await _responses.CreateResponseAsync(new CreateResponseOptions(Model, [ResponseItem.CreateUserMessageItem("Weather in Bonn?")]) { Tools = { weather }, Instructions = "Be brief." });
        var call = Assert.Single(first.OutputItems.OfType<FunctionCallResponseItem>());

        _gateway.Upstream.Answer = ClaudeAnswers.Text("It is 21 degrees.");
        ResponseResult second = await _responses.CreateResponseAsync(new CreateResponseOptions(Model, [ResponseItem.CreateFunctionCallOutputItem(call.CallId, "21 degrees")]) { Tools = { weather }, PreviousResponseId = first.Id });
        Assert.Equal(
            ["user: text Weather in Bonn?", "assistant: thinking I need the tool. c2lnbmVk", """assistant: tool_use toolu_1 get_weather {"city":"Bonn"}""", "user: tool_result toolu_1 21 degrees"],
            _gateway.SentMessages());

        _gateway.Upstream.Answer = ClaudeAnswers.Text("Take a hat.");
        ResponseResult third = await _responses.CreateResponseAsync(new CreateResponseOptions(Model, [ResponseItem.CreateUserMessageItem("What shall I wear?")]) { Tools = { weather }, PreviousResponseId = second.Id, Instructions = "Be kind." });

        Assert.Equal(["assistant: text It is 21 degrees.", "user: text What shall I wear?"], _gateway.SentMessages()[^2..]);
        Assert.Equal(6, _gateway.SentMessages().Length);
        Assert.Contains("Be kind.", SentText(), StringComparison.Ordinal);
        Assert.DoesNotContain("Be brief.", SentText(), StringComparison.Ordinal);
        Assert.Equal((first.Id, second.Id), (second.PreviousResponseId, third.PreviousResponseId));
        Assert.Equal("Take a hat.", third.GetOutputText());
        Assert.Equal(3, new[] { first.Id, second.Id, third.Id }.Distinct().Count());
    }

    [Fact]
    public async Task Kept_IsReadListedAndDeleted()
    {
        _gateway.Upstream.Answer = ClaudeAnswers.Text("Here I am.");
        ResponseResult made = await _responses.CreateResponseAsync(Model, "Remember me");
        _gateway.Upstream.Clear();
        ResponseResult read = await _responses.GetResponseAsync(made.Id);
        var items = await _responses.GetResponseInputItemsAsync(made.Id).ToListAsync(TestContext.Current.CancellationToken);
        ResponseDeletionResult deleted = await _responses.DeleteResponseAsync(made.Id);

        Assert.Equal((made.Id, "Here I am."), (read.Id, read.GetOutputText()));
        Assert.Equal(made.OutputItems.Select(item => item.Id), read.OutputItems.Select(item => item.Id));
        Assert.Equal("Remember me", Assert.IsType<MessageResponseItem>(exactMatch: false, @object: Assert.Single(items)).Content[0].Text);
        Assert.True(deleted.Deleted);
        Assert.Equal(made.Id, deleted.ResponseId);
        Assert.Empty(_gateway.Upstream.Received);
        await AssertRefusedAsync(404, () => _responses.GetResponseAsync(made.Id));
        await AssertRefusedAsync(404, () => _responses.DeleteResponseAsync(made.Id));
        await AssertRefusedAsync(400, () => _responses.CreateResponseAsync(Model, "And now?", made.Id));
    }

    [Fact]
    public async Task AnotherTenant_CanNeitherReadNorContinueNorDelete()
    {
        _gateway.Upstream.Answer = ClaudeAnswers.Text("A secret.");
        ResponseResult made = await _responses.CreateResponseAsync(Model, "Tell me");
        var bob = _gateway.ClientOf(ConversationGateway.Bob);

        await AssertRefusedAsync(404, () => bob.GetResponseAsync(made.Id));
        await AssertRefusedAsync(404, () => bob.DeleteResponseAsync(made.Id));
        await AssertRefusedAsync(400, () => bob.CreateResponseAsync(Model, "And now?", made.Id));
        ResponseResult still = await _responses.GetResponseAsync(made.Id);
        Assert.Equal(made.Id, still.Id);
    }

    [Fact]
    public async Task Stream_IsKeptByTheTimeItSaysThatItIsComplete()
    {
        _gateway.Upstream.Answer = ClaudeAnswers.Stream("Streamed and kept.");
        var text = new StringBuilder();
        ResponseResult? completed = null;
        string? created = null;
        await foreach (var update in await _responses.CreateResponseStreamingAsync(Model, "Stream me"))
        {
            created ??= (update as StreamingResponseCreatedUpdate)?.Response.Id;
            text.Append((update as StreamingResponseOutputTextDeltaUpdate)?.Delta);
            if (update is StreamingResponseCompletedUpdate last)
            {
                completed = last.Response;
                ResponseResult read = await _responses.GetResponseAsync(last.Response.Id);
                Assert.Equal("Streamed and kept.", read.GetOutputText());
                Assert.Equal(last.Response.OutputItems.Select(item => item.Id), read.OutputItems.Select(item => item.Id));
            }
        }
        Assert.Equal((created, "Streamed and kept."), (completed?.Id, text.ToString()));

        _gateway.Upstream.Answer = ClaudeAnswers.Stream("Second.");
        await foreach (var update in await _responses.CreateResponseStreamingAsync(Model, "Go on", created))
        {
            Assert.NotNull(update);
        }
        Assert.Equal(["user: text Stream me", "assistant: text Streamed and kept.", "user: text Go on"], _gateway.SentMessages());
    }

    [Fact]
    public async Task StreamThatBreaksOff_IsNotKept()
    {
        _gateway.Upstream.Answer = ClaudeAnswers.Stream("Half an answer", isCut: true);
        string? id = null;
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await foreach (var update in await _responses.CreateResponseStreamingAsync(Model, "Break"))
            {
                id ??= (update as StreamingResponseCreatedUpdate)?.Response.Id;
            }
        });

        Assert.NotNull(id);
        await AssertRefusedAsync(404, () => _responses.GetResponseAsync(id));
    }

    [Fact]
    public async Task CallerSaysStoreFalse_NothingIsKept()
    {
        _gateway.Upstream.Answer = ClaudeAnswers.Text("Gone.");
        ResponseResult made = await _responses.CreateResponseAsync(new CreateResponseOptions(Model, [ResponseItem.CreateUserMessageItem("Forget me")]) { StoredOutputEnabled = false });

        await AssertRefusedAsync(404, () => _responses.GetResponseAsync(made.Id));
        await AssertRefusedAsync(400, () => _responses.CreateResponseAsync(Model, "And now?", made.Id));
    }

    [Fact]
    public async Task Cancel_IsRefused_ForItIsComplete()
    {
        _gateway.Upstream.Answer = ClaudeAnswers.Text("Done.");
        ResponseResult made = await _responses.CreateResponseAsync(Model, "Do it");

        await AssertRefusedAsync(400, () => _responses.CancelResponseAsync(made.Id));
    }

    [Fact]
    public async Task AnswerAndHeaders_SayWhatWasDone()
    {
        _gateway.Upstream.Answer = ClaudeAnswers.Text("Hello.");
        using var first = await _gateway.SendAsync(HttpMethod.Post, "/v1/responses", new { model = "claude-strict", input = "Hi", store = true });
        using var made = JsonDocument.Parse(await first.Content.ReadAsStringAsync());
        var id = made.RootElement.GetProperty("id").GetString();
        // Nothing is lost where the gateway does it: an alias that refuses losses takes it.
        using var second = await _gateway.SendAsync(HttpMethod.Post, "/v1/responses", new { model = "claude-strict", input = "Go on", previous_response_id = id });
        using var continued = JsonDocument.Parse(await second.Content.ReadAsStringAsync());

        Assert.True(made.RootElement.GetProperty("store").GetBoolean());
        Assert.True(made.RootElement.GetProperty("created_at").GetInt64() > 1_700_000_000);
        Assert.Equal(id, continued.RootElement.GetProperty("previous_response_id").GetString());
        Assert.False(first.Headers.Contains("x-gateway-dropped"));
        Assert.False(second.Headers.Contains("x-gateway-dropped"));
    }

    [Fact]
    public async Task InputItems_ArePagedNewestFirst()
    {
        _gateway.Upstream.Answer = ClaudeAnswers.Text("Ok.");
        var items = Enumerable.Range(1, 5).Select(i => new { role = "user", content = $"m{i}" }).ToArray();
        using var made = JsonDocument.Parse(await (await _gateway.SendAsync(HttpMethod.Post, "/v1/responses", new { model = Model, input = items })).Content.ReadAsStringAsync());
        var path = $"/v1/responses/{made.RootElement.GetProperty("id").GetString()}/input_items";

        var (texts, last, more) = await PageAsync(path + "?limit=2");
        var (rest, _, restMore) = await PageAsync($"{path}?limit=3&after={last}");
        var (ascending, _, _) = await PageAsync(path + "?order=asc");
        var (status, error) = await _gateway.ErrorOfAsync(HttpMethod.Get, path + "?limit=0");

        Assert.Equal(["m5", "m4"], texts);
        Assert.Equal(["m3", "m2", "m1"], rest);
        Assert.Equal((true, false), (more, restMore));
        Assert.Equal(["m1", "m2", "m3", "m4", "m5"], ascending);
        Assert.Equal((400, "limit"), (status, error.GetProperty("param").GetString()));
    }

    [Fact]
    public async Task KeptByTheGateway_GoesOnOnlyWhereTheGatewayTranslates()
    {
        _gateway.Upstream.Answer = ClaudeAnswers.Text("First.");
        ResponseResult made = await _responses.CreateResponseAsync(Model, "Begin");

        var (status, error) = await _gateway.ErrorOfAsync(HttpMethod.Post, "/v1/responses", new { model = "gpt", input = "Go on", previous_response_id = made.Id });
        Assert.Equal((400, "previous_response_id"), (status, error.GetProperty("param").GetString()));

        // The alias would have asked the other provider first.
        ResponseResult second = await _responses.CreateResponseAsync("mixed", "Go on", made.Id);
        Assert.Equal(made.Id, second.PreviousResponseId);
        Assert.Equal(["user: text Begin", "assistant: text First.", "user: text Go on"], _gateway.SentMessages());
    }

    [Fact]
    public async Task MiddleOfAConversationDeleted_TheRestCannotGoOn()
    {
        _gateway.Upstream.Answer = ClaudeAnswers.Text("Yes.");
        ResponseResult first = await _responses.CreateResponseAsync(Model, "One");
        ResponseResult second = await _responses.CreateResponseAsync(Model, "Two", first.Id);
        await _responses.DeleteResponseAsync(first.Id);

        var (status, error) = await _gateway.ErrorOfAsync(HttpMethod.Post, "/v1/responses", new { model = Model, input = "Three", previous_response_id = second.Id });

        Assert.Equal((400, "previous_response_id"), (status, error.GetProperty("param").GetString()));
        Assert.Contains("deleted", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ItsTimePassed_ItIsUnknown()
    {
        var clock = new TestClock(DateTimeOffset.UtcNow);
        await using var gateway = await ConversationGateway.StartAsync("{ for: 2d }", clock);
        gateway.Upstream.Answer = ClaudeAnswers.Text("For a while.");
        ResponseResult made = await gateway.ClientOf().CreateResponseAsync(Model, "Keep me");
        clock.Advance(TimeSpan.FromDays(1));
        ResponseResult read = await gateway.ClientOf().GetResponseAsync(made.Id);
        clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal(made.Id, read.Id);
        await AssertRefusedAsync(404, () => gateway.ClientOf().GetResponseAsync(made.Id));
        await AssertRefusedAsync(400, () => gateway.ClientOf().CreateResponseAsync(Model, "And now?", made.Id));
    }

    private async Task<(string[] Texts, string? LastId, bool HasMore)> PageAsync(string path)
    {
        using var page = JsonDocument.Parse(await (await _gateway.SendAsync(HttpMethod.Get, path)).Content.ReadAsStringAsync());
        return ([.. page.RootElement.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("content")[0].GetProperty("text").GetString()!)],
            page.RootElement.GetProperty("last_id").GetString(), page.RootElement.GetProperty("has_more").GetBoolean());
    }

    private string SentText() => Encoding.UTF8.GetString(_gateway.Upstream.Received[^1].Body);

    private static async Task AssertRefusedAsync<T>(int status, Func<Task<ClientResult<T>>> call) =>
        Assert.Equal(status, (await Assert.ThrowsAsync<ClientResultException>(call)).Status);
}
