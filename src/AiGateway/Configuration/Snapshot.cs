using System.Collections.Frozen;

namespace AiGateway.Configuration;

/// <summary>The validated configuration in force.</summary>
/// <remarks>All members are immutable: a reload builds another snapshot and swaps it whole, and a request keeps the one it began with. What runs (health, latency) is in <see cref="DeploymentState"/> and survives.</remarks>
internal sealed class Snapshot
{
    /// <summary>First 12 hex digits of the SHA-256 of the file: <c>x-gateway-config-version</c>.</summary>
    public required string Version { get; init; }

    /// <summary>When it came into force.</summary>
    public required DateTimeOffset LoadedAt { get; init; }

    /// <summary>Providers that are on, by id.</summary>
    public required FrozenDictionary<string, ProviderModel> Providers { get; init; }

    /// <summary>Optional providers that are off, with the reason (which variable is missing).</summary>
    public required IReadOnlyList<ProviderOff> ProvidersOff { get; init; }

    /// <summary>Aliases that are left out, because every provider they name is off.</summary>
    public IReadOnlyList<AliasOff> AliasesOff { get; init; } = [];

    /// <summary>Deployments of providers that are on, by id.</summary>
    public required FrozenDictionary<string, DeploymentModel> Deployments { get; init; }

    /// <summary>Where native requests go, by provider: deployments without a model, one for each provider that is on.</summary>
    public FrozenDictionary<string, DeploymentModel> Native { get; init; } = FrozenDictionary<string, DeploymentModel>.Empty;

    /// <summary>Aliases with at least one deployment that is on.</summary>
    public required AliasTable Aliases { get; init; }

    /// <summary>Callers by the hash of their key.</summary>
    public required CallerTable Callers { get; init; }

    /// <summary>Limits on what may be used, and budgets.</summary>
    public LimitTable Limits { get; init; } = LimitTable.None;

    /// <summary>Addresses that are told of budgets, by id.</summary>
    public FrozenDictionary<string, WebhookModel> Webhooks { get; init; } = WebhookModel.None;

    /// <summary>Largest accepted bodies.</summary>
    public required BodyLimitsModel BodyLimits { get; init; }

    /// <summary>Bounds of realtime sessions.</summary>
    public RealtimeModel Realtime { get; init; } = Defaults.Realtime(new RealtimeConfig());

    /// <summary>Cross-origin access; null when off.</summary>
    public CorsModel? Cors { get; init; }

    /// <summary>Settings of the process as this file has them; those in force are the ones of the first load.</summary>
    public HostModel Host { get; init; } = HostModel.Default;

    /// <summary>Operator's prices by <c>provider/model</c>.</summary>
    public required FrozenDictionary<string, PriceConfig> Prices { get; init; }

    /// <summary>Rules of tags; null where the file has none.</summary>
    public TagRules? Tags { get; init; }

    /// <summary>The file's text as parsed, for <c>explain</c> and the start-up report.</summary>
    public required GatewayConfig Config { get; init; }
}

/// <summary>An optional provider that is off.</summary>
internal sealed record ProviderOff(string Id, string Reason);

/// <summary>An alias that is left out.</summary>
internal sealed record AliasOff(string Name, string Reason);

/// <summary>Resolved body limits in bytes.</summary>
internal sealed record BodyLimitsModel(long Json, long Audio, long Images, int Memory)
{
    /// <summary>Files, and batches of messages.</summary>
    public long Files { get; init; } = 200L << 20;

    /// <summary>Bodies of native requests; null: as JSON.</summary>
    public long? Native { get; init; }
}

/// <summary>Resolved cross-origin access.</summary>
internal sealed record CorsModel(FrozenSet<string> Origins, bool AnyOrigin, int MaxAgeSeconds);
