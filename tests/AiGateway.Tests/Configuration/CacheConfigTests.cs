using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>The sections about caches: what they come to, and what is wrong in them.</summary>
public sealed class CacheConfigTests
{
    private const string Shared = "host: { id_secret: 0123456789abcdef0123456789abcdef, redis: 'redis://localhost', cache: { redis: true } }\n";

    private const string Rest = """
        providers: { simulated: {} }
        deployments: { sim: { provider: simulated }, e1: { provider: simulated, model: e1 }, e2: { provider: simulated, model: e2 }, talk: { provider: simulated, model: t, operations: [chat_completions] } }

        """;

    [Theory]
    [InlineData("", false)]
    [InlineData(", cache: off", false)]
    [InlineData(", cache: { mode: off, ttl: 5m }", false)]
    [InlineData(", cache: exact", true)]
    [InlineData(", cache: {}", true)]
    public void Nothing_IsCachedUnlessItIsSaid(string cache, bool caches) => Assert.Equal(caches, Of(cache) is not null);

    [Fact]
    public void Section_IsReadWhole()
    {
        var cache = Of(", cache: { requests: all, ttl: 12h, scope: team, max_entry: 64KiB, refused: true, neutral: true }")!;

        Assert.Equal((true, TimeSpan.FromHours(12), CacheScope.Team, 64 << 10, true, true), (cache.AllRequests, cache.Ttl, cache.Scope, cache.MaxEntry, cache.KeepsRefused, cache.IsNeutral));
    }

    [Fact]
    public void WhatIsServedPastItsTime_AtAPace_AndSharedBetweenNodes_IsSaid()
    {
        Assert.Equal((TimeSpan.Zero, null), (Of(", cache: exact")!.StaleFor, Of(", cache: { single_flight: node }")!.NodeWait));
        Assert.Equal((null, 80d), (Of(", cache: exact")!.ReplayTokensPerSecond, Of(", cache: { replay_tokens_per_second: 80 }")!.ReplayTokensPerSecond));
        Assert.Equal(TimeSpan.FromMinutes(5), Of(", cache: { stale_while_revalidate: 5m }")!.StaleFor);
        Assert.Equal(TimeSpan.FromSeconds(10), Of(", cache: { single_flight: redis }", host: Shared)!.NodeWait);
        Assert.Equal(TimeSpan.FromSeconds(30), Of(", cache: { single_flight: { mode: redis, wait: 30s } }", host: Shared)!.NodeWait);
    }

    [Theory]
    [InlineData(", cache: { single_flight: redis }", "host.cache.redis")]
    [InlineData(", cache: { single_flight: { wait: 5s } }", "mode: redis")]
    [InlineData(", cache: { single_flight: everywhere }", "everywhere")]
    [InlineData(", cache: { stale_while_revalidate: 90d }", "90d")]
    [InlineData(", cache: { replay_tokens_per_second: 0 }", "replay_tokens_per_second")]
    public void WhatNodesCannotShare_IsNamedWithItsPlace(string cache, string named)
    {
        var error = Assert.Single(Loading.Errors(Yaml(cache)));

        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Contains(":3:", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(", cache: sometimes", "sometimes")]
    [InlineData(", cache: { scope: everybody }", "everybody")]
    [InlineData(", cache: { ttl: 90d }", "90d")]
    [InlineData(", cache: { max_entry: 1GiB }", "1GiB")]
    [InlineData(", cache: { tll: 5m }", "tll")]
    public void WhatIsWrong_IsNamedWithItsPlace(string cache, string named)
    {
        var error = Assert.Single(Loading.Errors(Yaml(cache)));

        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Contains(":3:", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host: { cache: { redis: true } }", "host.redis")]
    [InlineData("host: { redis: 'redis://localhost', cache: { redis: true } }", "host.id_secret")]
    public void ASharedCache_NeedsWhatIsShared(string host, string named) =>
        Assert.Contains(named, Assert.Single(Loading.Errors(Yaml("") + host + "\n")), StringComparison.Ordinal);

    [Theory]
    [InlineData("off")]
    [InlineData("{ max_wrong_hits: 0.1 }")]
    public void Questions_AreNotComparedUnlessItIsSaid(string semantic) => Assert.Null(Of($", cache: {{ semantic: {semantic} }}")!.Semantic);

    [Theory]
    [InlineData("on", true, "sentence", 0.02, 20_000, 0.25)]
    [InlineData("shadow", false, "sentence", 0.02, 20_000, 0.25)]
    [InlineData("{ mode: on, embedder: static, max_wrong_hits: 0.05, max_entries: 500, checks: { max_share: 0.1 }, judge: built_in }", true, "static", 0.05, 500, 0.1)]
    public void SectionAboutMeaning_IsReadWhole(string semantic, bool serves, string embedder, double bound, int entries, double checks) =>
        Assert.Equal(new SemanticCacheModel(serves, embedder, bound, entries, checks), Of($", cache: {{ semantic: {semantic} }}")!.Semantic);

    [Fact]
    public void AliasesThatEmbedAndCompare_AreReadWhole()
    {
        var model = Of(", cache: { semantic: { mode: on, embedder: { alias: vectors, dimensions: 768 }, judge: { alias: strong, timeout: 20s } } }", Others)!.Semantic!;

        Assert.Equal(new EmbedderAliasModel("vectors", 768, TimeSpan.FromMilliseconds(500)), model.EmbedderAlias);
        Assert.Equal(new JudgeAliasModel("strong", TimeSpan.FromSeconds(20)), model.JudgeAlias);
    }

    [Theory]
    [InlineData("embedder: { alias: vectors }", "dimensions")]
    [InlineData("embedder: { alias: vector, dimensions: 768 }", "Did you mean")]
    [InlineData("embedder: { alias: 'any/*', dimensions: 768 }", "stands for many")]
    [InlineData("embedder: { alias: vectors, dimensions: 0 }", "embedder.dimensions")]
    [InlineData("embedder: { alias: vectors, dimensions: 768, model: static }", "Keep one")]
    [InlineData("embedder: { dimensions: 768 }", "alias: NAME")]
    [InlineData("embedder: { timeout: 1s }", "alias: NAME")]
    [InlineData("embedder: { alias: vectors, dimensions: 768, timeout: 1m }", "1m")]
    [InlineData("embedder: { alias: mixed, dimensions: 768 }", "several models (e1, e2)")]
    [InlineData("embedder: { alias: chats, dimensions: 768 }", "serves no embeddings")]
    [InlineData("embedder: { alias: chat, dimensions: 768 }", "compares questions itself")]
    [InlineData("judge: { alias: chat }", "answers by meaning itself")]
    [InlineData("judge: { alias: 'any/*' }", "stands for many")]
    [InlineData("judge: { alias: stron }", "Did you mean")]
    [InlineData("judge: { timeout: 5s }", "alias: NAME")]
    public void WhatIsWrongAboutAliases_IsNamedWithItsPlace(string section, string named)
    {
        var error = Assert.Single(Loading.Errors(Yaml($", cache: {{ semantic: {{ mode: on, {section} }} }}", Others)));

        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("semantic: maybe", "maybe")]
    [InlineData("semantic: { mode: on, max_wrong_hits: 0 }", "0.02")]
    [InlineData("semantic: { mode: on, max_wrong_hits: 0.5 }", "0.5")]
    [InlineData("semantic: { mode: on, max_entries: 5 }", "5")]
    [InlineData("semantic: { mode: on, checks: { max_share: 0 } }", "max_share")]
    [InlineData("semantic: { mode: on, judge: gpt }", "gpt")]
    [InlineData("semantic: { mode: on, embedder: nowhere }", "nowhere")]
    [InlineData("semantic: on, mode: off", "mode: exact")]
    public void WhatIsWrongAboutMeaning_IsNamedWithItsPlace(string cache, string named)
    {
        var error = Assert.Single(Loading.Errors(Yaml($", cache: {{ {cache} }}")));

        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.Contains(":3:", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("on", false, null, false)]
    [InlineData("{ mode: on, index: memory }", false, null, false)]
    [InlineData("{ mode: on, index: redis }", true, null, false)]
    [InlineData("{ mode: on, index: redis, search: { ef: 300 } }", true, 300, false)]
    [InlineData("{ mode: on, index: redis, search: { exact: true } }", true, null, true)]
    public void TheIndex_LiesInMemoryOrInRedis(string semantic, bool isShared, int? effort, bool isExact)
    {
        var rule = Loading.Good(Shared + Yaml($", cache: {{ semantic: {semantic} }}")).Aliases.Find("chat")!.Cache!.Semantic!;

        Assert.Equal((isShared, new SemanticSearchModel(effort, isExact)), (rule.IsShared, rule.Search));
    }

    [Theory]
    [InlineData("", "index: redis", "host.cache.redis: true")]
    [InlineData("", "search: { ef: 100 }", "index: redis")]
    [InlineData(Shared, "index: disk", "disk")]
    [InlineData(Shared, "index: redis, search: { ef: 5 }", "5")]
    [InlineData(Shared, "index: redis, search: { exact: true, ef: 50 }", "ef: 50")]
    public void AnIndexThatCannotBeHad_IsNamedWithAWayOut(string host, string semantic, string named) =>
        Assert.Contains(named, Assert.Single(Loading.Errors(host + Yaml($", cache: {{ semantic: {{ mode: on, {semantic} }} }}"))), StringComparison.Ordinal);

    // Others that the alias may name.
    private const string Others = "strong: { groups: [{ deployments: [sim] }] }, vectors: { groups: [{ deployments: [e1] }] }, chats: { groups: [{ deployments: [talk] }] }, mixed: { groups: [{ deployments: [e1, e2] }] }, any/*: { groups: [{ deployments: [e1] }] }";

    private static CacheModel? Of(string cache, string others = "", string host = "") => Loading.Good(Yaml(cache, others) + host).Aliases.Find("chat")!.Cache;

    private static string Yaml(string cache, string others = "") => Rest.TrimEnd('\n') + $"\naliases: {{ chat: {{ groups: [{{ deployments: [sim] }}]{cache} }}{(others.Length > 0 ? ", " + others : "")} }}\n";
}
