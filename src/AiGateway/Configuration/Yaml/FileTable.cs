namespace AiGateway.Configuration.Yaml;

/// <summary>Every key of the routing file: its meaning, its values, where it goes. The binder and the JSON Schema are both made from this table.</summary>
internal static partial class FileTable
{
    private static readonly TimeSpan Zero = TimeSpan.Zero;
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan TenthOfSecond = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan HalfSecond = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    private static readonly ListShape<string> Texts = new(Scalars.Text);
    private static readonly MapShape<string> TextMap = new(Scalars.Text);
    private static readonly MapShape<SecretReference> SecretMap = new(Scalars.Secret);

    /// <summary>The whole file. Made last: the sections' shapes must exist before it.</summary>
    public static RecordShape<GatewayConfig> Gateway { get; } = MakeGateway();

    /// <summary>The keys of a price.</summary>
    public static IEnumerable<string> PriceKeys => Price().Keys;

    private static RecordShape<GatewayConfig> MakeGateway()
    {
        var timeouts = Timeouts();
        var retries = Retries();
        var breaker = Breaker();
        return new RecordShape<GatewayConfig>("gateway")
            .With("host", "Addresses, sinks and exporters: read once at start; a change needs a restart.", Host(), (file, value) => file with { Host = value })
            .With("providers", "AI vendors or local servers with their credentials, by id.", new MapShape<ProviderConfig>(Provider(timeouts)), (file, value) => file with { Providers = value })
            .With("deployments", "A provider plus an upstream model, by id: the unit of routing and health.", new MapShape<DeploymentConfig>(Deployment(timeouts, breaker)), (file, value) => file with { Deployments = value })
            .With("aliases", "The model names that callers use; a name may end in '*'.", new MapShape<AliasConfig>(Alias(retries)), (file, value) => file with { Aliases = value })
            .With("callers", "Virtual keys and their owners. Without any, everyone who reaches the listener may use everything, and the listener must be loopback.", new ListShape<CallerConfig>(Caller()), (file, value) => file with { Callers = value })
            .With("limits", "Limits on what may be used, for each key, user, project, team, organisation, tag, alias, deployment, provider, or the gateway as a whole. All that apply must allow a request.", new ListShape<LimitConfig>(Limit()), (file, value) => file with { Limits = value })
            .With("budgets", "Money that may be spent in a period, on the same subjects as limits.", new ListShape<BudgetConfig>(Budget()), (file, value) => file with { Budgets = value })
            .With("webhooks", "Addresses that budgets tell of what is used, by id; named by 'notify'.", new MapShape<WebhookConfig>(Webhook()), (file, value) => file with { Webhooks = value })
            .With("timeouts", "Time-outs of every deployment that does not say otherwise.", timeouts, (file, value) => file with { Timeouts = value })
            .With("retries", "Retries of every alias that does not say otherwise.", retries, (file, value) => file with { Retries = value })
            .With("breaker", "Circuit breaker and cooldowns of every deployment that does not say otherwise.", breaker, (file, value) => file with { Breaker = value })
            .With("body_limits", "Largest accepted request bodies.", BodyLimits(), (file, value) => file with { BodyLimits = value })
            .With("files", "Where files go that name no model.", Files(), (file, value) => file with { Files = value })
            .With("realtime", "Bounds of realtime sessions (/v1/realtime); each session keeps those it began with.", Realtime(), (file, value) => file with { Realtime = value })
            .With("cors", "Cross-origin access for browsers; off when no origin is named.", Cors(), (file, value) => file with { Cors = value })
            .With("unknown_price", "What becomes of a request whose price nobody knows: allow (default; its cost is unknown), reject (it is not sent), or estimate (priced as unknown_price_as).", Scalars.Word(UnknownPriceNames.All), (file, value) => file with { UnknownPrice = value })
            .With("unknown_price_as", "With estimate: the model of the price list whose price stands in, as provider/model.", Scalars.Text, (file, value) => file with { UnknownPriceAs = value })
            .With("prices", "Prices that replace or add to the price list, by provider/model; USD.", new MapShape<PriceConfig>(Price()), (file, value) => file with { Prices = value })
            .With("tags", "Which tags callers may send, must send, and have their spend summed by.", Tags(), (file, value) => file with { Tags = value })
            .With("currencies", "Rates that reports may show amounts by (report --currency EUR). The ledger stays in USD.", Currencies(), (file, value) => file with { Currencies = value });
    }

    private static RecordShape<TagsConfig> Tags() => new RecordShape<TagsConfig>("tags")
        .With("allowed", "The tags that count, by name. They are taken from the caller's own tags, then from x-gateway-tags, then from string members of metadata.", new MapShape<TagConfig>(Tag()), (section, value) => section with { Allowed = value })
        .With("others", "What becomes of others in x-gateway-tags: keep (default), drop, or refuse (400).", Scalars.Word(TagRules.OtherNames), (section, value) => section with { Others = value });

    private static RecordShape<TagConfig> Tag() => new RecordShape<TagConfig>("tag")
        .With("values", "Values it may have, '*' allowed at the end; others are refused (400). Default any.", Texts, (section, value) => section with { Values = value })
        .With("required", "Whether every request must have it; one without is refused (400). Default false.", Scalars.Boolean, (section, value) => section with { Required = value })
        .With("required_for", "Teams whose requests must have it. Default none.", Texts, (section, value) => section with { RequiredFor = value })
        .With("report", "Whether the ledger sums by it (report --by tag:NAME). Its values stay in the sums for good: no personal data. Default false.", Scalars.Boolean, (section, value) => section with { Report = value });

    private static RecordShape<CurrenciesConfig> Currencies() => new RecordShape<CurrenciesConfig>("currencies")
        .With("file", "A CSV file of rates, a line each: date,currency,rate (2026-10-01,EUR,0.86). It is read for each report.", Scalars.Text, (section, value) => section with { File = value })
        .With("rates", "Units of a currency for one USD, by its code and the day from which on they hold: EUR: { 2026-10-01: 0.86 }. A rate holds at most 31 days.", new MapShape<IReadOnlyDictionary<string, decimal>>(new MapShape<decimal>(Scalars.Exact(1_000_000_000))), (section, value) => section with { Rates = value });

    private static RecordShape<TimeoutsConfig> Timeouts() => new RecordShape<TimeoutsConfig>("timeouts")
        .With("connect", "TCP and TLS set-up. Default 5s.", Scalars.Duration(Millisecond, Hour), (section, value) => section with { Connect = value })
        .With("first_byte", "From sending to the first body byte; for streams to the first event that is not a comment. Default 120s.", Scalars.Duration(Millisecond, Day), (section, value) => section with { FirstByte = value })
        .With("idle", "Between two reads of a body, comments included. Default 120s.", Scalars.Duration(Millisecond, Day), (section, value) => section with { Idle = value })
        .With("total", "The whole attempt. Default 600s.", Scalars.Duration(Millisecond, Day), (section, value) => section with { Total = value });

    private static RecordShape<RetriesConfig> Retries() => new RecordShape<RetriesConfig>("retries")
        .With("max_attempts", "Most attempts per request over all deployments. Default 5.", Scalars.Integer(1, 20), (section, value) => section with { MaxAttempts = value })
        .With("max_per_deployment", "Most attempts at one deployment. Default 2.", Scalars.Integer(1, 10), (section, value) => section with { MaxPerDeployment = value })
        .With("base_delay", "First delay before the same deployment is tried again; doubles each time, with jitter. Default 250ms. Another deployment is tried at once.", Scalars.Duration(Zero, Minute), (section, value) => section with { BaseDelay = value })
        .With("max_delay", "Longest delay, also for Retry-After: a provider that asks for more is passed over. Default 10s.", Scalars.Duration(Zero, Hour), (section, value) => section with { MaxDelay = value });

    private static RecordShape<BreakerConfig> Breaker() => new RecordShape<BreakerConfig>("breaker")
        .With("failure_ratio", "Share of failed attempts that opens the circuit. Default 0.5.", Scalars.Number(0.01, 1), (section, value) => section with { FailureRatio = value })
        .With("minimum_attempts", "Attempts in the window below which the circuit stays closed. Default 10.", Scalars.Integer(2, 1_000_000), (section, value) => section with { MinimumAttempts = value })
        .With("window", "Window over which failures are counted. Default 30s.", Scalars.Duration(HalfSecond, Day), (section, value) => section with { Window = value })
        .With("break", "How long an open circuit stays open before one probe is let through. Default 15s.", Scalars.Duration(HalfSecond, Day), (section, value) => section with { Break = value })
        .With("rate_limit_cooldown", "How long a deployment rests after a 429 that names no time. Default 5s.", Scalars.Duration(Zero, Day), (section, value) => section with { RateLimitCooldown = value })
        .With("credential_cooldown", "How long a key rests after a 401, 402 or 403. Default 60s.", Scalars.Duration(Zero, Day), (section, value) => section with { CredentialCooldown = value });

    private static RecordShape<BodyLimitsConfig> BodyLimits()
    {
        // An array in .NET holds at most 2 GiB, and JSON bodies are read into one.
        var size = Scalars.Size(1_024, 2_000L << 20);
        return new RecordShape<BodyLimitsConfig>("body_limits")
            .With("json", "JSON bodies. Default 20MiB.", Scalars.Size(1_024, 1L << 30), (section, value) => section with { Json = value })
            .With("audio", "Audio uploads. Default 25MiB.", size, (section, value) => section with { Audio = value })
            .With("images", "Image uploads. Default 50MiB.", size, (section, value) => section with { Images = value })
            .With("files", "Files, and batches of messages. Default 200MiB.", size, (section, value) => section with { Files = value })
            .With("native", "Bodies of native requests (/native/PROVIDER/…). Default: as json.", size, (section, value) => section with { Native = value })
            .With("memory", "Uploads beyond this are spooled to a temporary file. Default 1MiB.", Scalars.Size(4_096, 1L << 30), (section, value) => section with { Memory = value });
    }

    private static RecordShape<LimitConfig> Limit()
    {
        var rates = new ListShape<Rate>(Scalars.Rate, orSingle: true);
        return new RecordShape<LimitConfig>("limit")
            .With("id", "Name in messages, metrics and records. Default: made of 'on' and 'match'.", Scalars.Text, (section, value) => section with { Id = value })
            .With("on", "Whose use is counted: key, user, project, team, organisation, tag:NAME, alias, deployment, provider or gateway. Required.", Scalars.Text, (section, value) => section with { On = value })
            .With("match", "The one subject it holds for. Default: each has the whole limit to itself, unless another limit of the same kind names it.", Scalars.Text, (section, value) => section with { Match = value })
            .With("requests", "Most requests: 600/minute, or a list [20/second, 600/minute].", rates, (section, value) => section with { Requests = value })
            .With("tokens", "Most tokens, input and output together.", rates, (section, value) => section with { Tokens = value })
            .With("input_tokens", "Most input tokens.", rates, (section, value) => section with { InputTokens = value })
            .With("output_tokens", "Most output tokens.", rates, (section, value) => section with { OutputTokens = value })
            .With("spend", "Most money, in USD: 2.50/hour.", rates, (section, value) => section with { Spend = value })
            .With("concurrent", "Most requests at the same time.", Scalars.Integer(1, 1_000_000), (section, value) => section with { Concurrent = value })
            .With("reserve", "What is held for an answer that is not there yet: learned (default), what answers of this alias and caller usually come to; worst_case, the most it can come to.", Scalars.Word(["learned", "worst_case"]), (section, value) => section with { Reserve = value })
            .With("mode", "With host.redis, how nodes count together: exact (Redis decides on each request), leased (nodes lease shares and spend them in memory), local (each node has the whole limit). Default exact for concurrent and worst_case, else leased.", Scalars.Word(LimitModelBuilder.ModeWords), (section, value) => section with { Mode = value })
            .With("on_store_failure", "What holds while Redis does not answer: local (default: each node goes by what it counts itself), allow, or deny.", Scalars.Word(LimitModelBuilder.StoreFailureWords), (section, value) => section with { OnStoreFailure = value })
            .With("shadow", "Decide and count, but refuse nothing. Default false.", Scalars.Boolean, (section, value) => section with { Shadow = value })
            .With("queue", "Requests wait for room instead of being refused; an empty section waits for at most 10s. Default: refused at once.", Queue(), (section, value) => section with { Queue = value });
    }

    private static RecordShape<QueueConfig> Queue() => new RecordShape<QueueConfig>("queue")
        .With("max_wait", "Longest wait of a request; then it is refused. Default 10s.", Scalars.Duration(TenthOfSecond, TenMinutes), (section, value) => section with { MaxWait = value })
        .With("max_waiting", "Most requests that wait for the limit, over all its subjects; further ones are refused at once. Default 1000.", Scalars.Integer(1, 10_000), (section, value) => section with { MaxWaiting = value });

    private static RecordShape<BudgetConfig> Budget() => new RecordShape<BudgetConfig>("budget")
        .With("id", "Name in messages, metrics and records. Default: made of 'on' and 'match'.", Scalars.Text, (section, value) => section with { Id = value })
        .With("on", "Whose money it is: key, user, project, team, organisation, tag:NAME, alias, deployment, provider or gateway. Required.", Scalars.Text, (section, value) => section with { On = value })
        .With("match", "The one subject it holds for. Default: each has a whole one of its own, unless another budget of the same kind names it.", Scalars.Text, (section, value) => section with { Match = value })
        .With("amount", "Most USD in a period. Required.", Scalars.Exact(1_000_000_000), (section, value) => section with { Amount = value })
        .With("per", "The period: day, week (from Monday), month or year of the calendar, or rolling_day, rolling_week, rolling_month (30 days). Default month.", Scalars.Word(LimitModelBuilder.PeriodWords), (section, value) => section with { Per = value })
        .With("time_zone", "Time zone in which calendar periods begin, such as Europe/Berlin. Default UTC.", Scalars.Text, (section, value) => section with { TimeZone = value })
        .With("reserve", "What is held for an answer that is not there yet: worst_case (default), with which the amount is never passed; learned, what answers usually come to.", Scalars.Word(["learned", "worst_case"]), (section, value) => section with { Reserve = value })
        .With("warn_at", "Shares from which answers carry a warning: 80%, or a list. Default none.", new ListShape<decimal>(Scalars.Percent, orSingle: true), (section, value) => section with { WarnAt = value })
        .With("notify", "Ids of webhooks that are told when a share of warn_at is used, when the budget is spent, and when it renews. Default none.", Texts, (section, value) => section with { Notify = value })
        .With("then_alias", "An alias that answers in the place of the one asked for once the budget is spent, within its own limits. Default: requests are refused.", Scalars.Text, (section, value) => section with { ThenAlias = value })
        .With("mode", "With host.redis, how nodes count together: exact (Redis decides on each request), leased (nodes lease shares and spend them in memory), local (each node has the whole limit). Default exact for worst_case, else leased.", Scalars.Word(LimitModelBuilder.ModeWords), (section, value) => section with { Mode = value })
        .With("on_store_failure", "What holds while Redis does not answer: local (default: each node goes by what it counts itself), allow, or deny.", Scalars.Word(LimitModelBuilder.StoreFailureWords), (section, value) => section with { OnStoreFailure = value })
        .With("shadow", "Decide and count, but refuse nothing. Default false.", Scalars.Boolean, (section, value) => section with { Shadow = value });

    private static RecordShape<WebhookConfig> Webhook() => new RecordShape<WebhookConfig>("webhook")
        .With("url", "Where notices go. Required.", Scalars.Text, (section, value) => section with { Url = value })
        .With("secret", "What they are signed with: 24 characters and more, or whsec_ and the base64 of as many bytes. Required.", Scalars.Secret, (section, value) => section with { Secret = value })
        .With("on", "Which it is told of: threshold (a share of warn_at is used), spent, renewed (the period is over). Default all.", new ListShape<string>(Scalars.Word(WebhookModelBuilder.KindWords), orSingle: true), (section, value) => section with { On = value });

    private static RecordShape<FilesConfig> Files() => new RecordShape<FilesConfig>("files")
        .With("aliases", "Aliases, of which the first that the caller may use and whose provider takes such files gets them. Default none: an upload must name its model.", Texts, (section, value) => section with { Aliases = value });

    private static RecordShape<RealtimeConfig> Realtime() => new RecordShape<RealtimeConfig>("realtime")
        .With("max_sessions", "Most sessions that are open at a time, on this node; 0 closes the endpoint. Default 1000.", Scalars.Integer(0, 1_000_000), (section, value) => section with { MaxSessions = value })
        .With("max_sessions_per_caller", "Most sessions that one key has open at a time, on this node. Default 100.", Scalars.Integer(0, 1_000_000), (section, value) => section with { MaxSessionsPerCaller = value })
        .With("max_session", "Longest session. Default 60m.", Scalars.Duration(Second, Day), (section, value) => section with { MaxSession = value })
        .With("idle_timeout", "Longest silence of both sides. Default 10m.", Scalars.Duration(Second, Day), (section, value) => section with { IdleTimeout = value })
        .With("max_message", "Largest message of either side. Default 24MiB.", Scalars.Size(64 << 10, 1L << 30), (section, value) => section with { MaxMessage = value });

    private static RecordShape<CorsConfig> Cors() => new RecordShape<CorsConfig>("cors")
        .With("origins", "Allowed origins, such as https://chat.example.com; '*' for all. Default none: no CORS headers are sent.", Texts, (section, value) => section with { Origins = value })
        .With("max_age", "How long a browser may keep a preflight answer. Default 600s.", Scalars.Duration(Zero, Day), (section, value) => section with { MaxAge = value });

    private static RecordShape<PriceConfig> Price()
    {
        var price = Scalars.Exact(1_000_000);
        return new RecordShape<PriceConfig>("price")
            .With("input", "Per million input tokens.", price, (section, value) => section with { Input = value })
            .With("output", "Per million output tokens.", price, (section, value) => section with { Output = value })
            .With("cached_input", "Per million input tokens read from cache. Default: as input.", price, (section, value) => section with { CachedInput = value })
            .With("cache_write", "Per million input tokens written to cache. Default: as input.", price, (section, value) => section with { CacheWrite = value })
            .With("cache_write_1h", "Per million input tokens written to cache for one hour. Default: as cache_write.", price, (section, value) => section with { CacheWrite1h = value })
            .With("cache_write_12h", "Per million input tokens written to cache for twelve hours. Default: as cache_write.", price, (section, value) => section with { CacheWrite12h = value })
            .With("reasoning", "Per million reasoning tokens. Default: as output.", price, (section, value) => section with { Reasoning = value })
            .With("citation", "Per million citation tokens. Default: as input.", price, (section, value) => section with { Citation = value })
            .With("audio_input", "Per million input tokens of sound. Default: as input.", price, (section, value) => section with { AudioInput = value })
            .With("audio_cached_input", "Per million input tokens of sound read from cache. Default: as audio_input where it is given, else as cached_input.", price, (section, value) => section with { AudioCachedInput = value })
            .With("audio_output", "Per million output tokens of sound. Default: as output.", price, (section, value) => section with { AudioOutput = value })
            .With("image_input", "Per million input tokens of images. Default: as input.", price, (section, value) => section with { ImageInput = value })
            .With("image_cached_input", "Per million input tokens of images read from cache. Default: as image_input where it is given, else as cached_input.", price, (section, value) => section with { ImageCachedInput = value })
            .With("image_output", "Per million output tokens of images. Default: as output.", price, (section, value) => section with { ImageOutput = value })
            .With("per_request", "Per request, on top. Default 0.", price, (section, value) => section with { PerRequest = value })
            .With("per_image", "Per image in the answer. Default 0.", price, (section, value) => section with { PerImage = value })
            .With("per_1k_searches", "Per thousand search units of reranking. Default 0.", price, (section, value) => section with { Per1kSearches = value })
            .With("per_1k_web_searches", "Per thousand web searches that the provider ran. Default: unknown, unless there is a price per request.", price, (section, value) => section with { Per1kWebSearches = value })
            .With("per_audio_hour", "Per hour of sound. Default 0.", price, (section, value) => section with { PerAudioHour = value })
            .With("per_1m_characters", "Per million characters of text to be spoken. Default 0.", price, (section, value) => section with { Per1mCharacters = value })
            .With("discount", "Share taken off the list price, where no figures are given. Default 0.", Scalars.Exact(1), (section, value) => section with { Discount = value })
            .With("surcharge", "Share put on the list price, where no figures are given: a region, a reseller's margin. Default 0.", Scalars.Exact(1), (section, value) => section with { Surcharge = value });
    }
}
