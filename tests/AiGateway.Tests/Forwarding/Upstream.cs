using System.Text;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;
using AiGateway.TestKit;

namespace AiGateway.Tests.Forwarding;

/// <summary>Deployments, plans and exchanges for tests of attempts, in one line each.</summary>
internal static class Upstream
{
    public static readonly BreakerModel Breaker = new(0.5, 4, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60));

    public static readonly TimeoutsModel Timeouts = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(100));

    public static ProviderModel Provider(int keys = 1, bool usageOption = true) => new()
    {
        Id = "p",
        Preset = new ProviderPreset { Kind = "openai", TelemetryName = "openai", PricesFrom = "openai", StreamUsageOption = usageOption },
        BaseUrl = "http://localhost",
        Keys = [.. Enumerable.Range(1, keys).Select(number => new ProviderKey { Id = $"p#{number}", HeaderValue = new Secret($"Bearer k{number}"), State = new KeyState() })],
        Headers = [],
        PricesFrom = "openai",
        ConnectTimeout = TimeSpan.FromSeconds(5),
        State = new ProviderState(),
    };

    public static DeploymentModel Deployment(string id, string? model = "m", ProviderModel? provider = null, BreakerModel? breaker = null, DeploymentState? state = null, Operation[]? operations = null, Capabilities? supports = null) => new()
    {
        Id = id,
        Provider = provider ?? Provider(),
        UpstreamModel = model,
        UpstreamModelJson = model is null ? default : Encoding.UTF8.GetBytes($"\"{model}\""),
        Timeouts = Timeouts,
        Breaker = breaker ?? Breaker,
        Operations = operations,
        Supports = supports,
        State = state ?? new DeploymentState(id),
    };

    public static AliasModel Alias(RetriesModel? retries = null, DeploymentModel[]? contextWindow = null, DeploymentModel[]? contentPolicy = null, params RuleModel[] rules) => new()
    {
        Name = "alias",
        Rules = rules,
        ContextWindowFallback = contextWindow ?? [],
        ContentPolicyFallback = contentPolicy ?? [],
        Retries = retries ?? new RetriesModel(5, 2, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10)),
        HoldBack = new HoldBackModel(1, TimeSpan.FromSeconds(1)),
    };

    public static Plan Plan(AliasModel alias, params DeploymentModel[] deployments) => new() { Alias = alias, Deployments = deployments };

    /// <summary>A chat request as the reader would have read it.</summary>
    public static GatewayRequest Request(string body, Operation operation = Operation.ChatCompletions)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        Assert.Null(RequestScanner.Scan(operation, bytes, out var facts));
        return new GatewayRequest { Operation = operation, Model = facts.Model ?? "", Body = new PooledBody(bytes, bytes.Length), Facts = facts, ContentType = "application/json", Tags = [] };
    }

    public static Exchange Exchange(GatewayRequest request, TimeProvider clock, Plan? plan = null) => new()
    {
        Id = "req_1",
        Snapshot = Accounting.AccountingFixture.Snapshot(),
        StartedAt = clock.GetUtcNow(),
        StartTimestamp = clock.GetTimestamp(),
        Request = request,
        Plan = plan,
    };

    /// <summary>Randomness that repeats.</summary>
    public static IRandomSource Randomness(int seed) => new Seeded(SeededRandom.From(seed));

    private sealed class Seeded(Random random) : IRandomSource
    {
        public long Next(long exclusiveMaximum) => random.NextInt64(exclusiveMaximum);

        public double NextDouble() => random.NextDouble();
    }
}
