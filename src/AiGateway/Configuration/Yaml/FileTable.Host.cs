using AiGateway.Configuration.Runtime;

namespace AiGateway.Configuration.Yaml;

/// <summary>The sections about the process and its callers.</summary>
internal static partial class FileTable
{
    private static RecordShape<HostConfig> Host()
    {
        var tls = new RecordShape<TlsConfig>("tls")
            .With("certificate", "PEM file with the certificate chain. Required.", Scalars.Text, (section, value) => section with { Certificate = value })
            .With("key", "PEM file with the private key. Required.", Scalars.Text, (section, value) => section with { Key = value });
        var adminKey = new RecordShape<AdminKeyConfig>("admin_key")
            .With("id", "Name of the key in the audit; unique. Required.", Scalars.Text, (section, value) => section with { Id = value })
            .With("key_hash", "SHA-256 of the key, 'sha256:' and 64 hex digits; 'AiGateway keys new' prints it. Required.", Scalars.Text, (section, value) => section with { KeyHash = value })
            .With("role", "read: look at everything; write: change keys, teams, budgets and limits too. Default read.", Scalars.Word(AdminKeyModel.Roles), (section, value) => section with { Role = value });
        var admin = new RecordShape<AdminConfig>("admin")
            .With("listen", "Address of the admin listener; 'off' closes it. Default http://127.0.0.1:8081. Any address that is not loopback needs key_hash.", Scalars.Text, (section, value) => section with { Listen = value })
            .With("key_hash", "SHA-256 of an admin key that may read, 'sha256:' and 64 hex digits. 'AiGateway keys new' makes one.", Scalars.Text, (section, value) => section with { KeyHash = value })
            .With("keys", "Keys of the Admin API. Any of them turns keys, teams, budgets and limits made at run time on, and callers then need keys. Default none.", new ListShape<AdminKeyConfig>(adminKey), (section, value) => section with { Keys = value });
        var otlp = new RecordShape<OtlpConfig>("otlp")
            .With("endpoint", "Collector address, for example http://localhost:4317. Default: OTEL_EXPORTER_OTLP_ENDPOINT; off without either.", Scalars.Text, (section, value) => section with { Endpoint = value })
            .With("protocol", "Default grpc.", Scalars.Word(["grpc", "http/protobuf"]), (section, value) => section with { Protocol = value })
            .With("headers", "Headers for the collector, for example its key.", SecretMap, (section, value) => section with { Headers = value })
            .With("sample_ratio", "Share of requests that are traced when the caller did not decide it. Default 1.", Scalars.Number(0, 1), (section, value) => section with { SampleRatio = value });
        var outbound = new RecordShape<OutboundConfig>("outbound")
            .With("proxy", "Proxy for upstream connections, for example http://proxy:3128. Default none; the environment's proxy variables are not read.", Scalars.Text, (section, value) => section with { Proxy = value })
            .With("ca_bundle", "PEM file of certificate authorities that are trusted besides the system's.", Scalars.Text, (section, value) => section with { CaBundle = value });
        var storeResponses = new RecordShape<StoreResponsesConfig>("store_responses")
            .With("for", "How long, from when a response was made. Default 30d.", Scalars.Duration(Minute, Year), (section, value) => section with { For = value })
            .With("most", "Largest size of all together; beyond it the oldest go. Default 1GiB.", Scalars.Size(1L << 20, 1L << 40), (section, value) => section with { Most = value });
        var ledger = new RecordShape<LedgerConfig>("ledger")
            .With("store", "sqlite: ledger.db in the data folder; postgres://user:${PG_PASSWORD}@host:5432/database?sslmode=verify-full: a PostgreSQL, for several nodes; off: none is kept. Default sqlite.", Scalars.LedgerStore, (section, value) => section with { Store = value })
            .With("flush", "The longest that a record waits in memory before it is on disk. Default 50ms.", Scalars.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(100)), (section, value) => section with { Flush = value })
            .With("durability", "batch: a kill loses at most what waits for the flush. strict: an intent is on disk before each call goes out, so that its cost is at least estimated. Default batch.", Scalars.Word(["batch", "strict"]), (section, value) => section with { Durability = value })
            .With("max_queue", "Largest queue on disk while the store takes nothing. Default 1GiB.", Scalars.Size(1L << 20, 1L << 40), (section, value) => section with { MaxQueue = value })
            .With("on_full", "What happens when the queue is full. shed: records are dropped and counted. block: new requests get 503. Default shed.", Scalars.Word(["shed", "block"]), (section, value) => section with { OnFull = value })
            .With("keep", "How long rows are kept; sums by hour and day stay. Default 400d.", Scalars.Duration(TimeSpan.FromDays(1), TimeSpan.FromDays(36_500)), (section, value) => section with { Keep = value });
        var redis = new ShortFormShape<SecretReference, RedisConfig>(Scalars.Secret, url => new RedisConfig { Url = url }, new RecordShape<RedisConfig>("redis")
            .With("url", "redis://[:password@]host[:port][/db], or rediss:// for TLS. Required.", Scalars.Secret, (section, value) => section with { Url = value })
            .With("endpoints", "Further addresses, host:port: other nodes of the same cluster, or replicas. Default none.", Texts, (section, value) => section with { Endpoints = value })
            .With("key_prefix", "What every key begins with, so that several gateways may share one Redis. Default 'aigateway:'.", Scalars.Text, (section, value) => section with { KeyPrefix = value })
            .With("timeout", "The longest that one call may take; then the limit's on_store_failure holds. Default 50ms.", Scalars.Duration(Millisecond, TimeSpan.FromSeconds(5)), (section, value) => section with { Timeout = value }));
        return new RecordShape<HostConfig>("host")
            .With("listen", "Address of the API, http(s)://host:port. Default http://localhost:8080; in a container http://*:8080.", Scalars.Text, (section, value) => section with { Listen = value })
            .With("tls", "Certificate for an https address; reloaded when the files change.", tls, (section, value) => section with { Tls = value })
            .With("admin", "The listener of admin endpoints, health detail and /metrics.", admin, (section, value) => section with { Admin = value })
            .With("metrics_listen", "A listener of its own for /metrics, without a key: for the scraper. Default: only on the admin listener.", Scalars.Text, (section, value) => section with { MetricsListen = value })
            .With("trusted_proxies", "Networks (CIDR) whose X-Forwarded-* headers are believed. Default none.", Texts, (section, value) => section with { TrustedProxies = value })
            .With("drain_timeout", "How long streams may go on after SIGTERM. Default 30s.", Scalars.Duration(Zero, Hour), (section, value) => section with { DrainTimeout = value })
            .With("records", "Where request records go: stdout, off, or a file path. Default stdout.", Scalars.Text, (section, value) => section with { Records = value })
            .With("data_folder", "Folder for what must outlive the process. Default data.", Scalars.Text, (section, value) => section with { DataFolder = value })
            .With("id_secret", "Secret from which ids of stored objects are sealed, at least 32 characters; must be the same on all nodes. Default: made once and kept in the data folder.", Scalars.Secret, (section, value) => section with { IdSecret = value })
            .With("store_responses", "Responses that the gateway keeps, encrypted, in the data folder, for models whose providers keep none: previous_response_id then works with them. Default: none are kept.", storeResponses, (section, value) => section with { StoreResponses = value })
            .With("ledger", "The ledger of requests, calls and costs: what reports are made from, and what budgets begin with after a restart. Default: kept in SQLite, in the data folder; store: off keeps none.", ledger, (section, value) => section with { Ledger = value })
            .With("redis", "The Redis through which several nodes share limits and budgets: its URL, or a section. Default: none; each node counts for itself.", redis, (section, value) => section with { Redis = value })
            .With("cache", "What the process has for caches; which answers are cached each alias says.", HostCache(), (section, value) => section with { Cache = value })
            .With("otlp", "OpenTelemetry export of traces and metrics.", otlp, (section, value) => section with { Otlp = value })
            .With("forward_baggage", "Whether the callers' baggage header (W3C Baggage) goes on to providers; it may name tenants and users. Default false.", Scalars.Boolean, (section, value) => section with { ForwardBaggage = value })
            .With("outbound", "How upstream connections leave this network.", outbound, (section, value) => section with { Outbound = value });
    }

    /// <summary>A team's entry, which is made at run time only.</summary>
    public static RecordShape<TeamConfig> Team() => new RecordShape<TeamConfig>("team")
        .With("organisation", "Organisation the team belongs to.", Scalars.Text, (section, value) => section with { Organisation = value })
        .With("tags", "Tags for its keys; a key's own of the same name come before them.", TextMap, (section, value) => section with { Tags = value })
        .With("aliases", "Aliases for keys that name none, '*' allowed at the end. Default all.", Texts, (section, value) => section with { Aliases = value })
        .With("native", "Ids of providers whose own API keys that name none may use, '*' allowed at the end. Default none.", Texts, (section, value) => section with { Native = value })
        .With("priority", "Who goes first where requests wait for a limit, for keys that do not say it: interactive, standard (default) or batch.", Scalars.Word(PriorityNames.All), (section, value) => section with { Priority = value })
        .With("disabled", "When true all its keys are refused. Default false.", Scalars.Boolean, (section, value) => section with { Disabled = value });

    /// <summary>A caller's entry.</summary>
    public static RecordShape<CallerConfig> Caller() => new RecordShape<CallerConfig>("caller")
        .With("id", "Name of the key in records and metrics; unique. Required.", Scalars.Text, (section, value) => section with { Id = value })
        .With("key_hash", "SHA-256 of the key, 'sha256:' and 64 hex digits; 'AiGateway keys new' prints it. Required.", Scalars.Text, (section, value) => section with { KeyHash = value })
        .With("project", "Project the key belongs to.", Scalars.Text, (section, value) => section with { Project = value })
        .With("team", "Team the project belongs to.", Scalars.Text, (section, value) => section with { Team = value })
        .With("organisation", "Organisation the team belongs to.", Scalars.Text, (section, value) => section with { Organisation = value })
        .With("tags", "Tags for conditions and records.", TextMap, (section, value) => section with { Tags = value })
        .With("aliases", "Aliases the key may use, '*' allowed at the end. Default all.", Texts, (section, value) => section with { Aliases = value })
        .With("native", "Ids of providers whose own API the key may use through /native/PROVIDER/…, '*' allowed at the end. Default none.", Texts, (section, value) => section with { Native = value })
        .With("priority", "Who goes first where requests wait for a limit (limits: queue): interactive, standard (default) or batch. x-gateway-priority lowers it for one request.", Scalars.Word(PriorityNames.All), (section, value) => section with { Priority = value })
        .With("expires", "Instant from which the key is refused. Default never.", Scalars.Instant, (section, value) => section with { Expires = value })
        .With("disabled", "When true the key is refused. Default false.", Scalars.Boolean, (section, value) => section with { Disabled = value });
}
