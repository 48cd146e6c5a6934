using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.FunctionalTests.PassThrough;
using AiGateway.FunctionalTests.Recorded;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Native;

/// <summary>A gateway with callers before one scripted upstream; its providers' own APIs are to be had behind <c>/native/</c>.</summary>
public sealed class NativeFixture : IAsyncLifetime
{
    /// <summary>A key that may use every provider's own API.</summary>
    public const string Key = "sk-caller-native-everything";

    /// <summary>A key that may use the provider <c>openai</c> only.</summary>
    public const string NarrowKey = "sk-caller-native-openai-only";

    /// <summary>A key that may use every alias, and no provider's own API.</summary>
    public const string PlainKey = "sk-caller-without-native";

    /// <summary>The providers' key.</summary>
    public const string ProviderKey = "sk-upstream-native-1";

    /// <summary>The second key of <c>two-keys</c>.</summary>
    public const string SecondKey = "sk-upstream-native-2";

    private GatewayServer? _gateway;

    /// <summary>What the gateway sends to; below <c>/PROVIDER/base</c> each.</summary>
    public ScriptedUpstream Upstream { get; private set; } = null!;

    /// <summary>The gateway.</summary>
    public GatewayServer Gateway => _gateway!;

    public async ValueTask InitializeAsync()
    {
        Upstream = await ScriptedUpstream.StartAsync();
        var closed = FreePort.Next().ToString(CultureInfo.InvariantCulture);
        _gateway = await GatewayServer.StartAsync($$"""
            providers:
              openai: { base_url: "{{Upstream.Address}}openai/base", keys: env:KEY, native_headers: [X-Project, Content-Language], headers: { x-tenant: env:TENANT } }
              anthropic: { base_url: "{{Upstream.Address}}anthropic/base", keys: env:KEY }
              google: { base_url: "{{Upstream.Address}}google/base", keys: env:KEY }
              cohere: { base_url: "{{Upstream.Address}}cohere/base", keys: env:KEY }
              bedrock-converse: { base_url: "{{Upstream.Address}}bedrock-converse/base", keys: env:KEY }
              versioned: { kind: cohere, base_url: "{{Upstream.Address}}versioned/v2", keys: env:KEY }
              resting: { kind: openai-compatible, base_url: "{{Upstream.Address}}resting/base", keys: env:KEY }
              two-keys: { kind: openai-compatible, base_url: "{{Upstream.Address}}two-keys/base", keys: [env:KEY, env:KEY2] }
              gone: { kind: openai-compatible, base_url: "http://127.0.0.1:{{closed}}/base", keys: env:KEY }
              off: { kind: openai, keys: env:NOT_SET, optional: true }
            deployments:
              mini: { provider: openai, model: gpt-4o-mini }
            aliases:
              chat: { groups: [{ deployments: [mini] }] }
            breaker: { minimum_attempts: 100000, rate_limit_cooldown: 30s }
            body_limits: { json: 1MiB, native: 8MiB, memory: 64KiB }
            callers:
              - { id: everything, team: research, native: ["*"], key_hash: "{{GatewayServer.HashOf(Key)}}" }
              - { id: narrow, native: [openai], key_hash: "{{GatewayServer.HashOf(NarrowKey)}}" }
              - { id: plain, key_hash: "{{GatewayServer.HashOf(PlainKey)}}" }
            """, new GatewayServerOptions { Environment = new Dictionary<string, string> { ["KEY"] = ProviderKey, ["KEY2"] = SecondKey, ["TENANT"] = "tenant-secret-4711" } });
    }

    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    /// <summary>Sends a request and reads its answer to the end.</summary>
    public async Task<ReceivedAnswer> SendAsync(HttpMethod method, string path, HttpContent? content = null, string key = Key, params (string Name, string Value)[] headers)
    {
        Upstream.Clear();
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await Gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Upstream.Committed();
        return await ReceivedAnswer.ReadAsync(response);
    }

    /// <summary>Gets.</summary>
    public Task<ReceivedAnswer> GetAsync(string path, string key = Key) => SendAsync(HttpMethod.Get, path, null, key);

    /// <summary>Posts JSON.</summary>
    public Task<ReceivedAnswer> PostAsync(string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json")), Key, headers);

    /// <summary>The record of a request.</summary>
    public Task<JsonElement> RecordAsync(ReceivedAnswer answer) => Gateway.ReadRecordsAsync(answer.RequestId);
}
