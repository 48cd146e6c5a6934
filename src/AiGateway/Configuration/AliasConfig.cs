namespace AiGateway.Configuration;

/// <summary>A model name that callers use, as written. Either <see cref="Groups"/> alone, or <see cref="Rules"/> of which the first that matches applies.</summary>
internal sealed record AliasConfig
{
    /// <summary>Groups without conditions: the short form of one rule.</summary>
    public IReadOnlyList<GroupConfig> Groups { get; init; } = [];

    /// <summary>Rules in order; the first whose conditions hold gives the groups. A last rule without conditions is the default.</summary>
    public IReadOnlyList<RuleConfig> Rules { get; init; } = [];

    /// <summary>Deployments to try when a provider says the prompt exceeds its context window.</summary>
    public IReadOnlyList<string> ContextWindowFallback { get; init; } = [];

    /// <summary>Deployments to try when a provider refuses by its content policy.</summary>
    public IReadOnlyList<string> ContentPolicyFallback { get; init; } = [];

    /// <summary>Retries of this alias.</summary>
    public RetriesConfig Retries { get; init; } = new();

    /// <summary>How much of a stream is held back before commit.</summary>
    public HoldBackConfig HoldBack { get; init; } = new();

    /// <summary>Interval of keep-alive comments while a stream waits for its first event; fixes the status 200 early. Default off.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Whether members that a provider's dialect cannot say are left out (and named) or the request is refused. Default true.</summary>
    public bool DropUnsupported { get; init; } = true;

    /// <summary>Most answers to one request (<c>n</c>) where each is a call of its own, because the provider gives one; 1 to 128. Default 8.</summary>
    public int? MaxChoices { get; init; }

    /// <summary>What becomes of a request whose price is unknown; null: what the file says for all.</summary>
    public string? UnknownPrice { get; init; }

    /// <summary>The model whose list price stands in, <c>provider/model</c>; null: the file's.</summary>
    public string? UnknownPriceAs { get; init; }

    /// <summary>How its answers are cached; null: not at all.</summary>
    public CacheConfig? Cache { get; init; }

    /// <summary>Shown in <c>/v1/models</c>.</summary>
    public string? Description { get; init; }
}

/// <summary>Groups under conditions.</summary>
internal sealed record RuleConfig
{
    /// <summary>Name, shown by <c>explain</c>. Default <c>rule N</c>.</summary>
    public string? Name { get; init; }

    /// <summary>All that are set must hold.</summary>
    public ConditionsConfig When { get; init; } = new();

    /// <summary>Groups in order of preference.</summary>
    public IReadOnlyList<GroupConfig> Groups { get; init; } = [];
}

/// <summary>Deployments that share traffic; the next group is the fallback.</summary>
internal sealed record GroupConfig
{
    /// <summary>How the first deployment is chosen: <c>weighted</c> (default), <c>least_busy</c>, <c>lowest_latency</c>, <c>cheapest</c>, <c>ordered</c>.</summary>
    public string? Strategy { get; init; }

    /// <summary>Members with their weights.</summary>
    public IReadOnlyList<MemberConfig> Deployments { get; init; } = [];
}

/// <summary>A deployment in a group; in the file <c>name</c> or <c>{deployment: name, weight: 3}</c>.</summary>
internal sealed record MemberConfig
{
    /// <summary>Id of the deployment.</summary>
    public string? Deployment { get; init; }

    /// <summary>Share of traffic relative to the group's other members, 0 to 1,000,000. Default 1. 0 takes no traffic while another member can.</summary>
    public int? Weight { get; init; }
}

/// <summary>When a rule applies; everything that is set must hold.</summary>
internal sealed record ConditionsConfig
{
    /// <summary>Request headers and their required values; <c>*</c> means present.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Tags (of the caller, from <c>x-gateway-tags</c>, or string members of <c>metadata</c>) and their required values.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Teams, any of which the caller must belong to.</summary>
    public IReadOnlyList<string> Teams { get; init; } = [];

    /// <summary>Smallest body in bytes.</summary>
    public long? MinBodyBytes { get; init; }

    /// <summary>Largest body in bytes.</summary>
    public long? MaxBodyBytes { get; init; }

    /// <summary>Fewest estimated input tokens.</summary>
    public long? MinInputTokens { get; init; }

    /// <summary>Most estimated input tokens.</summary>
    public long? MaxInputTokens { get; init; }

    /// <summary>Whether tools are offered.</summary>
    public bool? Tools { get; init; }

    /// <summary>Whether an image is in the input.</summary>
    public bool? Images { get; init; }

    /// <summary>Whether a JSON schema is asked for.</summary>
    public bool? JsonSchema { get; init; }

    /// <summary>A stable share of users.</summary>
    public PercentConfig? Percent { get; init; }
}

/// <summary>A stable share of requests: the same key always falls on the same side.</summary>
internal sealed record PercentConfig
{
    /// <summary>0 to 100, fractions allowed.</summary>
    public decimal? Of { get; init; }

    /// <summary>What is hashed: <c>key</c> (default), <c>user</c>, <c>team</c>, <c>project</c>, or <c>header:NAME</c>.</summary>
    public string? By { get; init; }

    /// <summary>Mixed into the hash, so that two rules choose independently. Default: the alias's name.</summary>
    public string? Seed { get; init; }
}

/// <summary>Retries.</summary>
internal sealed record RetriesConfig
{
    /// <summary>Most attempts per request over all deployments, 1 to 20. Default 5.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Most attempts at one deployment, 1 to 10. Default 2.</summary>
    public int? MaxPerDeployment { get; init; }

    /// <summary>First delay before a deployment is tried again; doubles each time, with jitter. Default 250 ms. Another deployment is tried at once.</summary>
    public TimeSpan? BaseDelay { get; init; }

    /// <summary>Longest delay, also for <c>Retry-After</c>: a provider that asks for more is passed over. Default 10 s.</summary>
    public TimeSpan? MaxDelay { get; init; }
}

/// <summary>How much of a stream is held back, so that an early death fails over unseen.</summary>
internal sealed record HoldBackConfig
{
    /// <summary>Content events that must have come before commit, 1 to 100. Default 1.</summary>
    public int? Events { get; init; }

    /// <summary>Longest time events are held, counted from the first, 0 to 30 s. Default 1 s.</summary>
    public TimeSpan? For { get; init; }
}
