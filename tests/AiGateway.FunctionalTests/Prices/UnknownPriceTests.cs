using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;

namespace AiGateway.FunctionalTests.Prices;

/// <summary>What becomes of requests whose price nobody knows, and of prices that depend on the request.</summary>
public sealed class UnknownPriceTests : IAsyncLifetime
{
    private const string Answer = """{"id":"c","object":"chat.completion","created":1,"model":"MODEL","choices":[{"index":0,"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100}}""";

    private ScriptedUpstream _upstream = null!;
    private GatewayServer _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _upstream = await ScriptedUpstream.StartAsync();
        _gateway = await GatewayServer.StartAsync($$"""
            providers:
              vllm: { base_url: "{{_upstream.Address}}vllm" }
              openai: { base_url: "{{_upstream.Address}}openai", keys: env:TEST_KEY }
              sonar: { kind: openai-compatible, base_url: "{{_upstream.Address}}perplexity", prices_from: perplexity }
            deployments:
              mine: { provider: vllm, model: mine }
              o3: { provider: openai, model: o3 }
              contract: { provider: vllm, model: mine, price: { input: 1, output: 10 } }
              dall-e-3: { provider: openai }
              sonar-pro: { provider: sonar }
            aliases:
              allowed: { unknown_price: allow, groups: [{ deployments: [mine] }] }
              refused: { groups: [{ deployments: [mine] }] }
              mixed: { groups: [{ deployments: [mine] }, { deployments: [o3] }] }
              contract: { groups: [{ deployments: [contract] }] }
              estimated: { unknown_price: estimate, unknown_price_as: openai/o3, groups: [{ deployments: [mine] }] }
              dall-e-3: { groups: [{ deployments: [dall-e-3] }] }
              sonar-pro: { groups: [{ deployments: [sonar-pro] }] }
            unknown_price: reject
            """, new GatewayServerOptions { Environment = new Dictionary<string, string> { ["TEST_KEY"] = "TEST_KEY" } });
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact]
    public async Task Reject_RefusesBeforeAnythingIsSent_AndSaysTheWayOut()
    {
        var (status, body, _) = await ChatAsync("refused", "mine");

        Assert.Equal(403, status);
        var error = body.GetProperty("error");
        Assert.Equal(("invalid_request_error", "price_unknown", "model"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.Contains("'prices'", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty(_upstream.Received);
    }

    [Fact]
    public async Task Reject_TriesTheDeploymentsWhosePriceIsKnown()
    {
        var (status, _, record) = await ChatAsync("mixed", "o3");

        Assert.Equal((200, "o3", "0.0028"), (status, record.GetProperty("deployment").GetString(), record.GetProperty("cost_usd").GetString()));
    }

    [Fact]
    public async Task Contract_IsAKnownPrice()
    {
        var (status, _, record) = await ChatAsync("contract", "mine");

        Assert.Equal((200, "0.002", "operator"), (status, record.GetProperty("cost_usd").GetString(), record.GetProperty("price_set").GetString()));
    }

    [Fact]
    public async Task Estimate_IsMarked()
    {
        var (status, _, record) = await ChatAsync("estimated", "mine");

        Assert.Equal((200, "0.0028", "standard+stand_in"), (status, record.GetProperty("cost_usd").GetString(), record.GetProperty("price_set").GetString()));
        Assert.True(record.GetProperty("cost_estimated").GetBoolean());
    }

    [Fact]
    public async Task Allow_IsServed_AndItsCostIsUnknown()
    {
        var (status, _, record) = await ChatAsync("allowed", "mine");

        Assert.Equal((200, "no price for vllm/mine"), (status, record.GetProperty("unpriced").GetString()));
        Assert.False(record.TryGetProperty("cost_usd", out _));
    }

    [Theory]
    [InlineData("""{"model":"dall-e-3","prompt":"a cat","size":"1024x1792","quality":"hd"}""", "0.12")]
    [InlineData("""{"model":"dall-e-3","prompt":"a cat"}""", "0.04")]
    public async Task Image_IsPricedByWhatTheRequestAsksFor(string request, string cost)
    {
        var (status, _, record) = await PostAsync("/v1/images/generations", request, """{"created":1,"data":[{"url":"http://localhost/cat.png"}]}""");

        Assert.Equal((200, cost), (status, record.GetProperty("cost_usd").GetString()));
    }

    [Fact]
    public async Task SearchContext_IsPricedByWhatTheRequestAsksFor()
    {
        const string Body = """{"model":"sonar-pro","messages":[{"role":"user","content":"Hi"}],"web_search_options":{"search_context_size":"high"}}""";
        var (status, _, record) = await PostAsync("/v1/chat/completions", Body, Answer.Replace("MODEL", "sonar-pro", StringComparison.Ordinal));

        // 1000 × 3 + 100 × 15, and 14 for a thousand
        Assert.Equal((200, "0.0185"), (status, record.GetProperty("cost_usd").GetString()));
    }

    private Task<(int Status, JsonElement Body, JsonElement Record)> ChatAsync(string alias, string model) =>
        PostAsync("/v1/chat/completions", $$"""{"model":"{{alias}}","messages":[{"role":"user","content":"Hi"}]}""", Answer.Replace("MODEL", model, StringComparison.Ordinal));

    private async Task<(int Status, JsonElement Body, JsonElement Record)> PostAsync(string path, string body, string answer)
    {
        _upstream.Clear();
        _upstream.Answer = UpstreamAnswer.Json(answer);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _gateway.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var id = response.Headers.GetValues("x-request-id").First();
        for (var attempt = 0; ; attempt++)
        {
            using var found = await _gateway.Client.GetAsync(new Uri("/v1/requests/" + id, UriKind.Relative));
            if (found.IsSuccessStatusCode)
            {
                using var record = JsonDocument.Parse(await found.Content.ReadAsStringAsync());
                return ((int)response.StatusCode, document.RootElement.Clone(), record.RootElement.Clone());
            }
            Assert.True(attempt < 200, "The record did not come.");
            await Task.Delay(10);
        }
    }
}
