using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.FunctionalTests.Recorded;

namespace AiGateway.FunctionalTests.Forms;

/// <summary>A gateway before one upstream that plays every provider with a form of its own; the aliases are <c>KIND/MODEL</c>, and <c>strict/…</c> refuses what would be dropped.</summary>
public sealed class FormsFixture : IAsyncLifetime
{
    private static readonly (string Id, string Kind)[] Providers =
        [("google", "google"), ("vertex", "vertex"), ("cohere", "cohere"), ("voyage", "voyage"), ("jina", "jina"), ("mistral", "mistral"), ("bedrock", "bedrock-converse"), ("vllm", "vllm"), ("openai", "openai")];

    private GatewayServer? _gateway;

    /// <summary>What the gateway sends to; below <c>/ID</c> each.</summary>
    public ScriptedUpstream Upstream { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Upstream = await ScriptedUpstream.StartAsync();
        Upstream.Respond = VectorProvider.Answer;
        const string Breaker = "breaker: { minimum_attempts: 100000, rate_limit_cooldown: 1ms, credential_cooldown: 1ms }";
        var yaml = new StringBuilder("providers:\n");
        foreach (var (id, kind) in Providers)
            yaml.Append($"  {id}: {{ kind: {kind}, base_url: \"{Upstream.Address}{id}\", keys: sk-test }}\n");
        yaml.Append("deployments:\n");
        foreach (var (id, _) in Providers)
            yaml.Append($"  any-{id}: {{ provider: {id}, model: \"*\", {Breaker} }}\n");
        yaml.Append("aliases:\n");
        foreach (var (id, _) in Providers)
            yaml.Append($"  {id}/*: {{ groups: [{{ deployments: [any-{id}] }}], retries: {{ max_attempts: 1 }} }}\n");
        yaml.Append("  strict/*: { groups: [{ deployments: [any-google] }], drop_unsupported: false }\n");
        yaml.Append("prices:\n  cohere/embed-v4.0: { input: \"0.1\" }\n  bedrock/amazon.titan-embed-text-v2:0: { input: \"1\" }\n");
        _gateway = await GatewayServer.StartAsync(yaml.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    /// <summary>Posts JSON.</summary>
    public async Task<ReceivedAnswer> PostAsync(string path, string body)
    {
        Upstream.Clear();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _gateway!.Client.PostAsync(new Uri(path, UriKind.Relative), content);
        return await ReceivedAnswer.ReadAsync(response);
    }

    /// <summary>The record of an answer.</summary>
    public Task<JsonElement> RecordAsync(ReceivedAnswer answer) => _gateway!.ReadRecordsAsync(answer.RequestId);
}
