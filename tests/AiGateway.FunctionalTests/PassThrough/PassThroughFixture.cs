using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.Recorded;

namespace AiGateway.FunctionalTests.PassThrough;

/// <summary>A gateway before one scripted upstream that plays every kind of provider.</summary>
public sealed class PassThroughFixture : IAsyncLifetime
{
    /// <summary>The model that the alias <c>chat</c> is upstream.</summary>
    public const string UpstreamModel = "gpt-4o-mini";

    private static readonly string[] Kinds =
        ["openai", "azure", "groq", "mistral", "deepseek", "openrouter", "huggingface", "together", "snowflake", "bedrock", "gemini", "zai", "vllm"];

    private static readonly GatewayServerOptions Keys = new() { Environment = new Dictionary<string, string> { ["TEST_KEY"] = "TEST_KEY" } };

    private GatewayServer? _gateway;

    /// <summary>What the gateway sends to; below <c>/KIND</c> each.</summary>
    public ScriptedUpstream Upstream { get; private set; } = null!;

    /// <summary>Talks to the gateway.</summary>
    public HttpClient Client => _gateway!.Client;

    public async ValueTask InitializeAsync()
    {
        Upstream = await ScriptedUpstream.StartAsync();
        // Errors are provoked here; none must keep a deployment from the next test.
        const string Breaker = "breaker: { minimum_attempts: 100000, rate_limit_cooldown: 1ms, credential_cooldown: 1ms }";
        var yaml = new StringBuilder("providers:\n");
        foreach (var kind in Kinds)
            yaml.Append($"  {kind}: {{ base_url: \"{Upstream.Address}{kind}\", keys: env:TEST_KEY }}\n");
        yaml.Append("deployments:\n");
        foreach (var kind in Kinds)
            yaml.Append($"  any-{kind}: {{ provider: {kind}, model: \"*\", {Breaker} }}\n");
        yaml.Append($"  fixed: {{ provider: openai, model: {UpstreamModel}, {Breaker} }}\n");
        yaml.Append($"  azure-fixed: {{ provider: azure, model: my deployment, {Breaker} }}\n");
        yaml.Append("aliases:\n");
        foreach (var kind in Kinds)
            yaml.Append($"  {kind}/*: {{ groups: [{{ deployments: [any-{kind}] }}], retries: {{ max_attempts: 1 }} }}\n");
        yaml.Append("  chat: { groups: [{ deployments: [fixed] }], retries: { max_attempts: 1 } }\n");
        yaml.Append($"  {UpstreamModel}: {{ groups: [{{ deployments: [fixed] }}], retries: {{ max_attempts: 1 }} }}\n");
        yaml.Append("  in-azure: { groups: [{ deployments: [azure-fixed] }], retries: { max_attempts: 1 } }\n");
        _gateway = await GatewayServer.StartAsync(yaml.ToString(), Keys);
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    /// <summary>Posts JSON.</summary>
    public Task<ReceivedAnswer> PostAsync(string path, string body, params (string Name, string Value)[] headers) =>
        PostAsync(path, Encoding.UTF8.GetBytes(body), "application/json", headers);

    /// <summary>Posts bytes.</summary>
    public async Task<ReceivedAnswer> PostAsync(string path, byte[] body, string contentType, params (string Name, string Value)[] headers)
    {
        Upstream.Clear();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Upstream.Committed();
        return await ReceivedAnswer.ReadAsync(response);
    }

    /// <summary>Lets the upstream answer a chat request of the given model.</summary>
    public Task<ReceivedAnswer> ChatAsync(UpstreamAnswer answer, string model = "chat", string members = "")
    {
        Upstream.Answer = answer;
        var stream = answer.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) == true ? ",\"stream\":true" : "";
        return PostAsync("/v1/chat/completions", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello"}]{{stream}}{{members}}}""");
    }

    /// <summary>The record of a request; it is there a moment after the last byte.</summary>
    public async Task<JsonElement> RecordAsync(ReceivedAnswer answer)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var response = await Client.GetAsync(new Uri("/v1/requests/" + answer.RequestId, UriKind.Relative));
            if (response.IsSuccessStatusCode)
                return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement;
            Assert.True(attempt < 2_000, $"No record of {answer.RequestId}.");
            await Task.Delay(10);
        }
    }
}
