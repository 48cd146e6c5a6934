using AiGateway.Configuration;

namespace AiGateway.Tests.Configuration;

/// <summary>The sections about caches: what they come to, and what is wrong in them.</summary>
public sealed class CacheConfigTests
{
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

    // Others that the alias may name.
    private const string Others = "strong: { groups: [{ deployments: [sim] }] }, vectors: { groups: [{ deployments: [e1] }] }, chats: { groups: [{ deployments: [talk] }] }, mixed: { groups: [{ deployments: [e1, e2] }] }, any/*: { groups: [{ deployments: [e1] }] }";

    private static CacheModel? Of(string cache, string others = "") => Loading.Good(Yaml(cache, others)).Aliases.Find("chat")!.Cache;

    private static string Yaml(string cache, string others = "") => Rest.TrimEnd('\n') + $"\naliases: {{ chat: {{ groups: [{{ deployments: [sim] }}]{cache} }}{(others.Length > 0 ? ", " + others : "")} }}\n";
}
