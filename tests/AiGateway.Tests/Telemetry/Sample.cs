using System.Collections.Frozen;
using System.Text;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Tests.Telemetry;

/// <summary>A small configuration and settled requests through it.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset At = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    public static Snapshot Snapshot(string version = "0123456789ab", string alias = "smart")
    {
        var openai = Provider("openai", "https://api.example.com/v1");
        var azure = Provider("azure-eu", "https://eu.example.com", telemetryName: "azure.ai.openai");
        DeploymentModel[] deployments = [Deployment("primary", openai, "gpt-large"), Deployment("backup", azure, "gpt-large-eu"), Deployment("any", openai, null)];
        return new Snapshot
        {
            Version = version,
            LoadedAt = At,
            Providers = new[] { openai, azure }.ToFrozenDictionary(provider => provider.Id),
            ProvidersOff = [],
            Deployments = deployments.ToFrozenDictionary(deployment => deployment.Id),
            Aliases = new AliasTable([Alias(alias, deployments[..2]), Alias("openai/*", deployments[2..])]),
            Callers = new CallerTable([]),
            BodyLimits = new BodyLimitsModel(1 << 20, 1 << 20, 1 << 20, 1 << 20),
            Prices = FrozenDictionary<string, PriceConfig>.Empty,
            Config = new GatewayConfig(),
        };
    }

    public static CallerModel Caller(string? team = "search") =>
        new() { Id = "key-1", Team = team, Tags = [], AllowsEverything = true, AllowedNames = [], AllowedPrefixes = [] };

    /// <summary>A streamed chat that its first deployment answered, with everything known of it.</summary>
    public static RequestRecord Completed(Snapshot snapshot, Action<Exchange>? change = null, bool stream = true)
    {
        var exchange = Exchange(snapshot, "smart", stream);
        var attempt = new AttemptRecord(snapshot.Deployments["primary"], "gpt-large", "openai#1") { Outcome = AttemptOutcome.Succeeded, Status = 200 };
        exchange.Attempts.Add(attempt);
        exchange.Answering = attempt;
        exchange.Outcome = RequestOutcome.Completed;
        exchange.Status = 200;
        exchange.Usage = new Usage { InputTokens = 100, CachedInputTokens = 40, CacheWriteTokens = 10, OutputTokens = 21, ReasoningTokens = 5 };
        exchange.Cost = new Cost(0.25m, null);
        exchange.TimeToFirstToken = TimeSpan.FromMilliseconds(300);
        exchange.UpstreamTime = TimeSpan.FromMilliseconds(1299);
        change?.Invoke(exchange);
        return new RequestRecord(exchange, TimeSpan.FromMilliseconds(1300));
    }

    /// <summary>A request that was refused before it reached a provider.</summary>
    public static RequestRecord Rejected(Snapshot snapshot, RejectionReason reason, string model = "no-such-model")
    {
        var exchange = Exchange(snapshot, model, stream: false);
        exchange.Reject(reason, "no");
        exchange.Outcome = RequestOutcome.Rejected;
        exchange.Status = Rejections.TraitsOf(reason).Status;
        return new RequestRecord(exchange, TimeSpan.FromMilliseconds(1));
    }

    public static Exchange Exchange(Snapshot snapshot, string model, bool stream)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"hi"}]}""");
        Assert.Null(RequestScanner.Scan(Operation.ChatCompletions, body, out var facts));
        var alias = snapshot.Aliases.Find(model);
        return new Exchange
        {
            Id = "req_0",
            Snapshot = snapshot,
            StartedAt = At,
            StartTimestamp = 0,
            Caller = Caller(),
            Request = new GatewayRequest { Operation = Operation.ChatCompletions, Model = model, Facts = facts, Tags = [] },
            Plan = alias is null ? null : new Plan { Alias = alias, Deployments = [.. alias.Rules[0].Groups[0].Members.Select(member => member.Deployment)] },
        };
    }

    private static ProviderModel Provider(string id, string baseUrl, string telemetryName = "openai") => new()
    {
        Id = id,
        Preset = new ProviderPreset { Kind = id, TelemetryName = telemetryName, PricesFrom = id },
        BaseUrl = baseUrl,
        Keys = [],
        Headers = [],
        PricesFrom = id,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        State = new ProviderState(),
    };

    private static DeploymentModel Deployment(string id, ProviderModel provider, string? model) => new()
    {
        Id = id,
        Provider = provider,
        UpstreamModel = model,
        UpstreamModelJson = default,
        Timeouts = new TimeoutsModel(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)),
        Breaker = new BreakerModel(0.5, 10, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60)),
        State = new DeploymentState(id),
    };

    private static AliasModel Alias(string name, DeploymentModel[] deployments) => new()
    {
        Name = name,
        PrefixLength = name.IndexOf('*'),
        Rules = [new RuleModel { Name = "rule 1", Groups = [new GroupModel { Strategy = GroupStrategy.Ordered, Members = [.. deployments.Select(deployment => new GroupMember(deployment, 1))], TotalWeight = deployments.Length }] }],
        ContextWindowFallback = [],
        ContentPolicyFallback = [],
        Retries = new RetriesModel(5, 2, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(10)),
        HoldBack = new HoldBackModel(1, TimeSpan.FromSeconds(1)),
    };
}
