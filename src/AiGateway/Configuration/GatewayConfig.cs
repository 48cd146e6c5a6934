namespace AiGateway.Configuration;

/// <summary>The routing file as written. Everything is optional here; defaults and references are resolved when the <see cref="Snapshot"/> is built.</summary>
internal sealed record GatewayConfig
{
    /// <summary>Addresses, sinks and exporters: read once at start; a change needs a restart and is reported as such on reload.</summary>
    public HostConfig Host { get; init; } = new();

    /// <summary>AI vendors (or local servers) with their credentials, by id.</summary>
    public IReadOnlyDictionary<string, ProviderConfig> Providers { get; init; } = new Dictionary<string, ProviderConfig>();

    /// <summary>A provider plus an upstream model, by id: the unit of routing and health.</summary>
    public IReadOnlyDictionary<string, DeploymentConfig> Deployments { get; init; } = new Dictionary<string, DeploymentConfig>();

    /// <summary>The model names that callers use; a name may end in <c>*</c>.</summary>
    public IReadOnlyDictionary<string, AliasConfig> Aliases { get; init; } = new Dictionary<string, AliasConfig>();

    /// <summary>Virtual keys and their owners. Without any, everyone who reaches the listener may use everything, and the listener is loopback only.</summary>
    public IReadOnlyList<CallerConfig> Callers { get; init; } = [];

    /// <summary>Limits on what may be used: requests, tokens, money, and requests at the same time.</summary>
    public IReadOnlyList<LimitConfig> Limits { get; init; } = [];

    /// <summary>Money that may be spent in a period.</summary>
    public IReadOnlyList<BudgetConfig> Budgets { get; init; } = [];

    /// <summary>Addresses that budgets tell of what is used, by id.</summary>
    public IReadOnlyDictionary<string, WebhookConfig> Webhooks { get; init; } = new Dictionary<string, WebhookConfig>();

    /// <summary>Time-outs of every deployment that does not say otherwise.</summary>
    public TimeoutsConfig Timeouts { get; init; } = new();

    /// <summary>Retries of every alias that does not say otherwise.</summary>
    public RetriesConfig Retries { get; init; } = new();

    /// <summary>Circuit breaker and cooldowns of every deployment that does not say otherwise.</summary>
    public BreakerConfig Breaker { get; init; } = new();

    /// <summary>Largest accepted bodies.</summary>
    public BodyLimitsConfig BodyLimits { get; init; } = new();

    /// <summary>Where files go that name no model.</summary>
    public FilesConfig Files { get; init; } = new();

    /// <summary>Bounds of realtime sessions.</summary>
    public RealtimeConfig Realtime { get; init; } = new();

    /// <summary>Cross-origin access for browsers; off when no origin is named.</summary>
    public CorsConfig Cors { get; init; } = new();

    /// <summary>What becomes of a request whose price is unknown: <c>allow</c> (default), <c>reject</c>, <c>estimate</c>.</summary>
    public string? UnknownPrice { get; init; }

    /// <summary>With <c>estimate</c>: the model whose list price stands in, <c>provider/model</c>.</summary>
    public string? UnknownPriceAs { get; init; }

    /// <summary>Prices that replace or add to <c>config/prices.json</c>, by <c>provider/model</c>.</summary>
    public IReadOnlyDictionary<string, PriceConfig> Prices { get; init; } = new Dictionary<string, PriceConfig>();

    /// <summary>Which tags callers may send, must send, and have their spend summed by.</summary>
    public TagsConfig Tags { get; init; } = new();

    /// <summary>Rates that reports may show amounts by.</summary>
    public CurrenciesConfig Currencies { get; init; } = new();
}
