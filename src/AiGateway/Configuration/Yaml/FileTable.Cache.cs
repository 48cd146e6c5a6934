namespace AiGateway.Configuration.Yaml;

/// <summary>The sections about caches.</summary>
internal static partial class FileTable
{
    private static ShortFormShape<string, CacheConfig> Cache() => new(Scalars.Word(CacheWords.Modes), mode => new CacheConfig { Mode = mode }, new RecordShape<CacheConfig>("cache")
        .With("mode", "off, or exact: the same request gets the same answer. Default exact where there is a section.", Scalars.Word(CacheWords.Modes), (section, value) => section with { Mode = value })
        .With("requests", "Which requests. deterministic: temperature 0 or a seed, vectors, moderations, reranking. all: every request. Default deterministic.", Scalars.Word(CacheWords.Requests), (section, value) => section with { Requests = value })
        .With("ttl", "How long an answer is served, from when it was made. Default 1h.", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)), (section, value) => section with { Ttl = value })
        .With("stale_while_revalidate", "How long after ttl an answer is still served, while a new one is asked for in the background. Default: not at all.", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)), (section, value) => section with { StaleWhileRevalidate = value })
        .With("scope", "Who shares answers: key, project, team, or alias (everybody who may use it). Callers without a project or a team share with nobody. Default project.", Scalars.Word(CacheWords.Scopes), (section, value) => section with { Scope = value })
        .With("max_entry", "Largest answer that is kept. Default 1MiB.", Scalars.Size(1L << 10, 64L << 20), (section, value) => section with { MaxEntry = value })
        .With("refused", "Whether answers are kept that a filter took away or in which the model declined. Default false.", Scalars.Boolean, (section, value) => section with { Refused = value })
        .With("neutral", "Whether callers of different dialects share answers to the same conversation. Default false.", Scalars.Boolean, (section, value) => section with { Neutral = value })
        .With("replay_tokens_per_second", "How fast a kept answer is streamed, for callers that show it as it comes; an answer takes a minute at most. Default: at once.", Scalars.Number(1, 10_000), (section, value) => section with { ReplayTokensPerSecond = value })
        .With("single_flight", "Who shares one call for the same request: node, redis (all nodes that share host.redis), or a section. Default node.", SingleFlight(), (section, value) => section with { SingleFlight = value })
        .With("semantic", "Answers to questions that mean the same: off, shadow (decides and measures, serves nothing), on, or a section. Default off.", SemanticCache(), (section, value) => section with { Semantic = value }));

    private static ShortFormShape<string, SingleFlightConfig> SingleFlight() => new(Scalars.Word(CacheWords.SingleFlights), mode => new SingleFlightConfig { Mode = mode }, new RecordShape<SingleFlightConfig>("single_flight")
        .With("mode", "node, or redis: one call for the same request at all nodes that share host.redis. Default node.", Scalars.Word(CacheWords.SingleFlights), (section, value) => section with { Mode = value })
        .With("wait", "How long a request waits for another node's call before it makes its own. Default 10s.", Scalars.Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)), (section, value) => section with { Wait = value }));

    private static ShortFormShape<string, SemanticCacheConfig> SemanticCache() => new(Scalars.Word(SemanticWords.Modes), mode => new SemanticCacheConfig { Mode = mode }, new RecordShape<SemanticCacheConfig>("semantic_cache")
        .With("mode", "off, shadow (decides and measures, serves nothing) or on. Default off.", Scalars.Word(SemanticWords.Modes), (section, value) => section with { Mode = value })
        .With("embedder", "What makes vectors of questions: sentence, static (much faster, tells questions less well apart), a model's folder, or a section. Default sentence.", SemanticEmbedder(), (section, value) => section with { Embedder = value })
        .With("max_wrong_hits", "The share of served hits that may be wrong, above 0 and at most 0.25. Default 0.02.", Scalars.Number(0, SemanticCacheConfig.MostWrongHits), (section, value) => section with { MaxWrongHits = value })
        .With("max_entries", "Most questions that are kept to be compared with. Default 20000.", Scalars.Integer(100, 1_000_000), (section, value) => section with { MaxEntries = value })
        .With("index", "Where questions lie: memory (each node has its own), or redis: in vector sets (Redis 8) that all nodes search; takes host.cache.redis. Default memory.", Scalars.Word(SemanticWords.Indexes), (section, value) => section with { Index = value })
        .With("search", "How thoroughly an index in Redis is searched.", SemanticSearch(), (section, value) => section with { Search = value })
        .With("checks", "What checking may cost.", SemanticChecks(), (section, value) => section with { Checks = value })
        .With("judge", "What compares a kept answer with a live one. built_in: the same but for case and punctuation, or the same meaning sentence by sentence and nothing that contradicts. A section: an alias of this gateway is asked. Default built_in.", SemanticJudge(), (section, value) => section with { Judge = value }));

    private static ShortFormShape<string, SemanticEmbedderConfig> SemanticEmbedder() => new(Scalars.Text, model => new SemanticEmbedderConfig { Model = model }, new RecordShape<SemanticEmbedderConfig>("semantic_embedder")
        .With("model", "A model in the process: sentence, static, or a model's folder. Default sentence.", Scalars.Text, (section, value) => section with { Model = value })
        .With("alias", "An embeddings alias of this gateway, in place of a model. It is called through its own routing, failover and limits, and paid by the caller whose question it is.", Scalars.Text, (section, value) => section with { Alias = value })
        .With("dimensions", "How many numbers the alias's vectors have: 1536 for text-embedding-3-small. Needed with 'alias'.", Scalars.Integer(1, 8192), (section, value) => section with { Dimensions = value })
        .With("timeout", "How long a request waits for the alias; then nothing is compared. Default 500ms.", Scalars.Duration(TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(10)), (section, value) => section with { Timeout = value }));

    private static ShortFormShape<string, SemanticJudgeConfig> SemanticJudge() => new(Scalars.Word(SemanticWords.Judges), _ => new SemanticJudgeConfig(), new RecordShape<SemanticJudgeConfig>("semantic_judge")
        .With("alias", "A chat alias of this gateway that compares answers, in place of the built-in judge. It is called through its own routing, failover and limits, and paid by the caller whose answer is compared.", Scalars.Text, (section, value) => section with { Alias = value })
        .With("timeout", "How long it may take; nobody waits for it. Default 1m.", Scalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)), (section, value) => section with { Timeout = value }));

    private static RecordShape<SemanticSearchConfig> SemanticSearch() => new RecordShape<SemanticSearchConfig>("semantic_search")
        .With("ef", "How many candidates Redis looks at: more find the nearest more surely, and take longer. Default: Redis' own choice.", Scalars.Integer(10, 10_000), (section, value) => section with { Ef = value })
        .With("exact", "Whether every vector of the partition is compared. Default false.", Scalars.Boolean, (section, value) => section with { Exact = value });

    private static RecordShape<SemanticChecksConfig> SemanticChecks() => new RecordShape<SemanticChecksConfig>("semantic_checks")
        .With("max_share", "Most of the hits that could be served that are asked upstream all the same, to see whether they are right. Default 0.25.", Scalars.Number(SemanticChecksConfig.LeastShare, 1), (section, value) => section with { MaxShare = value });

    private static RecordShape<HostCacheConfig> HostCache() => new RecordShape<HostCacheConfig>("host_cache")
        .With("memory", "Most bytes of answers in the process's own memory. Default 256MiB.", Scalars.Size(1L << 20, 64L << 30), (section, value) => section with { Memory = value })
        .With("redis", "Whether nodes share answers through host.redis. Default false.", Scalars.Boolean, (section, value) => section with { Redis = value });
}
