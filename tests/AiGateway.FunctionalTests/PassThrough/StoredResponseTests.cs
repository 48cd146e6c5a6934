using System.Text.Json;
using AiGateway.FunctionalTests.Recorded;

namespace AiGateway.FunctionalTests.PassThrough;

/// <summary>Pins that what callers do with a stored response goes to the provider's own object, and comes back under the caller's id.</summary>
[Collection(PassThroughCollection.Name)]
public sealed class StoredResponseTests(PassThroughFixture fixture)
{
    private const string ProviderId = "resp_provider_1";

    [Fact]
    public async Task Retrieve_GivesTheAnswerUnderASealedId()
    {
        var id = await StoreAsync();
        var answer = await SendAsync(HttpMethod.Get, $"/v1/responses/{id}", Bodies.Response(ProviderId));

        Assert.Equal(200, answer.Status);
        Assert.Equal($"GET /openai/responses/{ProviderId}", Sent());
        Assert.Equal(Bodies.Response(ProviderId), ExpectedAnswer.Unseal(answer.Text, Bodies.Response(ProviderId), isStream: false));
    }

    [Fact]
    public async Task RetrieveAsAStream_SealsTheIdsOfItsEvents()
    {
        var id = await StoreAsync();
        fixture.Upstream.Answer = UpstreamAnswer.Events(Bodies.ResponseEvents(ProviderId));
        var answer = await SendAsync(HttpMethod.Get, $"/v1/responses/{id}?stream=true&starting_after=0");

        Assert.False(answer.IsBroken);
        Assert.Equal($"GET /openai/responses/{ProviderId}?stream=true&starting_after=0", Sent());
        Assert.Equal(Bodies.ResponseEvents(ProviderId), ExpectedAnswer.Unseal(answer.Text, Bodies.ResponseEvents(ProviderId), isStream: true));
    }

    [Fact]
    public async Task RetrieveOfAFailedResponse_IsAnAnswer()
    {
        var id = await StoreAsync();
        const string Failed = """{"id":"resp_provider_1","object":"response","status":"failed","error":{"code":"server_error","message":"It failed."},"output":[],"usage":null}""";
        var answer = await SendAsync(HttpMethod.Get, $"/v1/responses/{id}", Failed);

        Assert.Equal(200, answer.Status);
        Assert.Equal(Failed, ExpectedAnswer.Unseal(answer.Text, Failed, isStream: false));
    }

    [Fact]
    public async Task Delete_ComesBackUnderTheCallersId()
    {
        var id = await StoreAsync();
        const string Deleted = """{"id":"resp_provider_1","object":"response","deleted":true}""";
        var answer = await SendAsync(HttpMethod.Delete, $"/v1/responses/{id}", Deleted);

        Assert.Equal(200, answer.Status);
        Assert.Equal($"DELETE /openai/responses/{ProviderId}", Sent());
        Assert.Equal(Deleted, ExpectedAnswer.Unseal(answer.Text, Deleted, isStream: false));
    }

    [Fact]
    public async Task Cancel_ComesBackUnderTheCallersId()
    {
        var id = await StoreAsync();
        var cancelled = Bodies.Response(ProviderId).Replace("\"completed\"", "\"cancelled\"", StringComparison.Ordinal);
        var answer = await SendAsync(HttpMethod.Post, $"/v1/responses/{id}/cancel", cancelled);

        Assert.Equal(200, answer.Status);
        Assert.Equal($"POST /openai/responses/{ProviderId}/cancel", Sent());
        Assert.Equal(cancelled, ExpectedAnswer.Unseal(answer.Text, cancelled, isStream: false));
    }

    [Fact]
    public async Task InputItems_PassWithTheirOwnIds()
    {
        var id = await StoreAsync();
        const string Items = """{"object":"list","data":[{"id":"msg_1","type":"message","role":"user","content":[]}],"first_id":"msg_1","last_id":"msg_1","has_more":false}""";
        var answer = await SendAsync(HttpMethod.Get, $"/v1/responses/{id}/input_items?limit=5&after=msg_0", Items);

        Assert.Equal(Items, answer.Text);
        Assert.Equal($"GET /openai/responses/{ProviderId}/input_items?limit=5&after=msg_0", Sent());
    }

    [Fact]
    public async Task ProviderLostIt_CallerGets404InTheProvidersWords()
    {
        var id = await StoreAsync();
        var answer = await SendAsync(HttpMethod.Get, $"/v1/responses/{id}", """{"error":{"message":"Response with id 'resp_provider_1' not found.","type":"invalid_request_error","param":null,"code":null}}""", 404);

        Assert.Equal(404, answer.Status);
    }

    [Theory]
    [InlineData("resp_provider_1")]
    [InlineData("resp_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task IdThatIsNotOurs_IsUnknownAndAsksNoProvider(string id)
    {
        var answer = await SendAsync(HttpMethod.Get, $"/v1/responses/{id}", Bodies.Response(ProviderId));

        Assert.Equal(404, answer.Status);
        Assert.Empty(fixture.Upstream.Received);
    }

    private async Task<string> StoreAsync()
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(Bodies.Response(ProviderId));
        var made = await fixture.PostAsync("/v1/responses", """{"model":"chat","input":"Hello"}""");
        return JsonDocument.Parse(made.Body).RootElement.GetProperty("id").GetString()!;
    }

    private Task<ReceivedAnswer> SendAsync(HttpMethod method, string path, string answer, int status = 200)
    {
        fixture.Upstream.Answer = UpstreamAnswer.Json(answer, status);
        return SendAsync(method, path);
    }

    private async Task<ReceivedAnswer> SendAsync(HttpMethod method, string path)
    {
        fixture.Upstream.Clear();
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        using var response = await fixture.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await ReceivedAnswer.ReadAsync(response);
    }

    private string Sent()
    {
        var received = Assert.Single(fixture.Upstream.Received);
        Assert.Empty(received.Body);
        return $"{received.Method} {received.Target}";
    }
}
