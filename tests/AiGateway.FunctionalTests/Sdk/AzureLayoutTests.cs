using System.Net;
using System.Text;
using System.Text.Json;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>What Azure OpenAI's clients send: the model in the path, the key in <c>api-key</c>, a version in the query.</summary>
public sealed class AzureLayoutTests(SdkFixture fixture) : IClassFixture<SdkFixture>
{
    private const string Body = """{"messages":[{"role":"user","content":"hello"}]}""";

    [Theory]
    [InlineData("/openai/deployments/chat/chat/completions?api-version=2024-10-21", "chat", "chat-model")]
    [InlineData("/openai/deployments/a%2Fgpt-x/chat/completions?api-version=2024-10-21", "a/gpt-x", "gpt-x")]
    [InlineData("/openai/deployments/a/gpt-x/chat/completions?api-version=2024-10-21", "a/gpt-x", "gpt-x")]
    [InlineData("/openai/deployments/a/chat/chat/completions?api-version=2024-10-21", "a/chat", "chat")]
    public async Task DeploymentInThePath_IsTheAlias(string path, string alias, string model)
    {
        using var answer = await PostAsync(path, Body, SdkFixture.Alice);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(alias, answer.Headers.GetValues("x-gateway-route").Single());
        var last = await fixture.A.Control.LastAsync();
        Assert.Equal("/v1/chat/completions", last.GetProperty("path").GetString());
        Assert.Equal("", last.GetProperty("query").GetString());
        Assert.DoesNotContain(SdkFixture.Alice, last.ToString(), StringComparison.Ordinal);
        var body = last.GetProperty("body");
        var sent = body.ValueKind == JsonValueKind.String ? JsonSerializer.Deserialize<JsonElement>(body.GetString()!) : body;
        Assert.Equal(model, sent.GetProperty("model").GetString());
        Assert.Equal("hello", sent.GetProperty("messages")[0].GetProperty("content").GetString());
    }

    [Fact]
    public async Task NewerLayout_TakesTheModelFromTheBody()
    {
        using var answer = await PostAsync("/openai/v1/chat/completions", """{"model":"chat","messages":[{"role":"user","content":"hello"}]}""", SdkFixture.Alice);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("chat", "sk-nobodys", HttpStatusCode.Unauthorized)]
    [InlineData("chat", null, HttpStatusCode.Unauthorized)]
    [InlineData("nothing-like-it", SdkFixture.Alice, HttpStatusCode.NotFound)]
    [InlineData("a%2Fx", SdkFixture.Carol, HttpStatusCode.Forbidden)]
    public async Task Errors_HaveTheSameStatusAsInOpenAIsLayout(string deployment, string? key, HttpStatusCode status)
    {
        using var answer = await PostAsync($"/openai/deployments/{deployment}/chat/completions?api-version=2024-10-21", Body, key);

        Assert.Equal(status, answer.StatusCode);
        var error = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync()).GetProperty("error");
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task Embeddings_AreServedToo()
    {
        using var answer = await PostAsync("/openai/deployments/a%2Fembed/embeddings?api-version=2024-10-21", """{"input":"one"}""", SdkFixture.Alice);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, string body, string? key)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await fixture.SendAsync(HttpMethod.Post, path, content, key: null, key is null ? [] : [("api-key", key)]);
    }
}
