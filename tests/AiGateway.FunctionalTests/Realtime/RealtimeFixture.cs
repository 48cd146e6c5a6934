using System.Text.Json;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Realtime;

/// <summary>A gateway before two simulators that demand a key: one as OpenAI, one as Azure, which is the fallback of <c>voice</c>.</summary>
public sealed class RealtimeFixture : IAsyncLifetime
{
    /// <summary>May use everything.</summary>
    public const string Key = "sk-gateway-voice";

    /// <summary>May use the alias <c>other</c> only.</summary>
    public const string NarrowKey = "sk-gateway-narrow";

    /// <summary>What the simulators demand, and no caller may see or send.</summary>
    public const string UpstreamKey = "sk-upstream-secret-0123456789";

    public SimulatorServer A { get; private set; } = null!;

    public SimulatorServer B { get; private set; } = null!;

    public GatewayServer Gateway { get; private set; } = null!;

    /// <summary>A routing file before simulators.</summary>
    internal static string Routing(Uri a, Uri b, string extras = "") => RoutingText.Merge(
        $$"""
        providers:
          sim-a: { kind: openai, base_url: "{{new Uri(a, "v1")}}", keys: {{UpstreamKey}} }
          sim-b: { kind: azure, base_url: "{{b.GetLeftPart(UriPartial.Authority)}}", keys: {{UpstreamKey}} }
          plain: { kind: openai-compatible, base_url: "{{new Uri(a, "v1")}}", keys: {{UpstreamKey}} }
        deployments:
          voice-a: { provider: sim-a, model: gpt-realtime }
          voice-b: { provider: sim-b, model: our-realtime, price_as: openai/gpt-realtime }
          any-a: { provider: sim-a, model: "*" }
          any-b: { provider: sim-b, model: "*" }
          plain: { provider: plain, model: gpt-realtime }
          said: { provider: plain, model: gpt-realtime, operations: [realtime] }
          chat-only: { provider: sim-a, model: gpt-realtime, operations: [chat_completions] }
        aliases:
          voice: { groups: [{ deployments: [voice-a] }, { deployments: [voice-b] }] }
          a/*: { groups: [{ deployments: [any-a] }], retries: { max_attempts: 1 } }
          over/*: { groups: [{ deployments: [any-a] }, { deployments: [voice-b] }], retries: { max_attempts: 2 } }
          b/*: { groups: [{ deployments: [any-b] }] }
          other: { groups: [{ deployments: [voice-a] }] }
          plain: { groups: [{ deployments: [plain] }] }
          said: { groups: [{ deployments: [said] }] }
          chat-only: { groups: [{ deployments: [chat-only] }] }
        callers:
          - { id: voice, key_hash: "{{GatewayServer.HashOf(Key)}}" }
          - { id: narrow, aliases: [other], key_hash: "{{GatewayServer.HashOf(NarrowKey)}}" }
        breaker:
          minimum_attempts: 100000
          rate_limit_cooldown: 0
          credential_cooldown: 0
        """,
        extras);

    /// <summary>Opens a session.</summary>
    internal Task<RealtimeClient> OpenAsync(string model = "voice", string key = Key, GatewayServer? gateway = null) =>
        RealtimeClient.ConnectAsync((gateway ?? Gateway).Address, $"v1/realtime?model={Uri.EscapeDataString(model)}", key);

    /// <summary>A second gateway before the same simulators.</summary>
    internal Task<GatewayServer> AnotherGatewayAsync(string extras) => GatewayServer.StartAsync(Routing(A.Address, B.Address, extras));

    /// <summary>The record of a session.</summary>
    internal Task<JsonElement> RecordAsync(RealtimeClient client, GatewayServer? gateway = null) => (gateway ?? Gateway).ReadRecordsAsync(client.RequestId);

    /// <summary>The value of a metric without labels.</summary>
    internal static async Task<double> MetricAsync(GatewayServer gateway, string name)
    {
        var text = await gateway.Admin.GetStringAsync(new Uri("metrics", UriKind.Relative));
        var line = text.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[(name.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask InitializeAsync()
    {
        A = await SimulatorServer.StartAsync(options => (options.Name, options.RequiredApiKey) = ("a", UpstreamKey));
        B = await SimulatorServer.StartAsync(options => (options.Name, options.RequiredApiKey) = ("b", UpstreamKey));
        Gateway = await GatewayServer.StartAsync(Routing(A.Address, B.Address));
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await A.DisposeAsync();
        await B.DisposeAsync();
    }
}
