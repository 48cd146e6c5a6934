#pragma warning disable OPENAI001 // The client marks its Responses part as experimental; it is what callers use.
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Json;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;
using OpenAI;
using OpenAI.Responses;

namespace AiGateway.FunctionalTests.Conversations;

/// <summary>A gateway in front of a provider that speaks Anthropic's dialect, and one that speaks OpenAI's, with two callers.</summary>
public sealed class ConversationGateway : IAsyncDisposable
{
    /// <summary>Project apples.</summary>
    public const string Alice = "sk-gateway-alice";

    /// <summary>Project pears.</summary>
    public const string Bob = "sk-gateway-bob";

    private ConversationGateway(GatewayServer gateway, ScriptedUpstream upstream) => (Gateway, Upstream) = (gateway, upstream);

    public GatewayServer Gateway { get; }

    public ScriptedUpstream Upstream { get; }

    /// <summary>Starts one.</summary>
    /// <param name="stores">The value of <c>host.store_responses</c>; null leaves it out.</param>
    /// <param name="clock">The gateway's clock.</param>
    public static async Task<ConversationGateway> StartAsync(string? stores = "{ for: 30d }", TimeProvider? clock = null)
    {
        var upstream = await ScriptedUpstream.StartAsync();
        var host = stores is null ? "" : $"host:\n  store_responses: {stores}\n";
        var gateway = await GatewayServer.StartAsync(
            host +
            $$"""
            providers:
              claude: { kind: anthropic, base_url: "{{upstream.Address}}v1", keys: sk-upstream }
              openai: { base_url: "{{upstream.Address}}v1", keys: sk-upstream }
            deployments:
              claude-x: { provider: claude, model: claude-test }
              gpt-x: { provider: openai, model: gpt-test }
            aliases:
              claude: { groups: [{ deployments: [claude-x] }] }
              claude-strict: { groups: [{ deployments: [claude-x] }], drop_unsupported: false }
              gpt: { groups: [{ deployments: [gpt-x] }] }
              mixed: { groups: [{ strategy: ordered, deployments: [gpt-x, claude-x] }] }
            callers:
              - { id: alice, project: apples, key_hash: "{{GatewayServer.HashOf(Alice)}}" }
              - { id: bob, project: pears, key_hash: "{{GatewayServer.HashOf(Bob)}}" }
            retries: { max_attempts: 1 }
            """,
            clock is null ? null : new GatewayServerOptions { Clock = clock });
        return new ConversationGateway(gateway, upstream);
    }

    /// <summary>OpenAI's official client, without retries of its own.</summary>
    public ResponsesClient ClientOf(string key = Alice) => new OpenAIClient(
        new ApiKeyCredential(key),
        new OpenAIClientOptions { Endpoint = new Uri(Gateway.Address, "v1"), RetryPolicy = new ClientRetryPolicy(0) }).GetResponsesClient();

    /// <summary>Sends a request without an SDK.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null, string key = Alice)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        return await Gateway.Client.SendAsync(request);
    }

    /// <summary>The error of a refused request.</summary>
    public async Task<(int Status, JsonElement Error)> ErrorOfAsync(HttpMethod method, string path, object? body = null, string key = Alice)
    {
        using var response = await SendAsync(method, path, body, key);
        var text = await response.Content.ReadAsStringAsync();
        Assert.False(response.IsSuccessStatusCode, text);
        return ((int)response.StatusCode, JsonDocument.Parse(text).RootElement.GetProperty("error"));
    }

    /// <summary>The messages of the last request that the provider got, one line each: <c>role: type text</c>.</summary>
    public string[] SentMessages()
    {
        using var body = JsonDocument.Parse(Upstream.Received[^1].Body);
        return [.. body.RootElement.GetProperty("messages").EnumerateArray().SelectMany(Lines)];
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    private static IEnumerable<string> Lines(JsonElement message)
    {
        var role = message.GetProperty("role").GetString();
        var content = message.GetProperty("content");
        return content.ValueKind == JsonValueKind.String
            ? [$"{role}: text {content.GetString()}"]
            : content.EnumerateArray().Select(part => $"{role}: {part.GetProperty("type").GetString()} {Said(part)}");
    }

    private static string Said(JsonElement part) => part.GetProperty("type").GetString() switch
    {
        "text" => part.GetProperty("text").GetString()!,
        "thinking" => $"{part.GetProperty("thinking").GetString()} {part.GetProperty("signature").GetString()}",
        "tool_use" => $"{part.GetProperty("id").GetString()} {part.GetProperty("name").GetString()} {part.GetProperty("input").GetRawText()}",
        "tool_result" => $"{part.GetProperty("tool_use_id").GetString()} {(part.GetProperty("content") is { ValueKind: JsonValueKind.String } text ? text.GetString() : part.GetProperty("content")[0].GetProperty("text").GetString())}",
        _ => part.GetRawText(),
    };
}
