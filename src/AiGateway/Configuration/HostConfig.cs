namespace AiGateway.Configuration;

/// <summary>Settings of the process: read at start, a change needs a restart.</summary>
internal sealed record HostConfig
{
    /// <summary>Address of the API, <c>http(s)://host:port</c>. Default <c>http://localhost:8080</c>; in a container <c>http://*:8080</c>.</summary>
    public string? Listen { get; init; }

    /// <summary>Certificate for an <c>https</c> address; reloaded when the files change.</summary>
    public TlsConfig? Tls { get; init; }

    /// <summary>The listener of admin endpoints, health detail and <c>/metrics</c>.</summary>
    public AdminConfig Admin { get; init; } = new();

    /// <summary>A listener of its own for <c>/metrics</c>, without a key: for the scraper. Null: only on the admin listener.</summary>
    public string? MetricsListen { get; init; }

    /// <summary>Networks (CIDR) whose <c>X-Forwarded-*</c> headers are believed. Default none.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>How long streams may go on after SIGTERM. Default 30 s.</summary>
    public TimeSpan? DrainTimeout { get; init; }

    /// <summary>Where request records go: <c>stdout</c>, <c>off</c>, or a file path. Default <c>stdout</c>.</summary>
    public string? Records { get; init; }

    /// <summary>Folder for what must outlive the process (the key of stored-object ids). Default <c>data</c>.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Secret from which ids of stored objects are sealed; must be the same on all nodes. Default: made once and kept in the data folder.</summary>
    public SecretReference? IdSecret { get; init; }

    /// <summary>Responses that the gateway keeps for models whose providers keep none. Null: none are kept.</summary>
    public StoreResponsesConfig? StoreResponses { get; init; }

    /// <summary>The ledger of requests, calls and costs. Default: kept, in SQLite.</summary>
    public LedgerConfig? Ledger { get; init; }

    /// <summary>The Redis through which several nodes share limits and budgets. Default: none; each node counts for itself.</summary>
    public RedisConfig? Redis { get; init; }

    /// <summary>What the process has for caches; which answers are cached each alias says.</summary>
    public HostCacheConfig Cache { get; init; } = new();

    /// <summary>OTLP export of traces and metrics; off when no endpoint is set (here or in <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>).</summary>
    public OtlpConfig Otlp { get; init; } = new();

    /// <summary>Whether the callers' <c>baggage</c> header (W3C Baggage) goes on to providers; it may name tenants and users. Default false.</summary>
    public bool? ForwardBaggage { get; init; }

    /// <summary>How upstream connections leave this network.</summary>
    public OutboundConfig Outbound { get; init; } = new();
}

/// <summary>A certificate and its private key as PEM files.</summary>
internal sealed record TlsConfig
{
    /// <summary>PEM file with the certificate chain.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file with the private key.</summary>
    public string? Key { get; init; }
}

/// <summary>The admin listener.</summary>
internal sealed record AdminConfig
{
    /// <summary>Default <c>http://127.0.0.1:8081</c>. Any address that is not loopback needs <see cref="KeyHash"/>. <c>off</c> closes it.</summary>
    public string? Listen { get; init; }

    /// <summary>SHA-256 of an admin key that may read, <c>sha256:</c> and 64 hex digits; the short form of one entry in <see cref="Keys"/>.</summary>
    public string? KeyHash { get; init; }

    /// <summary>Keys of the Admin API, each with its role. Any of them turns run-time keys, teams, budgets and limits on. Default none.</summary>
    public IReadOnlyList<AdminKeyConfig> Keys { get; init; } = [];
}

/// <summary>Responses that the gateway keeps.</summary>
internal sealed record StoreResponsesConfig
{
    /// <summary>How long, from when they were made. Default 30 days, as OpenAI's.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>Largest size of all together in bytes; beyond it the oldest go. Default 1 GiB.</summary>
    public long? Most { get; init; }
}

/// <summary>OpenTelemetry export.</summary>
internal sealed record OtlpConfig
{
    /// <summary>Collector address, for example <c>http://localhost:4317</c>.</summary>
    public string? Endpoint { get; init; }

    /// <summary><c>grpc</c> (default) or <c>http/protobuf</c>.</summary>
    public string? Protocol { get; init; }

    /// <summary>Headers for the collector, for example its key.</summary>
    public IReadOnlyDictionary<string, SecretReference> Headers { get; init; } = new Dictionary<string, SecretReference>();

    /// <summary>Share of requests that are traced, 0 to 1, when the caller did not decide it. Default 1.</summary>
    public double? SampleRatio { get; init; }
}

/// <summary>Outbound network settings.</summary>
internal sealed record OutboundConfig
{
    /// <summary>Proxy for upstream connections, for example <c>http://proxy:3128</c>. Default none; the environment's proxy variables are not read.</summary>
    public string? Proxy { get; init; }

    /// <summary>PEM file of certificate authorities that are trusted besides the system's.</summary>
    public string? CaBundle { get; init; }
}
