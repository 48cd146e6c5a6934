using System.ClientModel;
using System.ClientModel.Primitives;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;
using OpenAI;

namespace AiGateway.FunctionalTests.Sdk;

/// <summary>A gateway with three callers in front of two simulators, and OpenAI's official clients that point at it.</summary>
public sealed class SdkFixture : IAsyncLifetime
{
    /// <summary>May use everything; project apples.</summary>
    public const string Alice = "sk-gateway-alice";

    /// <summary>May use everything; project pears.</summary>
    public const string Bob = "sk-gateway-bob";

    /// <summary>May use the alias chat only.</summary>
    public const string Carol = "sk-gateway-carol";

    /// <summary>The largest JSON body, in bytes.</summary>
    public const int LargestJson = 200_000;

    public SimulatorServer A { get; private set; } = null!;

    public SimulatorServer B { get; private set; } = null!;

    public GatewayServer Gateway { get; private set; } = null!;

    /// <summary>Alice's client, without retries of its own: what happens is seen as it is.</summary>
    public OpenAIClient OpenAI { get; private set; } = null!;

    /// <summary>A client with another key, or with the client's own retries.</summary>
    public OpenAIClient ClientOf(string key, int retries = 0) => new(
        new ApiKeyCredential(key),
        new OpenAIClientOptions { Endpoint = new Uri(Gateway.Address, "v1"), RetryPolicy = new ClientRetryPolicy(retries) });

    /// <summary>Sends a request without an SDK, with a key as bearer token.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? key = Alice, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = content };
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await Gateway.Client.SendAsync(request);
    }

    public async ValueTask InitializeAsync()
    {
        A = await SimulatorServer.StartAsync(options => options.Name = "a");
        B = await SimulatorServer.StartAsync(options => options.Name = "b");
        Gateway = await GatewayServer.ForSimulatorsAsync(
            [A.Address, B.Address],
            $$"""
            deployments:
              once-a: { provider: sim-a, model: "*" }
              limited-a: { provider: sim-a, model: "*" }
              locked-a: { provider: sim-a, model: "*" }
              stumbling-a: { provider: sim-a, model: "gpt!error-event=1" }
              refused-a: { provider: sim-a, model: "gpt!status=401" }
              busy-a: { provider: sim-a, model: "gpt!retry-after=1" }
            aliases:
              once/*: { groups: [{ deployments: [once-a] }], retries: { max_attempts: 1 } }
              limited/*: { groups: [{ deployments: [limited-a] }] }
              locked/*: { groups: [{ deployments: [locked-a] }] }
              stumbling: { groups: [{ deployments: [stumbling-a] }, { deployments: [chat-b] }], description: Falls over to b }
              refused: { groups: [{ deployments: [refused-a] }, { deployments: [chat-b] }] }
              busy: { groups: [{ deployments: [busy-a] }, { deployments: [chat-b] }] }
            callers:
              - { id: alice, project: apples, team: fruit, key_hash: "{{GatewayServer.HashOf(Alice)}}" }
              - { id: bob, project: pears, team: fruit, key_hash: "{{GatewayServer.HashOf(Bob)}}" }
              - { id: carol, project: plums, aliases: [chat], key_hash: "{{GatewayServer.HashOf(Carol)}}" }
            retries: { max_attempts: 3, base_delay: 1ms, max_delay: 100ms }
            breaker: { minimum_attempts: 1000, credential_cooldown: 2s }
            body_limits: { json: {{LargestJson}} }
            cors: { origins: ["https://app.example"] }
            """);
        OpenAI = ClientOf(Alice);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await A.DisposeAsync();
        await B.DisposeAsync();
    }
}
