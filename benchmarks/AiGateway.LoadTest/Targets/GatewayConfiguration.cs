using System.Security.Cryptography;
using System.Text;
using AiGateway.LoadTest.Http;

namespace AiGateway.LoadTest.Targets;

/// <summary>The routing file that the gateway is measured with: everything on that costs something per request.</summary>
internal static class GatewayConfiguration
{
    /// <summary>The same caller before providers of four dialects, for what translation adds.</summary>
    public static string Translating(string listen, string adminListen, string upstream, string recordsFile, string dataFolder)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ChatBytes.CallerKey)));
        return $$"""
            host:
              listen: {{listen}}
              admin:
                listen: {{adminListen}}
              records: {{recordsFile}}
              data_folder: {{dataFolder}}
              ledger: { store: off }
            providers:
              openai: { kind: openai-compatible, base_url: "{{upstream}}/v1", keys: [upstream-key-of-the-load-test] }
              anthropic: { base_url: "{{upstream}}/v1", keys: [upstream-key-of-the-load-test] }
              gemini: { kind: google, base_url: "{{upstream}}/v1beta", keys: [upstream-key-of-the-load-test] }
              converse: { kind: bedrock-converse, base_url: "{{upstream}}", keys: [upstream-key-of-the-load-test] }
            deployments:
              openai: { provider: openai, model: {{ChatBytes.UpstreamModel}} }
              anthropic: { provider: anthropic, model: {{ChatBytes.UpstreamModel}} }
              gemini: { provider: gemini, model: {{ChatBytes.UpstreamModel}} }
              converse: { provider: converse, model: {{ChatBytes.UpstreamModel}} }
            aliases:
              to-openai: { groups: [{ deployments: [openai] }] }
              to-anthropic: { groups: [{ deployments: [anthropic] }] }
              to-gemini: { groups: [{ deployments: [gemini] }] }
              to-converse: { groups: [{ deployments: [converse] }] }
            callers:
              - { id: load-test, key_hash: "sha256:{{hash}}", project: bench, team: bench, organisation: bench }

            """;
    }

    // Off, so that runs compare with those of before it was the default; --variant-env LOADTEST_LEDGER=sqlite measures what it costs.
    private const string Ledger = "${LOADTEST_LEDGER:-off}";

    // None, unless --variant-env LOADTEST_REDIS=redis://127.0.0.1:6379 says where.
    private const string Redis = "${LOADTEST_REDIS:-}";

    /// <summary>The alias of <see cref="Caching"/> that keeps answers.</summary>
    public const string CachedAlias = "cached-alias";

    /// <summary>The alias of <see cref="Comparing"/> that compares questions.</summary>
    public const string ComparedAlias = "compared-alias";

    private const string Weighted = "groups: [{ strategy: weighted, deployments: [{ deployment: bench-a, weight: 3 }, { deployment: bench-b, weight: 2 }, { deployment: bench-c, weight: 1 }] }]";

    /// <summary>Three weighted deployments in one group, a caller with a key, a known price, a records file, an admin listener with metrics.</summary>
    public static string Text(string listen, string adminListen, string upstream, string recordsFile, string dataFolder) =>
        Compose(listen, adminListen, upstream, recordsFile, dataFolder, new Addition());

    /// <summary>The same, with a second alias to the same deployments that keeps every answer in memory.</summary>
    public static string Caching(string listen, string adminListen, string upstream, string recordsFile, string dataFolder) =>
        Compose(listen, adminListen, upstream, recordsFile, dataFolder, new Addition { Name = CachedAlias, Alias = $"{{ {Weighted}, cache: {{ requests: all, ttl: 1h }} }}" });

    /// <summary>The same, with a second alias to another upstream whose questions are compared by meaning, on trial: decided upon and never served, so that all that is asked comes to the index.</summary>
    /// <param name="embedder"><c>static</c> or <c>sentence</c>.</param>
    /// <param name="askedUpstream">Where the second alias asks.</param>
    /// <param name="maxEntries">Most questions in the index.</param>
    public static Func<string, string, string, string, string, string> Comparing(string embedder, string askedUpstream, int maxEntries)
    {
        var addition = new Addition
        {
            Name = ComparedAlias,
            Provider = $"asked: {{ kind: openai-compatible, base_url: \"{askedUpstream}/v1\", keys: [upstream-key-of-the-load-test], prices_from: bench }}",
            Deployment = $"asked: {{ provider: asked, model: {ChatBytes.UpstreamModel} }}",
            Alias = $"{{ groups: [{{ deployments: [asked] }}], cache: {{ requests: all, ttl: 12h, semantic: {{ mode: shadow, embedder: {embedder}, max_entries: {maxEntries} }} }} }}",
        };
        return (listen, adminListen, upstream, recordsFile, dataFolder) => Compose(listen, adminListen, upstream, recordsFile, dataFolder, addition);
    }

    private static string Compose(string listen, string adminListen, string upstream, string recordsFile, string dataFolder, Addition addition)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ChatBytes.CallerKey)));
        return $"""
            host:
              listen: {listen}
              admin:
                listen: {adminListen}
              records: {recordsFile}
              data_folder: {dataFolder}
              ledger:
                store: {Ledger}
              redis: {Redis}
            providers:
              bench:
                kind: openai-compatible
                base_url: {upstream}/v1
                keys: [upstream-key-of-the-load-test]
                prices_from: bench
              {addition.Provider}
            deployments:
              bench-a:
                provider: bench
                model: {ChatBytes.UpstreamModel}
              bench-b:
                provider: bench
                model: {ChatBytes.UpstreamModel}
              bench-c:
                provider: bench
                model: {ChatBytes.UpstreamModel}
              {addition.Deployment}
            aliases:
              {ChatBytes.Alias}:
                {Weighted}
              {(addition.Name.Length == 0 ? "" : $"{addition.Name}: {addition.Alias}")}
            callers:
              - id: load-test
                key_hash: sha256:{hash}
                project: bench
                team: bench
                organisation: bench
                aliases: [{(addition.Name.Length == 0 ? ChatBytes.Alias : $"{ChatBytes.Alias}, {addition.Name}")}]
            prices:
              bench/{ChatBytes.UpstreamModel}:
                input: "0.15"
                cached_input: "0.075"
                output: "0.60"

            """;
    }

    /// <summary>A second alias, and where it leads if not where the first one does.</summary>
    private sealed record Addition
    {
        public string Name { get; init; } = "";

        public string Provider { get; init; } = "";

        public string Deployment { get; init; } = "";

        public string Alias { get; init; } = "";
    }
}
