using System.Text.Json;
using AiGateway.Storage;

namespace AiGateway.FunctionalTests.Conversations;

/// <summary>Where nothing is kept, or the file is out of order, callers are told so, and everything else goes on.</summary>
public sealed class StoreOffTests
{
    [Fact]
    public async Task Off_PreviousResponseIdIsRefusedWithAWayOut()
    {
        await using var gateway = await ConversationGateway.StartAsync(stores: null);
        var (status, error) = await gateway.ErrorOfAsync(HttpMethod.Post, "/v1/responses", new { model = "claude", input = "Go on", previous_response_id = "resp_of_another_time" });

        Assert.Equal((400, "previous_response_id"), (status, error.GetProperty("param").GetString()));
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Contains("host.store_responses", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(gateway.Upstream.Received);
    }

    [Fact]
    public async Task Off_StoreIsIgnoredAndNamed_AlsoByAnAliasThatRefusesLosses()
    {
        await using var gateway = await ConversationGateway.StartAsync(stores: null);
        gateway.Upstream.Answer = ClaudeAnswers.Text("Hello.");
        foreach (var model in (string[])["claude", "claude-strict"])
        {
            using var response = await gateway.SendAsync(HttpMethod.Post, "/v1/responses", new { model, input = "Hi", store = true });
            using var made = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

            Assert.Equal(200, (int)response.StatusCode);
            Assert.Equal("~store", Assert.Single(response.Headers.GetValues("x-gateway-dropped")));
            Assert.False(made.RootElement.GetProperty("store").GetBoolean());
        }
    }

    [Fact]
    public async Task Off_UnsaidStoreIsNotNamed_AndNoFileIsMade()
    {
        await using var gateway = await ConversationGateway.StartAsync(stores: null);
        gateway.Upstream.Answer = ClaudeAnswers.Text("Hello.");
        using var response = await gateway.SendAsync(HttpMethod.Post, "/v1/responses", new { model = "claude", input = "Hi" });

        Assert.False(response.Headers.Contains("x-gateway-dropped"));
        Assert.False(File.Exists(DatabaseOf(gateway)));
    }

    [Fact]
    public async Task DamagedFile_RefusesWhatNeedsIt_TheRestGoesOn()
    {
        await using var gateway = await ConversationGateway.StartAsync();
        gateway.Upstream.Answer = ClaudeAnswers.Text("Hello.");
        using var response = await gateway.SendAsync(HttpMethod.Post, "/v1/responses", new { model = "claude", input = "Hi" });
        using var made = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var id = made.RootElement.GetProperty("id").GetString();
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(DatabaseOf(gateway))!, StorageExtensions.FileName + "*"))
        {
            await File.WriteAllBytesAsync(file, [.. Enumerable.Repeat((byte)'?', 65_536)], TestContext.Current.CancellationToken);
        }

        var (status, error) = await gateway.ErrorOfAsync(HttpMethod.Get, $"/v1/responses/{id}");
        var (continued, _) = await gateway.ErrorOfAsync(HttpMethod.Post, "/v1/responses", new { model = "claude", input = "Go on", previous_response_id = id });
        using var another = await gateway.SendAsync(HttpMethod.Post, "/v1/responses", new { model = "claude", input = "Hi" });
        using var chat = await gateway.SendAsync(HttpMethod.Post, "/v1/chat/completions", new { model = "claude", messages = new[] { new { role = "user", content = "Hi" } } });

        Assert.Equal((503, "response_store_unavailable"), (status, error.GetProperty("code").GetString()));
        Assert.Equal(503, continued);
        Assert.Equal((200, 200), ((int)another.StatusCode, (int)chat.StatusCode));
    }

    private static string DatabaseOf(ConversationGateway gateway) =>
        Path.Combine(Path.GetDirectoryName(gateway.Gateway.RoutingFile)!, "data", StorageExtensions.FileName);
}
