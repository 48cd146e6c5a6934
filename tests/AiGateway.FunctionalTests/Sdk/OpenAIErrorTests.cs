using System.ClientModel;
using System.Net;
using System.Text;
using System.Text.Json;
using OpenAI.Chat;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>Every class of error as the official .NET client shows it: its status decides what the client does, its message is all a developer sees.</summary>
public sealed class OpenAIErrorTests(SdkFixture fixture) : IClassFixture<SdkFixture>
{
    [Fact]
    public async Task UnknownKey_Is401()
    {
        var refused = await FailAsync(fixture.ClientOf("sk-nobodys").GetChatClient("chat"));

        Assert.Equal(401, refused.Status);
        Assert.Contains("Incorrect API key provided", refused.Message, StringComparison.Ordinal);
        Assert.Contains("invalid_api_key", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-nobodys", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelThatTheKeyMayNotUse_Is403()
    {
        var refused = await FailAsync(fixture.ClientOf(SdkFixture.Carol).GetChatClient("a/gpt-x"));

        Assert.Equal(403, refused.Status);
        Assert.Contains("may not use the model 'a/gpt-x'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("model_not_allowed", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MisspeltModel_Is404WithNearMatches()
    {
        var refused = await FailAsync(fixture.OpenAI.GetChatClient("chta"));

        Assert.Equal(404, refused.Status);
        Assert.Contains("Did you mean 'chat'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("model_not_found", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NearMatches_NameOnlyWhatTheKeyMayUse()
    {
        var refused = await FailAsync(fixture.ClientOf(SdkFixture.Carol).GetChatClient("stumblin"));

        Assert.Equal(404, refused.Status);
        Assert.DoesNotContain("'stumbling'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProvidersRefusal_Is400WithItsMessage()
    {
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => fixture.OpenAI.GetChatClient("a/gpt-x").CompleteChatAsync(
            [new UserChatMessage("x")], new ChatCompletionOptions { Temperature = 3 }));

        Assert.Equal(400, refused.Status);
        Assert.Contains("decimal_above_max_value", refused.Message, StringComparison.Ordinal);
        Assert.Contains("temperature", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/gpt-x!context_length_exceeded", 400, "context_length_exceeded")]
    [InlineData("a/gpt-x!content_filter", 400, "content_filter")]
    public async Task WhatAProviderCannotServe_IsToldByItsCode(string model, int status, string code)
    {
        var refused = await FailAsync(fixture.OpenAI.GetChatClient(model));

        Assert.Equal(status, refused.Status);
        Assert.Contains(code, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BodyThatIsNoJson_Is400()
    {
        using var content = new StringContent("""{"model":"chat","messages":[}""", Encoding.UTF8, "application/json");
        using var answer = await fixture.SendAsync(HttpMethod.Post, "/v1/chat/completions", content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var error = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync()).GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
    }

    // The second is far more than any socket's buffer: the answer must come while the client still sends.
    [Theory]
    [InlineData(SdkFixture.LargestJson)]
    [InlineData(30_000_000)]
    public async Task TooLargeBody_Is413(int length)
    {
        var refused = await Assert.ThrowsAsync<ClientResultException>(() => fixture.OpenAI.GetChatClient("chat").CompleteChatAsync(new string('x', length)));

        Assert.Equal(413, refused.Status);
        Assert.Contains("request_too_large", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongKeyOnALargeBody_IsStill401()
    {
        var refused = await Assert.ThrowsAsync<ClientResultException>(() =>
            fixture.ClientOf("sk-nobodys").GetChatClient("chat").CompleteChatAsync(new string('x', 10_000_000)));

        Assert.Equal(401, refused.Status);
    }

    [Fact]
    public async Task RateLimitOfEveryDeployment_Is429WithItsWait_AlsoWhileItRests()
    {
        var before = await fixture.A.Control.RequestsAsync();
        for (var i = 0; i < 2; i++)
        {
            var refused = await FailAsync(fixture.OpenAI.GetChatClient("limited/gpt-x!retry-after=30"));

            Assert.Equal(429, refused.Status);
            Assert.Contains("rate limited", refused.Message, StringComparison.Ordinal);
            Assert.True(refused.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var wait));
            Assert.InRange(int.Parse(wait!), 25, 30);
        }
        Assert.Equal(before + 1, await fixture.A.Control.RequestsAsync());
    }

    [Fact]
    public async Task ProvidersServerError_Is502WithAWait()
    {
        var refused = await FailAsync(fixture.OpenAI.GetChatClient("a/gpt-x!status=500"));

        Assert.Equal(502, refused.Status);
        Assert.Contains("sim-a", refused.Message, StringComparison.Ordinal);
        Assert.Contains("after 2 attempts", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var wait));
        Assert.Equal("1", wait);
    }

    [Fact]
    public async Task OurKeyRefusedByTheProvider_Is502_ThenNothingHealthyIs503()
    {
        var chat = fixture.OpenAI.GetChatClient("locked/gpt-x!status=401");
        var first = await FailAsync(chat);
        var second = await FailAsync(chat);

        Assert.Equal((502, 503), (first.Status, second.Status));
        // A key that was refused is not sent a second time.
        var record = await fixture.Gateway.ReadRecordsAsync(IdOf(first));
        Assert.Single(record.GetProperty("attempts").EnumerateArray());
        Assert.Contains("no_healthy_upstream", second.Message, StringComparison.Ordinal);
        Assert.True(second.GetRawResponse()!.Headers.TryGetValue("Retry-After", out var wait));
        Assert.InRange(int.Parse(wait!), 1, 2);
    }

    [Theory]
    [InlineData("refused", "refused-a")]
    [InlineData("busy", "busy-a")]
    public async Task KeyRefusedOrRateLimitedByOneProvider_IsAnsweredByTheNext(string alias, string refusing)
    {
        var result = await fixture.OpenAI.GetChatClient(alias).CompleteChatAsync("hello");

        Assert.Equal("chat-model", result.Value.Model);
        var record = await fixture.Gateway.ReadRecordOfModelAsync(alias);
        Assert.Equal([refusing, "chat-b"], record.GetProperty("attempts").EnumerateArray().Select(attempt => attempt.GetProperty("deployment").GetString()));
    }

    private static string IdOf(ClientResultException failed) =>
        failed.GetRawResponse()!.Headers.Single(header => header.Key.Equals("x-request-id", StringComparison.OrdinalIgnoreCase)).Value;

    private static async Task<ClientResultException> FailAsync(ChatClient chat) =>
        await Assert.ThrowsAsync<ClientResultException>(() => chat.CompleteChatAsync("hello"));
}
