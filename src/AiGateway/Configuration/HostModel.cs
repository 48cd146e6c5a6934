using System.Net;

namespace AiGateway.Configuration;

/// <summary>Settings of the process, resolved. Those of the first load are in force until a restart.</summary>
internal sealed record HostModel
{
    /// <summary>What an empty section means outside a container.</summary>
    public static readonly HostModel Default = new();

    /// <summary>Address of the API.</summary>
    public ListenAddress Listen { get; init; } = new(IsHttps: false, "localhost", 8080);

    /// <summary>Certificate files; null without TLS.</summary>
    public TlsConfig? Tls { get; init; }

    /// <summary>Address of the admin listener; null when it is closed.</summary>
    public ListenAddress? AdminListen { get; init; } = new(IsHttps: false, "127.0.0.1", 8081);

    /// <summary>Keys of the admin listener; empty when none is asked for.</summary>
    public IReadOnlyList<AdminKeyModel> AdminKeys { get; init; } = [];

    /// <summary>Whether keys, teams, budgets and limits may be made at run time. Callers then need keys, also while there are none yet: revoking the last one must not open the gateway.</summary>
    public bool HasRuntimeEntries { get; init; }

    /// <summary>Address of the listener for <c>/metrics</c> alone; null for none.</summary>
    public ListenAddress? MetricsListen { get; init; }

    /// <summary>Networks whose <c>X-Forwarded-*</c> headers are believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>How long streams may go on after SIGTERM.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary><c>stdout</c>, <c>off</c>, or a file path.</summary>
    public string Records { get; init; } = "stdout";

    /// <summary>Folder for what must outlive the process.</summary>
    public string DataFolder { get; init; } = "data";

    /// <summary>Secret that seals ids of stored objects; null: kept in the data folder.</summary>
    public Secret? IdSecret { get; init; }

    /// <summary>Responses that the gateway keeps; null when it keeps none.</summary>
    public StoreResponsesModel? StoreResponses { get; init; }

    /// <summary>The ledger; null when it is off.</summary>
    public LedgerModel? Ledger { get; init; } = LedgerModel.Default;

    /// <summary>The Redis through which several nodes share limits and budgets; null: each counts for itself.</summary>
    public RedisModel? Redis { get; init; }

    /// <summary>What the process has for caches.</summary>
    public HostCacheModel Cache { get; init; } = HostCacheModel.Default;

    /// <summary>OpenTelemetry export; null when off.</summary>
    public OtlpModel? Otlp { get; init; }

    /// <summary>Whether the callers' <c>baggage</c> goes on to providers.</summary>
    public bool ForwardBaggage { get; init; }

    /// <summary>Proxy for upstream connections; null for none.</summary>
    public Uri? OutboundProxy { get; init; }

    /// <summary>PEM file of further certificate authorities; null for none.</summary>
    public string? CaBundle { get; init; }
}

/// <summary>How long and how much of responses is kept.</summary>
/// <param name="For">From when a response was made.</param>
/// <param name="Most">Bytes of all together; beyond them the oldest go.</param>
internal sealed record StoreResponsesModel(TimeSpan For, long Most)
{
    /// <summary>What an empty section means: OpenAI keeps responses for 30 days (platform.openai.com/docs/guides/conversation-state).</summary>
    public static readonly StoreResponsesModel Default = new(TimeSpan.FromDays(30), 1L << 30);
}

/// <summary>Resolved OpenTelemetry export. Time-outs, intervals and resource attributes come from OpenTelemetry's own variables, which its SDK reads.</summary>
/// <param name="Endpoint">The collector's base address; for HTTP <c>/v1/traces</c> and <c>/v1/metrics</c> are added.</param>
/// <param name="HttpProtobuf">Protobuf over HTTP in place of gRPC.</param>
/// <param name="Headers">Headers for the collector; empty leaves <c>OTEL_EXPORTER_OTLP_HEADERS</c> in force.</param>
/// <param name="SampleRatio">Share of requests that are traced when the caller did not decide, 0 to 1.</param>
internal sealed record OtlpModel(Uri Endpoint, bool HttpProtobuf, IReadOnlyList<KeyValuePair<string, Secret>> Headers, double SampleRatio)
{
    /// <summary>The address for one signal, <c>traces</c> or <c>metrics</c>.</summary>
    /// <remarks>The exporter adds the path to addresses from the environment only, not to those that code sets.</remarks>
    public Uri EndpointOf(string signal) => HttpProtobuf ? new Uri($"{Endpoint.AbsoluteUri.TrimEnd('/')}/v1/{signal}") : Endpoint;
}
