using System.ClientModel;
using System.ClientModel.Primitives;
using AiGateway.FunctionalTests.Gateway;
using AiGateway.TestKit;
using Anthropic;
using OpenAI;

namespace AiGateway.FunctionalTests.Sdk.Translated;

/// <summary>A gateway in front of one simulator that plays seven providers, each in its own dialect, and official clients that point at the gateway.</summary>
public sealed class DialectFixture : IAsyncLifetime
{
    /// <summary>The caller's key.</summary>
    public const string Key = "sk-gateway-any";

    /// <summary>The model that each provider is asked for: its own kind of name, because names tell codecs what a model can do.</summary>
    private static readonly Dictionary<string, string> Models = new(StringComparer.Ordinal)
    {
        ["openai"] = "gpt-4.1",
        ["anthropic"] = "claude-sonnet-4-5",
        ["google"] = "gemini-2.5-flash",
        ["converse"] = "anthropic.claude-sonnet-4-5-20250929-v1:0",
        ["cohere"] = "command-a-03-2025",
        ["invoke"] = "eu.anthropic.claude-haiku-4-5-20251001-v1:0",
        ["rawpredict"] = "claude-sonnet-4-5@20250929",
    };

    public SimulatorServer Simulator { get; private set; } = null!;

    public GatewayServer Gateway { get; private set; } = null!;

    /// <summary>Anthropic's client, strict about answers and without retries of its own.</summary>
    public AnthropicClient Anthropic { get; private set; } = null!;

    /// <summary>OpenAI's client, without retries of its own.</summary>
    public OpenAIClient OpenAI { get; private set; } = null!;

    /// <summary>The name callers use for a provider's model, with the fault it is to have. What makes a deployment rest has a deployment of its own.</summary>
    public static string ModelOf(string provider, string fault = "") =>
        $"{(fault.StartsWith("retry-after", StringComparison.Ordinal) ? "limited-" : "")}{provider}/{Models[provider]}{(fault.Length == 0 ? "" : "!" + fault)}";

    /// <summary>Anthropic's client with another key.</summary>
    public AnthropicClient AnthropicOf(string key) => new()
    {
        ApiKey = key,
        BaseUrl = Gateway.Address.ToString().TrimEnd('/'),
        MaxRetries = 0,
        ResponseValidation = true,
    };

    /// <summary>OpenAI's client with another key.</summary>
    public OpenAIClient OpenAIOf(string key) => new(
        new ApiKeyCredential(key),
        new OpenAIClientOptions { Endpoint = new Uri(Gateway.Address, "v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });

    public async ValueTask InitializeAsync()
    {
        Simulator = await SimulatorServer.StartAsync();
        var address = Simulator.Address.ToString().TrimEnd('/');
        Gateway = await GatewayServer.StartAsync(
            $$"""
            providers:
              openai: { kind: openai-compatible, dialects: [openai, responses], base_url: "{{address}}/v1", keys: sk-upstream }
              anthropic: { kind: anthropic, base_url: "{{address}}/v1", keys: sk-upstream }
              google: { kind: google, base_url: "{{address}}/v1beta", keys: sk-upstream }
              converse: { kind: bedrock-converse, base_url: "{{address}}", keys: sk-upstream }
              cohere: { kind: cohere, base_url: "{{address}}/v2", keys: sk-upstream }
              invoke: { kind: bedrock-converse, base_url: "{{address}}", keys: sk-upstream, dialects: [anthropic] }
              rawpredict: { kind: vertex, base_url: "{{address}}/v1/projects/p/locations/l/publishers/google", keys: sk-upstream }
            deployments:
              openai: { provider: openai, model: "*" }
              anthropic: { provider: anthropic, model: "*" }
              google: { provider: google, model: "*" }
              converse: { provider: converse, model: "*" }
              cohere: { provider: cohere, model: "*", supports: [vision, tools, json_schema, reasoning, sampling] }   # the simulated one sees
              invoke: { provider: invoke, model: "*" }
              rawpredict: { provider: rawpredict, model: "*" }
              limited-openai: { provider: openai, model: "*" }
              limited-anthropic: { provider: anthropic, model: "*" }
              limited-google: { provider: google, model: "*" }
              limited-converse: { provider: converse, model: "*" }
              limited-cohere: { provider: cohere, model: "*" }
              limited-invoke: { provider: invoke, model: "*" }
              limited-rawpredict: { provider: rawpredict, model: "*" }
            aliases:
              openai/*: { groups: [{ deployments: [openai] }] }
              anthropic/*: { groups: [{ deployments: [anthropic] }] }
              google/*: { groups: [{ deployments: [google] }] }
              converse/*: { groups: [{ deployments: [converse] }] }
              cohere/*: { groups: [{ deployments: [cohere] }] }
              invoke/*: { groups: [{ deployments: [invoke] }] }
              rawpredict/*: { groups: [{ deployments: [rawpredict] }] }
              limited-openai/*: { groups: [{ deployments: [limited-openai] }] }
              limited-anthropic/*: { groups: [{ deployments: [limited-anthropic] }] }
              limited-google/*: { groups: [{ deployments: [limited-google] }] }
              limited-converse/*: { groups: [{ deployments: [limited-converse] }] }
              limited-cohere/*: { groups: [{ deployments: [limited-cohere] }] }
              limited-invoke/*: { groups: [{ deployments: [limited-invoke] }] }
              limited-rawpredict/*: { groups: [{ deployments: [limited-rawpredict] }] }
            callers:
              - { id: anyone, project: apples, native: ["*"], key_hash: "{{GatewayServer.HashOf(Key)}}" }
            retries: { max_attempts: 1 }
            breaker: { minimum_attempts: 1000, credential_cooldown: 1ms }
            """);
        Anthropic = AnthropicOf(Key);
        OpenAI = OpenAIOf(Key);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Simulator.DisposeAsync();
    }
}
