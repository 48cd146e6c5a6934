using System.Net;
using System.Text;
using System.Text.Json;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>What callers reach without an SDK: their own request records, and browsers' preflights.</summary>
public sealed class CallerSurfaceTests(SdkFixture fixture) : IClassFixture<SdkFixture>
{
    private const string Origin = "https://app.example";

    [Fact]
    public async Task OwnRequest_IsFoundByItsId_WithItsCost()
    {
        var id = await AskAsync(stream: false);
        using var answer = await fixture.SendAsync(HttpMethod.Get, $"/v1/requests/{id}");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var record = await JsonOfAsync(answer);
        Assert.Equal(id, record.GetProperty("id").GetString());
        Assert.Equal("chat", record.GetProperty("alias").GetString());
        Assert.True(decimal.Parse(record.GetProperty("cost_usd").ToString()) > 0);
        // Which of the platform team's keys was used is not the caller's business.
        Assert.False(record.GetProperty("attempts")[0].TryGetProperty("key", out _));
    }

    [Fact]
    public async Task CostOfAStream_IsThereWhenItHasEnded()
    {
        var id = await AskAsync(stream: true);
        await fixture.Gateway.ReadRecordsAsync(id);
        using var answer = await fixture.SendAsync(HttpMethod.Get, $"/v1/requests/{id}");

        var record = await JsonOfAsync(answer);
        Assert.True(record.GetProperty("stream").GetBoolean());
        Assert.True(decimal.Parse(record.GetProperty("cost_usd").ToString()) > 0);
    }

    [Theory]
    [InlineData(SdkFixture.Bob, HttpStatusCode.NotFound)]
    [InlineData(SdkFixture.Carol, HttpStatusCode.NotFound)]
    [InlineData("sk-nobodys", HttpStatusCode.Unauthorized)]
    public async Task AnotherTenantsKey_DoesNotFindTheRequest(string key, HttpStatusCode status)
    {
        var id = await AskAsync(stream: false);
        using var answer = await fixture.SendAsync(HttpMethod.Get, $"/v1/requests/{id}", key: key);

        Assert.Equal(status, answer.StatusCode);
        Assert.DoesNotContain("alice", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preflight_IsAnsweredWithoutAKey()
    {
        using var answer = await fixture.SendAsync(
            HttpMethod.Options, "/v1/chat/completions", null, null,
            ("Origin", Origin), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization,content-type,x-stainless-os"));

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(Origin, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Contains("POST", Header(answer, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
        Assert.Contains("authorization", Header(answer, "Access-Control-Allow-Headers"), StringComparison.Ordinal);
        Assert.Equal("600", Header(answer, "Access-Control-Max-Age"));
    }

    [Fact]
    public async Task BrowsersRequest_MayReadTheGatewaysHeaders_AlsoOfAnError()
    {
        using var content = Body("chat", stream: false);
        using var answer = await fixture.SendAsync(HttpMethod.Post, "/v1/chat/completions", content, SdkFixture.Alice, ("Origin", Origin));
        using var refused = await fixture.SendAsync(HttpMethod.Get, "/v1/models", null, "sk-nobodys", ("Origin", Origin));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (answer.StatusCode, refused.StatusCode));
        Assert.All([answer, refused], response =>
        {
            Assert.Equal(Origin, Header(response, "Access-Control-Allow-Origin"));
            Assert.Equal("Origin", Header(response, "Vary"));
            Assert.All(["x-gateway-cost", "x-gateway-cache-similarity", "x-gateway-cache-detail"], name => Assert.Contains(name, Header(response, "Access-Control-Expose-Headers"), StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task UnknownOrigin_IsNotAllowed()
    {
        using var answer = await fixture.SendAsync(
            HttpMethod.Options, "/v1/chat/completions", null, null, ("Origin", "https://elsewhere.example"), ("Access-Control-Request-Method", "POST"));

        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));

    private static async Task<JsonElement> JsonOfAsync(HttpResponseMessage answer) => JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync());

    private static StringContent Body(string model, bool stream) => new(
        $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"hello"}]}""", Encoding.UTF8, "application/json");

    private async Task<string> AskAsync(bool stream)
    {
        using var content = Body("chat", stream);
        using var answer = await fixture.SendAsync(HttpMethod.Post, "/v1/chat/completions", content);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await answer.Content.ReadAsStringAsync();
        return Header(answer, "x-request-id");
    }
}
