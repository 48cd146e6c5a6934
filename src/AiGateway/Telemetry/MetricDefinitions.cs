namespace AiGateway.Telemetry;

/// <summary>Every metric of the gateway; docs/features/telemetry.md is compared with this list by a test.</summary>
internal static class MetricDefinitions
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "AiGateway";

    private static readonly string[] GenAi = [TagNames.OperationName, TagNames.ProviderName, TagNames.RequestModel, TagNames.ResponseModel];
    private static readonly string[] GenAiWithError = [.. GenAi, TagNames.ErrorType];
    private static readonly string[] Spend = [TagNames.Alias, TagNames.Team, TagNames.Provider, TagNames.Model];
    private static readonly string[] OfBudget = [TagNames.Budget, TagNames.Subject];
    private static readonly string[] OfDeployment = [TagNames.Deployment, TagNames.Provider];

    // Buckets of the GenAI metrics are the conventions' own (open-telemetry/semantic-conventions v1.41.1, docs/gen-ai/gen-ai-metrics.md).
    private static readonly double[] TokenBuckets = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];
    private static readonly double[] DurationBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
    private static readonly double[] FirstTokenBuckets = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly double[] PerTokenBuckets = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];

    // From a call that fails at once to the hour that providers allow.
    private static readonly double[] SessionBuckets = [1, 5, 15, 30, 60, 120, 300, 600, 1200, 1800, 2700, 3600];

    // From what the pipeline takes when idle (tens of microseconds) to what an operator must hear of.
    private static readonly double[] OverheadBuckets = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1];

    // Around 1, which is right; to the factor that estimates are bounded to, and beyond.
    private static readonly double[] RatioBuckets = [0.1, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 2, 4, 10];

    // Up to the longest wait that can be configured.
    private static readonly double[] WaitBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

    private static readonly double[] CommitBuckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

    // On the same machine some hundred microseconds; the default time-out is fifty milliseconds.
    private static readonly double[] StoreCallBuckets = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5];

    // From a look-up in a table of vectors to a look that queues; bounds where the benchmarks' bars are.
    private static readonly double[] SemanticLookBuckets = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.008, 0.012, 0.02, 0.05, 0.1, 0.25, 1];

    public static readonly MetricDefinition TokenUsage = new("gen_ai.client.token.usage", MetricKind.Histogram, "{token}", "Tokens of one answer as its provider counted them; input holds cached and written, output holds reasoning. Not reported when the provider said nothing.", [.. GenAi, TagNames.TokenType]) { Buckets = TokenBuckets };
    public static readonly MetricDefinition OperationDuration = new("gen_ai.client.operation.duration", MetricKind.Histogram, "s", "Time spent on providers for one request, all attempts and the delays between them.", GenAiWithError) { Buckets = DurationBuckets };
    public static readonly MetricDefinition RequestDuration = new("gen_ai.server.request.duration", MetricKind.Histogram, "s", "Time from a request's arrival to the last byte of its answer.", GenAiWithError) { Buckets = DurationBuckets };
    public static readonly MetricDefinition TimeToFirstToken = new("gen_ai.server.time_to_first_token", MetricKind.Histogram, "s", "Time from a request's arrival to the first event of content; streams that completed.", GenAi) { Buckets = FirstTokenBuckets };
    public static readonly MetricDefinition TimePerOutputToken = new("gen_ai.server.time_per_output_token", MetricKind.Histogram, "s", "Time per output token after the first; streams that completed and whose provider counted tokens.", GenAi) { Buckets = PerTokenBuckets };

    public static readonly MetricDefinition Requests = new("aigateway.requests", MetricKind.Counter, "{request}", "Requests that ended, with how.", TagNames.Alias, TagNames.Team, TagNames.Provider, TagNames.Model, TagNames.Operation, TagNames.StatusClass, TagNames.Outcome, TagNames.ErrorType);
    public static readonly MetricDefinition Attempts = new("aigateway.attempts", MetricKind.Counter, "{attempt}", "Sends to one deployment, with how they ended.", TagNames.Deployment, TagNames.Provider, TagNames.Outcome);
    public static readonly MetricDefinition Failovers = new("aigateway.failovers", MetricKind.Counter, "{request}", "Requests that needed more than one attempt: answered in the end, or not.", TagNames.Alias, TagNames.Result);
    public static readonly MetricDefinition Tokens = new("aigateway.tokens", MetricKind.Counter, "{token}", "Tokens by kind; kinds do not overlap, so their sum is the total. Estimates included.", [.. Spend, TagNames.Kind]);
    public static readonly MetricDefinition CostUsd = new("aigateway.cost.usd", MetricKind.Counter, "{USD}", "Cost by the price list. A floating-point sum for graphs: the exact figures are in the request records.", Spend);
    public static readonly MetricDefinition UnpricedRequests = new("aigateway.unpriced.requests", MetricKind.Counter, "{request}", "Answers whose price is unknown.", Spend);
    public static readonly MetricDefinition UnpricedTokens = new("aigateway.unpriced.tokens", MetricKind.Counter, "{token}", "Tokens of answers whose price is unknown.", Spend);
    public static readonly MetricDefinition EstimatedUsage = new("aigateway.estimated.usage", MetricKind.Counter, "{request}", "Answers whose tokens were estimated, because the provider did not count them or the stream was cut.", TagNames.Alias, TagNames.Provider, TagNames.Model);
    public static readonly MetricDefinition StreamsCut = new("aigateway.streams.cut", MetricKind.Counter, "{stream}", "Answers that broke off after their first content, by who cut them.", TagNames.By, TagNames.Alias, TagNames.Provider);
    public static readonly MetricDefinition Overhead = new("aigateway.overhead", MetricKind.Histogram, "s", "Time of a request that was not spent on providers; requests with at least one attempt.", TagNames.Operation) { Buckets = OverheadBuckets };
    public static readonly MetricDefinition AdmissionDecisions = new("aigateway.admission.decisions", MetricKind.Counter, "{decision}", "Decisions over limits: requests and attempts that were let through, and those that a limit refused, or would have refused if it were not in shadow.", TagNames.Result, TagNames.Limit, TagNames.Measure);
    public static readonly MetricDefinition LimitsStoreCallDuration = new("aigateway.limits.store.call.duration", MetricKind.Histogram, "s", "Time of calls to the store of shared limits, with how they ended: ok, timeout or unavailable.", TagNames.Call, TagNames.Result) { Buckets = StoreCallBuckets };
    public static readonly MetricDefinition LimitsStoreFallbacks = new("aigateway.limits.store.fallbacks", MetricKind.Counter, "{decision}", "Decisions of a shared limit that went by its on_store_failure, because the store did not answer.", TagNames.Limit, TagNames.Policy);
    public static readonly MetricDefinition LimitsStoreUnsettled = new("aigateway.limits.store.unsettled", MetricKind.Gauge, "{request}", "Requests that have ended and whose use the store has not been told yet.");
    public static readonly MetricDefinition LimitsStoreLost = new("aigateway.limits.store.lost", MetricKind.Counter, "{request}", "Requests whose use the store will never be told: the queue was full, or the node stopped.");
    public static readonly MetricDefinition LimitsLeased = new("aigateway.limits.leased", MetricKind.Gauge, "", "What nodes have leased of a limit and do not use, by the last answers of the store: by so much at most a node may refuse what would be free. Requests, tokens, or billionths of a USD.", TagNames.Limit, TagNames.Measure);
    public static readonly MetricDefinition AdmissionWaiting = new("aigateway.admission.waiting", MetricKind.Gauge, "{request}", "Requests that wait for a limit to have room.", TagNames.Priority);
    public static readonly MetricDefinition AdmissionWaited = new("aigateway.admission.waited", MetricKind.Histogram, "s", "Time that requests waited for a limit to have room, with how the wait ended.", TagNames.Priority, TagNames.Outcome) { Buckets = WaitBuckets };
    public static readonly MetricDefinition AdmissionEstimateRatio = new("aigateway.admission.estimate_ratio", MetricKind.Histogram, "1", "What an answer's provider counted, divided by what was expected of it: input tokens by the learned estimate, output tokens by the learned length. 1 is right, more is used than was expected above it.", TagNames.Kind, TagNames.Alias) { Buckets = RatioBuckets };
    public static readonly MetricDefinition BudgetLimit = new("aigateway.budget.limit.usd", MetricKind.Gauge, "{USD}", "Amount of a budget for one subject.", OfBudget);
    public static readonly MetricDefinition BudgetUsed = new("aigateway.budget.used.usd", MetricKind.Gauge, "{USD}", "What is spent of a budget in its running period, as this node knows.", OfBudget);
    public static readonly MetricDefinition BudgetReserved = new("aigateway.budget.reserved.usd", MetricKind.Gauge, "{USD}", "What is held of a budget for requests that are not answered yet.", OfBudget);
    public static readonly MetricDefinition BudgetRemaining = new("aigateway.budget.remaining.usd", MetricKind.Gauge, "{USD}", "What is free of a budget: neither spent nor held.", OfBudget);
    public static readonly MetricDefinition WebhookDeliveries = new("aigateway.webhook.deliveries", MetricKind.Counter, "{message}", "Attempts to tell a webhook something, with how they ended.", TagNames.Webhook, TagNames.Outcome);
    public static readonly MetricDefinition WebhookPending = new("aigateway.webhook.pending", MetricKind.Gauge, "{message}", "Messages that a webhook is still to be told.", TagNames.Webhook);
    public static readonly MetricDefinition InFlight = new("aigateway.inflight", MetricKind.Gauge, "{request}", "Requests that have not ended.");

    public static readonly MetricDefinition CacheRequests = new("aigateway.cache.requests", MetricKind.Counter, "{request}", "Requests to aliases that have a cache: hit, stale (past its time, and being renewed), semantic_hit (the answer to another question), shared (answered by another's call in flight), miss, refresh, bypass.", TagNames.Alias, TagNames.Result);
    public static readonly MetricDefinition CacheSavedUsd = new("aigateway.cache.saved.usd", MetricKind.Counter, "{USD}", "What answers had cost that were served again. A floating-point sum for graphs: the exact figures are in the request records.", TagNames.Alias);
    public static readonly MetricDefinition CacheKept = new("aigateway.cache.kept", MetricKind.Counter, "{answer}", "Answers that might have been kept: kept, too_large, incomplete, refused, busy or failed.", TagNames.Result);
    public static readonly MetricDefinition CacheUnreadable = new("aigateway.cache.unreadable", MetricKind.Counter, "{answer}", "Answers that were there and not served: cut, of another version, or of another tenant.");
    public static readonly MetricDefinition CacheInFlight = new("aigateway.cache.inflight", MetricKind.Gauge, "{call}", "Calls that others may share: in flight, or with an answer that is being kept.");
    public static readonly MetricDefinition CacheRefreshes = new("aigateway.cache.refreshes", MetricKind.Counter, "{answer}", "Answers that were served past their time and were to be renewed: asked, elsewhere (by another node), busy or failed.", TagNames.Result);
    public static readonly MetricDefinition CacheNodeWaits = new("aigateway.cache.node.waits", MetricKind.Counter, "{request}", "Requests that waited for another node's call: kept (answered by it), not_kept, taken_over, too_long or unavailable.", TagNames.Result);
    public static readonly MetricDefinition CacheLookups = new("aigateway.cache.lookups", MetricKind.Counter, "{lookup}", "Look-ups in the levels of the cache: hit, miss, and in Redis unreadable (not ours, damaged, cut) or failed.", TagNames.Level, TagNames.Result);
    public static readonly MetricDefinition SemanticLooks = new("aigateway.cache.semantic.looks", MetricKind.Counter, "{request}", "Looks for a question that means the same: served, would_serve (on trial), checked, or why not.", TagNames.Alias, TagNames.Result);
    public static readonly MetricDefinition SemanticLookDuration = new("aigateway.cache.semantic.look.duration", MetricKind.Histogram, "s", "Time of one look for a question that means the same: embedding and the wait for it, search, facts, decision. Looks that came to a vector.", TagNames.Alias) { Buckets = SemanticLookBuckets };
    public static readonly MetricDefinition SemanticVetoes = new("aigateway.cache.semantic.vetoes", MetricKind.Counter, "{question}", "Questions that were near and not the same, by the kind of fact that differs.", TagNames.Kind);
    public static readonly MetricDefinition SemanticChecks = new("aigateway.cache.semantic.checks", MetricKind.Counter, "{answer}", "Kept answers that were compared with live ones: right or wrong; reported: a caller said that one was wrong; dropped: not compared.", TagNames.Alias, TagNames.Result);
    public static readonly MetricDefinition SemanticEmbeddings = new("aigateway.cache.semantic.embeddings", MetricKind.Counter, "{question}", "Questions that an alias was to turn into a vector: embedded, remembered, or why not.", TagNames.Alias, TagNames.Result);
    public static readonly MetricDefinition SemanticUsd = new("aigateway.cache.semantic.usd", MetricKind.Counter, "{USD}", "Money that comparing questions has saved (answers served by meaning) and cost: vectors by an alias (embedding), an alias that compares answers (judge), live answers to see whether kept ones are right (check). A floating-point sum for graphs: the exact figures are in the request records.", TagNames.Alias, TagNames.Kind);
    public static readonly MetricDefinition SemanticWrongLimit = new("aigateway.cache.semantic.wrong.limit", MetricKind.Gauge, "", "The upper confidence limit of the share of wrong answers among hits that are trusted; 1 while none are.", TagNames.Alias);
    public static readonly MetricDefinition SemanticEntries = new("aigateway.cache.semantic.entries", MetricKind.Gauge, "{question}", "Questions that are kept to be compared with.", TagNames.Alias);
    public static readonly MetricDefinition SemanticRemoved = new("aigateway.cache.semantic.removed", MetricKind.Counter, "{question}", "Questions that this node took out of an index that nodes share: age, room, gone (without an answer, purged, or wrong too often) or unreadable.", TagNames.By);
    public static readonly MetricDefinition SemanticEvidence = new("aigateway.cache.semantic.evidence", MetricKind.Counter, "{piece}", "What nodes tell each other of checks: sent, received (a node's own among them) or unreadable; joined and alone: the node began and ceased to follow the others.", TagNames.Result);
    public static readonly MetricDefinition CacheMemory = new("aigateway.cache.memory", MetricKind.Gauge, "By", "Bytes of the cache in memory, keys and bookkeeping included.");
    public static readonly MetricDefinition CacheEntries = new("aigateway.cache.entries", MetricKind.Gauge, "{entry}", "Entries of the cache in memory.");
    public static readonly MetricDefinition CacheRemoved = new("aigateway.cache.removed", MetricKind.Counter, "{entry}", "Entries that are in memory no longer: room for others, of age, purged, or replaced by a newer value.", TagNames.By);
    public static readonly MetricDefinition CacheTooLarge = new("aigateway.cache.too_large", MetricKind.Counter, "{value}", "Values that a level of the cache did not keep, because they are too large for it.");
    public static readonly MetricDefinition CacheStoreCallDuration = new("aigateway.cache.store.call.duration", MetricKind.Histogram, "s", "Time of the cache's calls to Redis, with how they ended: ok, timeout or unavailable.", TagNames.Call, TagNames.Result) { Buckets = StoreCallBuckets };

    public static readonly MetricDefinition RealtimeSessions = new("aigateway.realtime.sessions", MetricKind.Counter, "{session}", "Realtime sessions that ended, with how.", TagNames.Alias, TagNames.Provider, TagNames.End);
    public static readonly MetricDefinition RealtimeOpen = new("aigateway.realtime.open", MetricKind.Gauge, "{session}", "Realtime sessions that are open.");
    public static readonly MetricDefinition RealtimeDuration = new("aigateway.realtime.duration", MetricKind.Histogram, "s", "Time from a realtime session's upgrade to its end.", TagNames.Alias, TagNames.Provider) { Buckets = SessionBuckets };
    public static readonly MetricDefinition RealtimeResponses = new("aigateway.realtime.responses", MetricKind.Counter, "{response}", "Responses that ended within realtime sessions, counted when their session ends.", TagNames.Alias, TagNames.Provider);

    public static readonly MetricDefinition DeploymentAvailable = new("aigateway.deployment.available", MetricKind.Gauge, "", "1 when a deployment may be tried first: circuit closed and not resting.", OfDeployment);
    public static readonly MetricDefinition DeploymentCircuitOpen = new("aigateway.deployment.circuit_open", MetricKind.Gauge, "", "1 when a deployment's circuit is open.", OfDeployment);
    public static readonly MetricDefinition DeploymentInFlight = new("aigateway.deployment.in_flight", MetricKind.Gauge, "{attempt}", "Attempts at a deployment that have not ended.", OfDeployment);
    public static readonly MetricDefinition DeploymentLatency = new("aigateway.deployment.latency", MetricKind.Gauge, "s", "Moving estimate of a deployment's time to first token, as routing uses it; absent until one is known.", OfDeployment);

    public static readonly MetricDefinition ConfigInfo = new("aigateway.config.info", MetricKind.Gauge, "", "Always 1; the label is the version of the configuration in force.", TagNames.Version);
    public static readonly MetricDefinition ConfigReloads = new("aigateway.config.reloads", MetricKind.Counter, "{reload}", "Reloads of the routing file: accepted or refused.", TagNames.Result);
    public static readonly MetricDefinition ConfigLastReloadSuccessful = new("aigateway.config.last_reload_successful", MetricKind.Gauge, "", "1 when the routing file is in force as it stands, 0 when the last reload was refused.");
    public static readonly MetricDefinition ConfigLoadedTimestamp = new("aigateway.config.loaded_timestamp", MetricKind.Gauge, "s", "When the configuration came into force, Unix time.");
    public static readonly MetricDefinition RecordsDropped = new("aigateway.records.dropped", MetricKind.Counter, "{record}", "Request records that could not be written.");
    public static readonly MetricDefinition CredentialsFetches = new("aigateway.credentials.fetches", MetricKind.Counter, "{fetch}", "Fetches of tokens and cloud credentials, with how they ended.", TagNames.Kind, TagNames.Outcome);
    public static readonly MetricDefinition CredentialsFetchDuration = new("aigateway.credentials.fetch_duration", MetricKind.Histogram, "s", "Time of one fetch of a token or of cloud credentials, failed ones included.", TagNames.Kind) { Buckets = DurationBuckets };
    public static readonly MetricDefinition CredentialsExpiresIn = new("aigateway.credentials.expires_in", MetricKind.Gauge, "s", "Time until the token or the cloud credentials held for a provider expire, negative afterwards; absent for those that do not.", TagNames.Provider, TagNames.Kind);
    public static readonly MetricDefinition ResponsesKept = new("aigateway.responses.kept", MetricKind.Counter, "{response}", "Responses that the gateway kept.");
    public static readonly MetricDefinition ResponsesRemoved = new("aigateway.responses.removed", MetricKind.Counter, "{response}", "Responses that are kept no longer: deleted by a caller, of age, or to make room.", TagNames.By);
    public static readonly MetricDefinition ResponsesStored = new("aigateway.responses.stored", MetricKind.Gauge, "By", "Bytes of the responses that are kept, encrypted, without the file's own overhead.");
    public static readonly MetricDefinition ResponsesStoreFailures = new("aigateway.responses.store_failures", MetricKind.Counter, "{operation}", "Operations of the store of responses that failed.", TagNames.Kind);
    public static readonly MetricDefinition LedgerQueueRecords = new("aigateway.ledger.queue.records", MetricKind.Gauge, "{record}", "Records on disk that are not yet in the ledger's store.");
    public static readonly MetricDefinition LedgerQueueBytes = new("aigateway.ledger.queue", MetricKind.Gauge, "By", "Size of what waits for the ledger's store.");
    public static readonly MetricDefinition LedgerQueueAge = new("aigateway.ledger.queue.age", MetricKind.Gauge, "s", "Age of the oldest record that waits for the ledger's store.");
    public static readonly MetricDefinition LedgerLost = new("aigateway.ledger.lost", MetricKind.Counter, "{record}", "Records that are in no ledger and never will be.");
    public static readonly MetricDefinition LedgerCommitDuration = new("aigateway.ledger.commit.duration", MetricKind.Histogram, "s", "Time of one batch of the ledger, from the first row to the commit.") { Buckets = CommitBuckets };
    public static readonly MetricDefinition LedgerCommitFailures = new("aigateway.ledger.commit.failures", MetricKind.Counter, "{batch}", "Batches that the ledger's store did not take; they are repeated.");
    public static readonly MetricDefinition LedgerDamaged = new("aigateway.ledger.damaged", MetricKind.Counter, "By", "Bytes of the ledger's queue that could not be read.");
    public static readonly MetricDefinition LedgerEstimated = new("aigateway.ledger.estimated", MetricKind.Counter, "{request}", "Requests whose record was lost and for which the ledger holds an estimate.");
    public static readonly MetricDefinition RuntimeChanges = new("aigateway.runtime.changes", MetricKind.Counter, "{change}", "Changes of keys, teams, limits and budgets that the Admin API of this node made.", TagNames.Kind, TagNames.Action);
    public static readonly MetricDefinition RuntimeEntries = new("aigateway.runtime.entries", MetricKind.Gauge, "{entry}", "Keys, teams, limits and budgets that were made at run time and are there.", TagNames.Kind);
    public static readonly MetricDefinition RuntimeRevision = new("aigateway.runtime.revision", MetricKind.Gauge, "", "Revision of what was made at run time that this node has in force; nodes that differ for more than a second do not hear of changes.");
    public static readonly MetricDefinition RuntimeStoreUp = new("aigateway.runtime.store_up", MetricKind.Gauge, "", "1 when the store of what is made at run time answered last; 0 when it did not: revocations do not reach this node.");
    public static readonly MetricDefinition BuildInfo = new("aigateway.build.info", MetricKind.Gauge, "", "Always 1; the labels are the gateway's version and the runtime's.", TagNames.Version, TagNames.Runtime);
    public static readonly MetricDefinition SeriesOverflow = new("aigateway.series.overflow", MetricKind.Counter, "{measurement}", "Measurements that went to an overflow series, because their metric has as many series as it may.", TagNames.Metric);

    // The names that every Prometheus client library gives these (prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics).
    public static readonly MetricDefinition ProcessCpu = new("process.cpu", MetricKind.Counter, "s", "User and system CPU time.");
    public static readonly MetricDefinition ProcessResidentMemory = new("process.resident_memory", MetricKind.Gauge, "By", "Resident memory.");
    public static readonly MetricDefinition ProcessVirtualMemory = new("process.virtual_memory", MetricKind.Gauge, "By", "Virtual memory.");
    public static readonly MetricDefinition ProcessStartTime = new("process.start_time", MetricKind.Gauge, "s", "When the process started, Unix time.");
    public static readonly MetricDefinition ProcessOpenFds = new("process.open_fds", MetricKind.Gauge, "{fd}", "Open file descriptors; Linux only.");
    public static readonly MetricDefinition ProcessThreads = new("process.threads", MetricKind.Gauge, "{thread}", "Threads of the process.");

    // With OTEL_SEMCONV_STABILITY_OPT_IN=gen_ai_latest_experimental: the coming names (open-telemetry/semantic-conventions-genai, no release yet).
    // The server metrics have no successors there and stay.
    public static readonly MetricDefinition InferenceDuration = OperationDuration with { Name = "gen_ai.client.inference.duration" };
    public static readonly MetricDefinition InferenceInputTokens = new("gen_ai.client.inference.usage.input_tokens", MetricKind.Counter, "{token}", "Input tokens, cached and written included.", GenAi);
    public static readonly MetricDefinition InferenceOutputTokens = new("gen_ai.client.inference.usage.output_tokens", MetricKind.Counter, "{token}", "Output tokens, reasoning included.", GenAi);
    public static readonly MetricDefinition InferenceCacheReadTokens = new("gen_ai.client.inference.usage.cache_read.input_tokens", MetricKind.Counter, "{token}", "Input tokens read from the provider's cache.", GenAi);
    public static readonly MetricDefinition InferenceCacheWriteTokens = new("gen_ai.client.inference.usage.cache_write.input_tokens", MetricKind.Counter, "{token}", "Input tokens written to the provider's cache.", GenAi);
    public static readonly MetricDefinition InferenceReasoningTokens = new("gen_ai.client.inference.usage.reasoning.output_tokens", MetricKind.Counter, "{token}", "Reasoning tokens.", GenAi);
    public static readonly MetricDefinition InferenceInputTokensPerOperation = new("gen_ai.client.inference.operation.input_tokens", MetricKind.Histogram, "{token}", "Input tokens of one answer.", GenAi) { Buckets = TokenBuckets };
    public static readonly MetricDefinition InferenceOutputTokensPerOperation = new("gen_ai.client.inference.operation.output_tokens", MetricKind.Histogram, "{token}", "Output tokens of one answer.", GenAi) { Buckets = TokenBuckets };

    /// <summary>What is emitted by default.</summary>
    public static readonly MetricDefinition[] Default =
    [
        TokenUsage, OperationDuration, RequestDuration, TimeToFirstToken, TimePerOutputToken,
        Requests, Attempts, Failovers, Tokens, CostUsd, UnpricedRequests, UnpricedTokens, EstimatedUsage, StreamsCut, Overhead, InFlight,
        CacheLookups, CacheMemory, CacheEntries, CacheRemoved, CacheTooLarge, CacheStoreCallDuration,
        SemanticLooks, SemanticLookDuration, SemanticVetoes, SemanticChecks, SemanticEmbeddings, SemanticUsd, SemanticWrongLimit, SemanticEntries, SemanticRemoved, SemanticEvidence,
        RealtimeSessions, RealtimeOpen, RealtimeDuration, RealtimeResponses,
        AdmissionDecisions, AdmissionWaiting, AdmissionWaited, AdmissionEstimateRatio,
        BudgetLimit, BudgetUsed, BudgetReserved, BudgetRemaining, WebhookDeliveries, WebhookPending,
        LimitsStoreCallDuration, LimitsStoreFallbacks, LimitsStoreUnsettled, LimitsStoreLost, LimitsLeased,
        CacheRequests, CacheSavedUsd, CacheKept, CacheUnreadable, CacheInFlight, CacheRefreshes, CacheNodeWaits,
        DeploymentAvailable, DeploymentCircuitOpen, DeploymentInFlight, DeploymentLatency,
        ConfigInfo, ConfigReloads, ConfigLastReloadSuccessful, ConfigLoadedTimestamp, RecordsDropped,
        CredentialsFetches, CredentialsFetchDuration, CredentialsExpiresIn, ResponsesKept, ResponsesRemoved, ResponsesStored, ResponsesStoreFailures,
        LedgerQueueRecords, LedgerQueueBytes, LedgerQueueAge, LedgerLost, LedgerCommitDuration, LedgerCommitFailures, LedgerDamaged, LedgerEstimated,
        RuntimeChanges, RuntimeEntries, RuntimeRevision, RuntimeStoreUp,
        BuildInfo, SeriesOverflow,
        ProcessCpu, ProcessResidentMemory, ProcessVirtualMemory, ProcessStartTime, ProcessOpenFds, ProcessThreads,
    ];

    /// <summary>What the opt-in emits in place of <see cref="TokenUsage"/> and <see cref="OperationDuration"/>.</summary>
    public static readonly MetricDefinition[] OptIn =
    [
        InferenceDuration, InferenceInputTokens, InferenceOutputTokens, InferenceCacheReadTokens, InferenceCacheWriteTokens, InferenceReasoningTokens,
        InferenceInputTokensPerOperation, InferenceOutputTokensPerOperation,
    ];

    /// <summary>What is shown of the runtime's own meter (learn.microsoft.com/dotnet/core/diagnostics/built-in-metrics-runtime); the rest is for dotnet-counters and OTLP.</summary>
    /// <remarks>The kinds here stand: .NET 10 declares the thread pool's queue length as a counter, which it is not.</remarks>
    public static readonly MetricDefinition[] Runtime =
    [
        new("dotnet.gc.collections", MetricKind.Counter, "{collection}", "Garbage collections since the process has started.", "gc.heap.generation"),
        new("dotnet.gc.heap.total_allocated", MetricKind.Counter, "By", "Bytes allocated on the managed heap since the process has started."),
        new("dotnet.gc.last_collection.heap.size", MetricKind.Gauge, "By", "Size of the managed heap after the last collection, fragmentation included.", "gc.heap.generation"),
        new("dotnet.gc.last_collection.memory.committed_size", MetricKind.Gauge, "By", "Committed virtual memory at the last collection."),
        new("dotnet.gc.pause.time", MetricKind.Counter, "s", "Time spent in pauses of the garbage collector."),
        new("dotnet.thread_pool.queue.length", MetricKind.Gauge, "{work_item}", "Work items that wait in the thread pool's queue."),
        new("dotnet.monitor.lock_contentions", MetricKind.Counter, "{contention}", "Times a lock was contended."),
    ];
}
