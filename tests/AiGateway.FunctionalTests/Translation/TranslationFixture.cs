using System.Globalization;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.FunctionalTests.Recorded;

namespace AiGateway.FunctionalTests.Translation;

/// <summary>A gateway before scripted upstreams that speak dialects of their own.</summary>
public sealed class TranslationFixture : IAsyncLifetime
{
    private static readonly GatewayServerOptions Keys = new() { Environment = new Dictionary<string, string> { ["TEST_KEY"] = "TEST_KEY" } };

    private GatewayServer? _gateway;

    /// <summary>What most providers are.</summary>
    public ScriptedUpstream Upstream { get; private set; } = null!;

    /// <summary>What the alias <c>two</c> falls back to: OpenAI's dialect.</summary>
    public ScriptedUpstream Second { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Upstream = await ScriptedUpstream.StartAsync();
        Second = await ScriptedUpstream.StartAsync();
        const string Breaker = "breaker: { minimum_attempts: 100000, rate_limit_cooldown: 1ms, credential_cooldown: 1ms }";
        var yaml = new StringBuilder("providers:\n");
        foreach (var kind in (string[])["anthropic", "google", "cohere", "openai", "xai", "openrouter"])
            yaml.Append($"  {kind}: {{ base_url: \"{Upstream.Address}{kind}\", keys: env:TEST_KEY{(kind == "openrouter" ? ", dialects: [openai]" : "")} }}\n");
        yaml.Append($"  aws: {{ kind: bedrock-converse, base_url: \"{Upstream.Address}aws\", keys: env:TEST_KEY }}\n");
        yaml.Append($"  ollama: {{ base_url: \"{Upstream.Address}ollama\", dialects: [ollama] }}\n");
        yaml.Append($"  bedrock: {{ kind: bedrock-converse, base_url: \"{Upstream.Address}aws\", keys: env:TEST_KEY }}\n");
        yaml.Append($"  vertex: {{ kind: vertex, base_url: \"{Upstream.Address}v1/projects/p/locations/l/publishers/google\", keys: env:TEST_KEY }}\n");
        yaml.Append($"  second: {{ kind: openai, base_url: \"{Second.Address}v1\", keys: env:TEST_KEY }}\n");
        yaml.Append("deployments:\n");
        foreach (var provider in (string[])["anthropic", "google", "cohere", "openai", "xai", "openrouter", "aws", "ollama", "second"])
            yaml.Append($"  {provider}: {{ provider: {provider}, model: {provider}-model, {Breaker} }}\n");
        yaml.Append($"  bedrock: {{ provider: bedrock, model: eu.anthropic.claude-x, {Breaker} }}\n");
        yaml.Append($"  profile: {{ provider: bedrock, model: \"arn:aws:bedrock:eu:1:application-inference-profile/a1\", dialects: [anthropic], {Breaker} }}\n");
        yaml.Append($"  vertex: {{ provider: vertex, model: claude-x@1, {Breaker} }}\n");
        yaml.Append($"  vertex-gemini: {{ provider: vertex, model: gemini-x, {Breaker} }}\n");
        yaml.Append($"  responses: {{ provider: openai, model: gpt-x, dialects: [responses], {Breaker} }}\n");
        foreach (var generation in (int[])[2, 3])
            yaml.Append(CultureInfo.InvariantCulture, $"  gemini-{generation}: {{ provider: google, {Breaker} }}\n");
        yaml.Append("aliases:\n");
        foreach (var provider in (string[])["anthropic", "google", "cohere", "openai", "xai", "openrouter", "aws", "ollama"])
            yaml.Append($"  {provider}: {{ groups: [{{ deployments: [{provider}] }}], retries: {{ max_attempts: 1 }} }}\n");
        foreach (var name in (string[])["bedrock", "profile", "vertex", "vertex-gemini", "gemini-2", "gemini-3", "responses"])
            yaml.Append($"  {name}: {{ groups: [{{ deployments: [{name}] }}], retries: {{ max_attempts: 1 }} }}\n");
        yaml.Append("  careful-bedrock: { groups: [{ deployments: [bedrock] }], drop_unsupported: false }\n");
        yaml.Append("  careful: { groups: [{ deployments: [anthropic] }], drop_unsupported: false }\n");
        yaml.Append("  two: { groups: [{ deployments: [anthropic] }, { deployments: [second] }] }\n");
        _gateway = await GatewayServer.StartAsync(yaml.ToString(), Keys);
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await Upstream.DisposeAsync();
        await Second.DisposeAsync();
    }

    /// <summary>Posts JSON to the gateway while the upstream answers as told.</summary>
    public async Task<ReceivedAnswer> PostAsync(string path, string body, UpstreamAnswer answer, params (string Name, string Value)[] headers)
    {
        Upstream.Answer = answer;
        Upstream.Clear();
        Second.Clear();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _gateway!.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Upstream.Committed();
        return await ReceivedAnswer.ReadAsync(response);
    }

    /// <summary>Asks the gateway.</summary>
    public async Task<JsonElement> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _gateway!.Client.SendAsync(request);
        return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement;
    }

    /// <summary>The record of a request; it is there a moment after the last byte.</summary>
    public async Task<JsonElement> RecordAsync(ReceivedAnswer answer)
    {
        for (var attempt = 0; ; attempt++)
        {
            var record = await GetAsync("/v1/requests/" + answer.RequestId);
            if (record.TryGetProperty("outcome", out _))
                return record;
            Assert.True(attempt < 2_000, $"No record of {answer.RequestId}.");
            await Task.Delay(10);
        }
    }
}
